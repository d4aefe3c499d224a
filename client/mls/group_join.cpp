// Joining by Welcome (RFC 9420 §12.4.3.1).

#include "mls/group_state.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

Result<GroupSecrets> open_group_secrets(CipherSuite suite, const Welcome& welcome, const KeyPackagePrivate& key_package)
{
    const auto ref = key_package.key_package.ref();
    const auto entry = std::find_if(welcome.secrets.begin(), welcome.secrets.end(),
                                    [&](const auto& candidate) { return base::equal(candidate.new_member, ref); });
    if (entry == welcome.secrets.end()) return Unexpected(Error::no_matching_key_package);
    const crypto::HpkeReceiver receiver(key_package.init_key.view(), key_package.key_package.init_key);
    const auto plaintext =
        TRY(suite.decrypt_with_label(receiver, "Welcome", welcome.encrypted_group_info, entry->encrypted_group_secrets));
    codec::Reader reader(plaintext.view());
    auto secrets = TRY_OR(GroupSecrets::read(reader), Error::malformed);
    TRY_OR(reader.finish(), Error::malformed);
    return secrets;
}

// The pre-shared key that makes this the Welcome of a branch or successor, if any.
Result<std::optional<PreSharedKeyId>> related_psk(std::span<const PreSharedKeyId> ids, CipherSuite suite)
{
    std::optional<PreSharedKeyId> related;
    for (const auto& id : ids) {
        // ValWelcome10: the psk_nonce of a Welcome has KDF.Nh bytes (§8.4)
        if (id.psk_nonce.size() != suite.hash_size()) return Unexpected(Error::malformed);
        if (id.type != PskType::resumption || id.usage == ResumptionPskUsage::application) continue;
        // ValWelcome09: a PSK with usage reinit or branch is the only such PSK of a Welcome (§12.4.3.1)
        if (related) return Unexpected(Error::invalid_group_info);
        related = id;
    }
    return related;
}

// The secrets of the group this one comes from, then those the application has.
class FormerFirst final : public PskSource {
public:
    explicit FormerFirst(const JoinOptions& options) : m_options(options) {}
    std::optional<base::SecretBytes> external_psk(ByteView psk_id) const override
    {
        return m_options.psks ? m_options.psks->external_psk(psk_id) : std::nullopt;
    }
    std::optional<base::SecretBytes> resumption_psk(ByteView group_id, Epoch epoch) const override
    {
        if (m_options.former && base::equal(group_id, m_options.former->group_id())) {
            if (auto secret = m_options.former->resumption_psk(epoch)) return std::move(*secret);
        }
        return m_options.psks ? m_options.psks->resumption_psk(group_id, epoch) : std::nullopt;
    }

private:
    const JoinOptions& m_options;
};

}  // namespace

Result<RatchetTree> tree_of(CipherSuite suite, const GroupInfo& info, const std::optional<Bytes>& handed_in)
{
    const auto* extension = find_extension(info.extensions, ExtensionType::ratchet_tree);
    if (!extension && !handed_in) return Unexpected(Error::missing_ratchet_tree);
    return TRY_OR(RatchetTree::parse(suite, extension ? extension->data : *handed_in), Error::malformed);
}

Result<void> validate_group_info(CipherSuite suite, const GroupInfo& info, const RatchetTree& tree)
{
    const auto* signer = tree.leaf(info.signer);
    // ValWelcome03: the signer of a GroupInfo is a leaf that is not blank (§12.4.3.1)
    if (!signer) return Unexpected(Error::invalid_group_info);
    // ValWelcome04: the signature of a GroupInfo is of its signer (§12.4.3)
    TRY(info.verify(suite, signer->signature_key));
    // ValWelcome05: the ratchet tree has the tree_hash of the GroupInfo (§12.4.3.1)
    if (!base::equal(tree.tree_hash(), info.group_context.tree_hash)) return Unexpected(Error::invalid_tree);
    return validate_tree(tree, info.group_context.group_id, info.group_context.extensions);
}

