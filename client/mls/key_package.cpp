#include "mls/key_package.h"

#include "mls/encode.h"
#include "mls/grease.h"
#include "mls/validation.h"

namespace sinetti::mls {

namespace {

constexpr std::uint8_t kRecordVersion = 1;

void write_unsigned(codec::Writer& writer, const KeyPackage& key_package)
{
    writer.u16(static_cast<std::uint16_t>(key_package.version)).u16(key_package.cipher_suite).opaque(key_package.init_key);
    key_package.leaf_node.write(writer);
    write_extensions(writer, key_package.extensions);
}

// An MLSMessage holding a KeyPackage of any suite.
Result<KeyPackage> read_message(codec::Reader& reader)
{
    const auto version = TRY_OR(reader.u16(), Error::malformed);
    if (version != static_cast<std::uint16_t>(ProtocolVersion::mls10)) return Unexpected(Error::unsupported_version);
    const auto wire_format = TRY_OR(reader.u16(), Error::malformed);
    if (wire_format != static_cast<std::uint16_t>(WireFormat::key_package)) return Unexpected(Error::unsupported_wire_format);
    auto key_package = TRY_OR(KeyPackage::read(reader), Error::malformed);
    // §10: "it MUST verify that the version field of the KeyPackage has the same value as the version field of the MLSMessage."
    if (key_package.version != ProtocolVersion::mls10) return Unexpected(Error::unsupported_version);
    return key_package;
}

}  // namespace

codec::Result<KeyPackage> KeyPackage::read(codec::Reader& reader)
{
    KeyPackage key_package;
    key_package.version = static_cast<ProtocolVersion>(TRY(reader.u16()));
    key_package.cipher_suite = TRY(reader.u16());
    key_package.init_key = TRY(reader.opaque());
    key_package.leaf_node = TRY(LeafNode::read(reader));
    key_package.extensions = TRY(read_extensions(reader));
    key_package.signature = TRY(reader.opaque());
    return key_package;
}

void KeyPackage::write(codec::Writer& writer) const
{
    write_unsigned(writer, *this);
    writer.opaque(signature);
}

Bytes KeyPackage::to_be_signed() const
{
    return encode([&](auto& writer) { write_unsigned(writer, *this); });
}

Result<KeyPackage> KeyPackage::parse(ByteView mls_message)
{
    if (mls_message.size() > kMessageSizeMax) return Unexpected(Error::malformed);
    codec::Reader reader(mls_message);
    auto key_package = TRY(read_message(reader));
    TRY_OR(reader.finish(), Error::malformed);
    if (!CipherSuite::from_id(key_package.cipher_suite)) return Unexpected(Error::unsupported_suite);
    return key_package;
}

Result<std::vector<KeyPackage>> KeyPackage::parse_all(ByteView mls_messages)
{
    if (mls_messages.size() > kMessageSizeMax) return Unexpected(Error::malformed);
    codec::Reader reader(mls_messages);
    std::vector<KeyPackage> key_packages;
    while (!reader.empty()) {
        auto key_package = TRY(read_message(reader));
        if (CipherSuite::from_id(key_package.cipher_suite)) key_packages.push_back(std::move(key_package));
    }
    return key_packages;
}

Bytes KeyPackage::serialize() const
{
    return encode([&](auto& writer) {
        writer.u16(static_cast<std::uint16_t>(ProtocolVersion::mls10)).u16(static_cast<std::uint16_t>(WireFormat::key_package));
        write(writer);
    });
}

Result<void> KeyPackage::validate(std::optional<UnixSeconds> now) const
{
    // ValKeyPackage01: a key package is of the group's version (§10.1)
    if (version != ProtocolVersion::mls10) return Unexpected(Error::unsupported_version);
    const auto suite = CipherSuite::from_id(cipher_suite);
    if (!suite) return Unexpected(Error::unsupported_suite);
    // ValKeyPackage03: the leaf of a key package has leaf_node_source key_package (§7.3)
    if (leaf_node.source != LeafNodeSource::key_package) return Unexpected(Error::invalid_key_package);
    TRY(validate_leaf_node(*suite, leaf_node, {}));
    // ValKeyPackage04: an init_key is a public key of the suite's KEM (§10)
    if (!crypto::kem_is_public_key(suite->hpke().kem, init_key)) return Unexpected(Error::invalid_key_package);
    // ValKeyPackage05: the init_key is another key than the leaf's encryption_key (§10.1)
    if (base::equal(init_key, leaf_node.encryption_key)) return Unexpected(Error::invalid_key_package);
    if (now) TRY(validate_lifetime(leaf_node.lifetime, *now));
    // ValKeyPackage06: the signature of a key package is of its leaf's signature_key (§10.1)
    return suite->verify_with_label(leaf_node.signature_key, "KeyPackageTBS", to_be_signed(), signature);
}

KeyPackageRef KeyPackage::ref() const
{
    const auto suite = CipherSuite::from_id(cipher_suite);
    CHECK_INVARIANT(suite.has_value());
    return suite->ref_hash("MLS 1.0 KeyPackage Reference", encode([&](auto& writer) { write(writer); }));
}

KeyPackagePrivate KeyPackagePrivate::generate(CipherSuite suite, const LeafNodeIdentity& identity, Lifetime lifetime, base::Random& random)
{
    auto init = crypto::kem_generate_key_pair(suite.hpke().kem, random);
    auto encryption = crypto::kem_generate_key_pair(suite.hpke().kem, random);

    KeyPackage key_package;
    key_package.cipher_suite = suite.id();
    key_package.init_key = std::move(init.public_key);
    auto& leaf = key_package.leaf_node;
    leaf.encryption_key = std::move(encryption.public_key);
    leaf.signature_key.assign(identity.signature_key.public_key().begin(), identity.signature_key.public_key().end());
    leaf.credential = identity.credential;
    leaf.capabilities = identity.capabilities;
    leaf.extensions = identity.extensions;
    leaf.source = LeafNodeSource::key_package;
    leaf.lifetime = lifetime;
    add_grease(key_package, random);
    leaf.sign(suite, identity.signature_key, std::nullopt);
    key_package.signature = suite.sign_with_label(identity.signature_key, "KeyPackageTBS", key_package.to_be_signed());

    return {std::move(key_package), InitPrivateKey(std::move(init.private_key)), EncryptionPrivateKey(std::move(encryption.private_key)),
            identity.signature_key.clone()};
}

base::SecretBytes KeyPackagePrivate::serialize() const
{
    return encode_secret([&](auto& writer) {
        writer.u8(kRecordVersion).opaque(key_package.serialize()).opaque(init_key.view()).opaque(encryption_key.view());
        writer.opaque(signature_key.seed());
    });
}

Result<KeyPackagePrivate> KeyPackagePrivate::parse(ByteView record)
{
    codec::Reader reader(record);
    if (TRY_OR(reader.u8(), Error::bad_record) != kRecordVersion) return Unexpected(Error::bad_record);
    const auto message = TRY_OR(reader.opaque_view(), Error::bad_record);
    auto key_package = TRY_OR(KeyPackage::parse(message), Error::bad_record);
    auto init_key = TRY_OR(reader.secret(), Error::bad_record);
    auto encryption_key = TRY_OR(reader.secret(), Error::bad_record);
    const auto seed = TRY_OR(reader.opaque_view(), Error::bad_record);
    auto signature_key = TRY_OR(crypto::SignaturePrivateKey::from_seed(seed), Error::bad_record);
    TRY_OR(reader.finish(), Error::bad_record);
    return KeyPackagePrivate{std::move(key_package), InitPrivateKey(std::move(init_key)), EncryptionPrivateKey(std::move(encryption_key)),
                             std::move(signature_key)};
}

}  // namespace sinetti::mls
