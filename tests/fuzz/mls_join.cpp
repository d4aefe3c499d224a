// What a member who follows no rule can tell a newcomer: a Welcome with any GroupSecrets and GroupInfo, or a GroupInfo to join by an
// external commit. What has to be computed from the rest (tree hash, confirmation tag, signature) is set right again where the first byte
// says so; the Welcome itself is always rightly sealed.

#include "tests/fuzz/mls_world.h"
#include "tests/fuzz/target.h"
#include "tests/support/mls_state.h"

using namespace sinetti;
using namespace sinetti::fuzz;

namespace {

constexpr std::uint64_t kInvited = 5;

struct Plan {
    explicit Plan(std::uint8_t byte)
        : by_welcome((byte & 1u) != 0), tree_hash((byte & 2u) != 0), confirmation_tag((byte & 4u) != 0), sign((byte & 8u) != 0), resync((byte & 16u) != 0)
    {
    }
    bool by_welcome;
    bool tree_hash;
    bool confirmation_tag;
    bool sign;
    bool resync;
};

const KeyPackagePrivate& invited()
{
    static const auto keys = person(kInvited);
    return keys;
}

class EveryPsk final : public PskSource {
public:
    std::optional<base::SecretBytes> external_psk(ByteView) const override { return base::SecretBytes(32); }
    std::optional<base::SecretBytes> resumption_psk(ByteView, Epoch) const override { return base::SecretBytes(32); }
};

// A group that was joined is one that can be stored, loaded and used.
void use(Group& group)
{
    base::SeededRandom random(7);
    Records records;
    group.flush(records);
    auto loaded = Group::load(records);
    CHECK_INVARIANT(loaded.has_value());
    CHECK_INVARIANT(tests::whole_state(*loaded) == tests::whole_state(group));
    CHECK_INVARIANT(loaded->encrypt(base::view_of("hei"), {}, random).has_value());
    const auto output = loaded->commit({}, random);   // somebody's public key may be no key
    if (output) CHECK_INVARIANT(loaded->merge_pending().has_value());
    Records later;
    loaded->flush(later);
}

void set_right(const Plan& plan, GroupInfo& info, const JoinerSecret& joiner, const PskSecret& psk)
{
    if (plan.tree_hash) {
        const auto* extension = find_extension(info.extensions, ExtensionType::ratchet_tree);
        const auto tree = extension ? RatchetTree::parse(kSuite, extension->data) : codec::Result<RatchetTree>(base::Unexpected(codec::Error::bad_value));
        if (tree) info.group_context.tree_hash = base::to_bytes(tree->tree_hash());
    }
    if (plan.confirmation_tag) {
        const auto keys = derive_epoch(kSuite, joiner, psk, info.group_context.serialize());
        info.confirmation_tag = confirmation_tag(kSuite, keys.secrets.confirmation_key, info.group_context.confirmed_transcript_hash);
    }
    if (plan.sign) info.sign(kSuite, person(info.signer.value() % kMembers).signature_key);
}

void join(const Plan& plan, GroupSecrets&& secrets, GroupInfo&& info)
{
    const EveryPsk psks;
    const auto psk = psk_secret_from(kSuite, secrets.psks, &psks);
    if (!psk) return;
    set_right(plan, info, secrets.joiner_secret, *psk);
    base::SeededRandom random(3);
    Welcome welcome;
    welcome.cipher_suite = kSuite.id();
    welcome.encrypted_group_info = seal_group_info(kSuite, derive_welcome_secret(kSuite, secrets.joiner_secret, *psk), info);
    const auto plaintext = encode_secret([&](auto& writer) { secrets.write(writer); });
    auto sealed = kSuite.sealer_with_label("Welcome", welcome.encrypted_group_info)
                      .encrypt(invited().key_package.init_key, plaintext.view(), random);
    CHECK_INVARIANT(sealed.has_value());
    welcome.secrets.push_back({invited().key_package.ref(), std::move(*sealed)});
    JoinOptions options;
    options.psks = &psks;
    const bool has_psk = !secrets.psks.empty();
    const auto message = MlsMessage{std::move(welcome)}.serialize();
    const auto exported = Group::export_from_welcome(message, invited(), "label", {}, 32);
    auto joined = Group::join(message, invited(), random, options);
    if (!joined) return;
    CHECK_INVARIANT(has_psk || *exported == *joined->export_secret("label", {}, 32));
    use(*joined);
}

void join_external(const Plan& plan, GroupInfo&& info)
{
    set_right(plan, info, JoinerSecret(base::SecretBytes(32)), PskSecret(base::SecretBytes(32)));
    base::SeededRandom random(3);
    const EveryPsk psks;
    ExternalJoinOptions options;
    options.psks = &psks;
    options.psk.push_back(PreSharedKeyId::external({1}));
    auto identity = LeafNodeIdentity{Credential::basic(base::view_of("dave")), crypto::SignaturePrivateKey::generate(random)};
    if (plan.resync) {
        options.resync = Resync::yes;
        identity.credential = person(2).key_package.leaf_node.credential;
    }
    auto joined = Group::join_external(MlsMessage{std::move(info)}.serialize(), std::move(identity), random, options);
    if (joined) use(joined->group);
}

void run(base::ByteView input)
{
    codec::Reader reader(input);
    const auto byte = reader.u8();
    if (!byte) return;
    const Plan plan(*byte);
    GroupSecrets secrets;
    if (plan.by_welcome) {
        auto read = GroupSecrets::read(reader);
        if (!read) return;
        secrets = std::move(*read);
    }
    auto info = GroupInfo::read(reader);
    if (!info || !reader.finish()) return;
    if (plan.by_welcome)
        join(plan, std::move(secrets), std::move(*info));
    else
        join_external(plan, std::move(*info));
}

// A group of four to which person 5 has been added, as a Welcome of member 0 tells of it.
struct Told {
    GroupSecrets secrets;
    GroupInfo info;
};

Told told(bool with_path, std::vector<PreSharedKeyId> psks)
{
    auto group = make_public_group();
    const auto leaf = group.tree.add_leaf(invited().key_package.leaf_node);
    Told result;
    result.secrets.joiner_secret = JoinerSecret(base::ByteView(Bytes(32, 1)));
    if (with_path) {
        base::SeededRandom random(4);
        auto path = refresh_path(group, 0, random);
        for (std::size_t i = 0; i < path.steps.size(); ++i)
            if (path.steps[i].node == common_ancestor(leaf, LeafIndex(0))) result.secrets.path_secret = std::move(path.path_secrets[i]);
        CHECK_INVARIANT(result.secrets.path_secret.has_value());
    }
    result.secrets.psks = std::move(psks);
    result.info.group_context = group.context;
    result.info.extensions = {{ExtensionType::ratchet_tree, group.tree.serialize()},
                              external_pub_extension(person(8).key_package.init_key)};
    result.info.signer = LeafIndex(0);
    return result;
}

base::Bytes seed(std::uint8_t plan, const Told& from)
{
    return base::to_bytes(encode_secret([&](auto& writer) {
                              writer.u8(plan);
                              if (plan & 1u) from.secrets.write(writer);
                              writer.raw(encode([&](auto& out) { from.info.write(out); }));
                          }).view());
}

std::vector<base::Bytes> seeds()
{
    PreSharedKeyId external;
    external.psk_id = {1, 2};
    external.psk_nonce = Bytes(32, 3);
    const PreSharedKeyId resumption{PskType::resumption, {}, ResumptionPskUsage::application, Bytes(32, 9), Epoch(5), Bytes(32, 6)};
    const PreSharedKeyId branch{PskType::resumption, {}, ResumptionPskUsage::branch, Bytes(32, 9), Epoch(5), Bytes(32, 6)};
    auto last = told(true, {});
    last.info.group_context.epoch = Epoch(UINT64_MAX);
    auto extended = told(false, {});
    extended.info.group_context.extensions = {{ExtensionType::required_capabilities, {0, 0, 0}}};
    std::vector<base::Bytes> list;
    for (const auto& from : {told(false, {}), told(true, {}), told(true, {external, resumption})}) {
        list.push_back(seed(1 + 2 + 4 + 8, from));
        // Accepted as they stand; if they were not, the rest would be fuzzing refusals.
        codec::Reader reader(base::ByteView(list.back()).subspan(1));
        auto secrets = GroupSecrets::read(reader);
        auto info = GroupInfo::read(reader);
        CHECK_INVARIANT(secrets.has_value() && info.has_value());
        const EveryPsk psks;
        set_right(Plan(list.back()[0]), *info, secrets->joiner_secret, *psk_secret_from(kSuite, secrets->psks, &psks));
        const auto tree = RatchetTree::parse(kSuite, info->extensions[0].data);
        CHECK_INVARIANT(tree.has_value() && validate_group_info(kSuite, *info, *tree).has_value());
    }
    list.push_back(seed(1 + 2 + 4 + 8, told(true, {branch})));
    list.push_back(seed(1 + 2 + 4 + 8, last));
    list.push_back(seed(1 + 2 + 4 + 8, extended));
    list.push_back(seed(1, told(true, {})));
    list.push_back(seed(2 + 8, told(false, {})));
    list.push_back(seed(2 + 8 + 16, told(true, {})));
    list.push_back(seed(2 + 8, last));
    return list;
}

const fuzz::Target kTarget("mls_join", run, seeds);

}  // namespace
