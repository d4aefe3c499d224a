#include "mls/leaf_node.h"

#include "mls/encode.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

// Policy. Each list is searched once for every extension in use, so that without a limit a leaf takes more than linear time.
constexpr std::size_t kCapabilitiesMax = 1024;   // values in each list of Capabilities

template<typename T>
codec::Result<std::vector<T>> read_u16_list(codec::Reader& reader, std::size_t count_max = kCapabilitiesMax)
{
    auto list = TRY(reader.vector(count_max * 2));
    std::vector<T> values;
    values.reserve(list.rest().size() / 2);
    while (!list.empty()) values.push_back(static_cast<T>(TRY(list.u16())));
    return values;
}

template<typename T>
void write_u16_list(codec::Writer& writer, const std::vector<T>& values)
{
    writer.varint(values.size() * 2);
    for (const auto value : values) writer.u16(static_cast<std::uint16_t>(value));
}

template<typename T>
bool contains(const std::vector<T>& values, T value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

codec::Result<Extension> Extension::read(codec::Reader& reader)
{
    Extension extension;
    extension.type = static_cast<ExtensionType>(TRY(reader.u16()));
    extension.data = TRY(reader.opaque());
    return extension;
}

void Extension::write(codec::Writer& writer) const
{
    writer.u16(static_cast<std::uint16_t>(type)).opaque(data);
}

codec::Result<Extensions> read_extensions(codec::Reader& reader)
{
    auto list = TRY(reader.vector());
    Extensions extensions;
    while (!list.empty()) {
        if (extensions.size() == kExtensionsMax) return base::Unexpected(codec::Error::too_large);
        extensions.push_back(TRY(Extension::read(list)));
    }
    // ValExtension01: a list of extensions has no more than one of any type (§13.4)
    std::vector<ExtensionType> types;
    types.reserve(extensions.size());
    for (const auto& extension : extensions) types.push_back(extension.type);
    std::sort(types.begin(), types.end());
    if (std::adjacent_find(types.begin(), types.end()) != types.end()) return base::Unexpected(codec::Error::bad_value);
    return extensions;
}

void write_extensions(codec::Writer& writer, const Extensions& extensions)
{
    writer.vector([&](codec::Writer& list) {
        for (const auto& extension : extensions) extension.write(list);
    });
}

const Extension* find_extension(const Extensions& extensions, ExtensionType type)
{
    const auto found = std::find_if(extensions.begin(), extensions.end(), [&](const auto& extension) { return extension.type == type; });
    return found == extensions.end() ? nullptr : &*found;
}

Capabilities Capabilities::ours()
{
    Capabilities capabilities;
    capabilities.versions = {ProtocolVersion::mls10};
    for (const auto suite : CipherSuite::all()) capabilities.cipher_suites.push_back(suite.id());
    capabilities.credentials = {CredentialType::basic};
    return capabilities;
}

bool Capabilities::supports(ExtensionType type) const
{
    return (type >= ExtensionType::application_id && type <= ExtensionType::external_senders) || contains(extensions, type);
}

bool Capabilities::supports(ProposalType type) const
{
    return (type >= ProposalType::add && type <= ProposalType::group_context_extensions) || contains(proposals, type);
}

bool Capabilities::supports(CredentialType type) const
{
    return contains(credentials, type);
}

codec::Result<Capabilities> Capabilities::read(codec::Reader& reader)
{
    Capabilities capabilities;
    capabilities.versions = TRY(read_u16_list<ProtocolVersion>(reader));
    capabilities.cipher_suites = TRY(read_u16_list<std::uint16_t>(reader));
    capabilities.extensions = TRY(read_u16_list<ExtensionType>(reader));
    capabilities.proposals = TRY(read_u16_list<ProposalType>(reader));
    capabilities.credentials = TRY(read_u16_list<CredentialType>(reader));
    return capabilities;
}

void Capabilities::write(codec::Writer& writer) const
{
    write_u16_list(writer, versions);
    write_u16_list(writer, cipher_suites);
    write_u16_list(writer, extensions);
    write_u16_list(writer, proposals);
    write_u16_list(writer, credentials);
}

codec::Result<RequiredCapabilities> RequiredCapabilities::parse(ByteView bytes)
{
    codec::Reader reader(bytes);
    RequiredCapabilities required;
    required.extensions = TRY(read_u16_list<ExtensionType>(reader, kExtensionsMax));
    required.proposals = TRY(read_u16_list<ProposalType>(reader, kExtensionsMax));
    required.credentials = TRY(read_u16_list<CredentialType>(reader, kExtensionsMax));
    TRY(reader.finish());
    return required;
}

Extension RequiredCapabilities::extension() const
{
    return {ExtensionType::required_capabilities, encode([&](auto& writer) {
                write_u16_list(writer, extensions);
                write_u16_list(writer, proposals);
                write_u16_list(writer, credentials);
            })};
}

bool RequiredCapabilities::met_by(const Capabilities& capabilities) const
{
    const auto supported = [&](auto type) { return capabilities.supports(type); };
    return std::all_of(extensions.begin(), extensions.end(), supported) && std::all_of(proposals.begin(), proposals.end(), supported) &&
           std::all_of(credentials.begin(), credentials.end(), supported);
}

codec::Result<LeafNode> LeafNode::read(codec::Reader& reader)
{
    LeafNode leaf;
    const auto available = reader.rest().size();
    leaf.encryption_key = TRY(reader.opaque());
    leaf.signature_key = TRY(reader.opaque());
    leaf.credential = TRY(Credential::read(reader));
    leaf.capabilities = TRY(Capabilities::read(reader));
    leaf.source = static_cast<LeafNodeSource>(TRY(reader.u8()));
    switch (leaf.source) {
    case LeafNodeSource::key_package:
        leaf.lifetime.not_before.value = TRY(reader.u64());
        leaf.lifetime.not_after.value = TRY(reader.u64());
        break;
    case LeafNodeSource::update: break;
    case LeafNodeSource::commit: leaf.parent_hash = TRY(reader.opaque()); break;
    default: return base::Unexpected(codec::Error::bad_value);
    }
    leaf.extensions = TRY(read_extensions(reader));
    leaf.signature = TRY(reader.opaque());
    if (available - reader.rest().size() > kLeafNodeSizeMax) return base::Unexpected(codec::Error::too_large);
    return leaf;
}

void LeafNode::write_unsigned(codec::Writer& writer) const
{
    writer.opaque(encryption_key).opaque(signature_key);
    credential.write(writer);
    capabilities.write(writer);
    writer.u8(static_cast<std::uint8_t>(source));
    switch (source) {
    case LeafNodeSource::key_package: writer.u64(lifetime.not_before.value).u64(lifetime.not_after.value); break;
    case LeafNodeSource::update: break;
    case LeafNodeSource::commit: writer.opaque(parent_hash); break;
    }
    write_extensions(writer, extensions);
}

void LeafNode::write(codec::Writer& writer) const
{
    write_unsigned(writer);
    writer.opaque(signature);
}

Bytes LeafNode::serialize() const
{
    return encode([&](auto& writer) { write(writer); });
}

Bytes LeafNode::to_be_signed(std::optional<LeafNodePosition> position) const
{
    return encode([&](auto& writer) {
        write_unsigned(writer);
        if (source == LeafNodeSource::key_package) return;
        CHECK_INVARIANT(position.has_value());
        writer.opaque(position->group_id).u32(position->leaf.value());
    });
}

void LeafNode::sign(CipherSuite suite, const crypto::SignaturePrivateKey& key, std::optional<LeafNodePosition> position)
{
    signature = suite.sign_with_label(key, "LeafNodeTBS", to_be_signed(position));
}

Result<void> LeafNode::verify(CipherSuite suite, std::optional<LeafNodePosition> position) const
{
    if (source != LeafNodeSource::key_package && !position) return Unexpected(Error::invalid_leaf_node);
    return suite.verify_with_label(signature_key, "LeafNodeTBS", to_be_signed(position), signature);
}

}  // namespace sinetti::mls