namespace {

struct OpenedWelcome {
    CipherSuite suite;
    GroupSecrets secrets;
    std::optional<PreSharedKeyId> related;
    PskSecret psk;
    GroupInfo info;
};

// As far as it goes without the tree.
Result<OpenedWelcome> open_welcome(ByteView welcome_message, const KeyPackagePrivate& key_package, const JoinOptions& options)
{
    auto message = TRY(MlsMessage::parse(welcome_message));
    const auto* welcome = std::get_if<Welcome>(&message.body);
    if (!welcome) return Unexpected(Error::unsupported_wire_format);
    const auto known_suite = CipherSuite::from_id(welcome->cipher_suite);
    if (!known_suite) return Unexpected(Error::unsupported_suite);
    const auto suite = *known_suite;
    // ValWelcome01: a Welcome is of the suite of our key package (§12.4.3.1)
    if (key_package.key_package.cipher_suite != suite.id()) return Unexpected(Error::no_matching_key_package);

    auto secrets = TRY(open_group_secrets(suite, *welcome, key_package));
    auto related = TRY(related_psk(secrets.psks, suite));
    const FormerFirst psks(options);
    auto psk = TRY(psk_secret_from(suite, secrets.psks, &psks));
    auto info = TRY(open_group_info(suite, derive_welcome_secret(suite, secrets.joiner_secret, psk), welcome->encrypted_group_info));
    // ValWelcome02: the GroupInfo is of the suite of our key package (§12.4.3.1)
    if (info.group_context.cipher_suite != suite.id()) return Unexpected(Error::invalid_group_info);
    return OpenedWelcome{suite, std::move(secrets), std::move(related), std::move(psk), std::move(info)};
}

}  // namespace

Result<base::SecretBytes> Group::export_from_welcome(ByteView welcome_message, const KeyPackagePrivate& key_package, std::string_view label, ByteView context,
                                                     std::size_t length)
{
    const auto opened = TRY(open_welcome(welcome_message, key_package, {}));
    const auto keys = derive_epoch(opened.suite, opened.secrets.joiner_secret, opened.psk, opened.info.group_context.serialize());
    return mls_exporter(opened.suite, keys.secrets.exporter_secret, label, context, length);
}

Result<Group> Group::join(ByteView welcome_message, const KeyPackagePrivate& key_package, base::Random&, const JoinOptions& options)
{
    auto [suite, secrets, related, psk_secret, info] = TRY(open_welcome(welcome_message, key_package, options));
    auto tree = TRY(tree_of(suite, info, options.ratchet_tree));
    TRY(validate_group_info(suite, info, tree));
    // ValWelcome08: the group_id is unique among our groups (§12.4.3.1)
    if (options.is_known && options.is_known(info.group_context.group_id)) return Unexpected(Error::invalid_group_info);
    if (related) {
        if (!options.former || !base::equal(related->psk_group_id, options.former->group_id())) return Unexpected(Error::missing_psk);
        TRY(validate_related_group(*options.former, *related, info.group_context, tree));
    }

    std::optional<LeafIndex> own;
    for (const auto leaf : tree.members())
        if (*tree.leaf(leaf) == key_package.key_package.leaf_node) own = leaf;
    // ValWelcome06: the tree has a leaf identical to our key package's (§12.4.3.1)
    if (!own || *own == info.signer) return Unexpected(Error::invalid_group_info);

    TreeKemPrivate keys(*own, crypto::HpkePrivateKey(key_package.encryption_key.view()));
    if (secrets.path_secret) {
        if (secrets.path_secret->size() != suite.hash_size()) return Unexpected(Error::invalid_path);
        // "Identify the lowest common ancestor of the leaf node my_leaf and of the node of the member with leaf index GroupInfo.signer."
        TRY(keys.implant(tree, info.signer, common_ancestor(*own, info.signer), std::move(*secrets.path_secret)));
    }

    auto serialized = info.group_context.serialize();
    auto epoch_keys = derive_epoch(suite, secrets.joiner_secret, psk_secret, serialized);
    const auto& confirmed = info.group_context.confirmed_transcript_hash;
    // ValWelcome07: the confirmation tag is that of the epoch (§12.4.3.1)
    if (!suite.mac_verify(epoch_keys.secrets.confirmation_key.view(), confirmed, info.confirmation_tag))
        return Unexpected(Error::bad_confirmation_tag);
    auto interim = interim_transcript_hash(suite, confirmed, info.confirmation_tag);

    const auto leaf_count = tree.leaf_count();
    NextEpoch first{{std::move(info.group_context), std::move(tree), std::move(keys), std::move(epoch_keys.secrets),
                     std::move(info.confirmation_tag), std::move(interim), std::move(serialized)},
                    SecretTree(suite, leaf_count, std::move(epoch_keys.encryption_secret))};
    return Group(std::make_unique<State>(suite, key_package.signature_key.clone(), std::move(first)));
}

}  // namespace sinetti::mls
