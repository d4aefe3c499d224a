// Groups that come from another one: branches of it and its successor (RFC 9420 §11.2, §11.3).

#include "mls/encode.h"
#include "mls/group_state.h"

#include <algorithm>
#include <set>

namespace sinetti::mls {

namespace {

bool is_subset(std::span<const Credential> some, std::span<const Credential> all)
{
    const auto bytes_of = [](const Credential& credential) { return encode([&](auto& writer) { credential.write(writer); }); };
    std::set<Bytes> known;
    for (const auto& credential : all) known.insert(bytes_of(credential));
    return std::all_of(some.begin(), some.end(), [&](const auto& credential) { return known.contains(bytes_of(credential)); });
}

std::vector<Credential> credentials_of(const RatchetTree& tree)
{
    std::vector<Credential> credentials;
    for (const auto leaf : tree.members()) credentials.push_back(tree.leaf(leaf)->credential);
    return credentials;
}

std::vector<Credential> credentials_of(const Group& group)
{
    std::vector<Credential> credentials;
    for (const auto& member : group.members()) credentials.push_back(member.credential);
    return credentials;
}

// "group_id, version, cipher_suite, and group_context.extensions fields of the GroupInfo match the ReInit proposal"
bool matches(const ReInit& reinit, const GroupContext& context)   // a GroupContext is of version mls10
{
    return reinit.version == ProtocolVersion::mls10 && reinit.cipher_suite == context.cipher_suite &&
           base::equal(reinit.group_id, context.group_id) && reinit.extensions == context.extensions;
}

}  // namespace

Result<void> validate_related_group(const Group& former, const PreSharedKeyId& psk, const GroupContext& context, const RatchetTree& tree)
{
    // ValBranch01: the epoch of a branch or successor that welcomes is 1 (§12.4.3.1)
    if (context.epoch != Epoch(1)) return Unexpected(Error::invalid_group_info);
    const auto before = credentials_of(former);
    const auto after = credentials_of(tree);
    if (psk.usage == ResumptionPskUsage::branch) {
        // ValBranch02: a branch has the suite of the group it comes from (§11.3)
        if (context.cipher_suite != former.suite().id()) return Unexpected(Error::invalid_group_info);
        // The epoch may be one that is over: who is welcomed may have followed a commit since. What ties a branch to its group is that epoch's
        // resumption secret, without which the Welcome does not open, and its members are compared with those of now.
        // ValBranch03: the members of a branch are members of the group it comes from (§11.3)
        if (!is_subset(after, before)) return Unexpected(Error::invalid_group_info);
        return {};
    }
    // ValBranch04: the last commit of the group that a successor names has a ReInit (§12.4.3.1)
    if (!former.reinit() || psk.psk_epoch != former.epoch()) return Unexpected(Error::invalid_group_info);
    // ValBranch05: a successor is what the ReInit says (§11.2)
    if (!matches(*former.reinit(), context)) return Unexpected(Error::invalid_group_info);
    // ValBranch06: all members of the old group are members of its successor (§12.4.3.1)
    if (!is_subset(before, after)) return Unexpected(Error::invalid_group_info);
    return {};
}

Result<NewGroup> Group::State::new_group(CipherSuite new_suite, Bytes new_group_id, ResumptionPskUsage usage, LeafNodeIdentity&& identity,
                                         std::vector<KeyPackage>&& others, const CreateOptions& options, std::optional<UnixSeconds> now,
                                         base::Random& random) const
{
    if (removed) return Unexpected(Error::removed_from_group);
    std::vector<Credential> before;
    for (const auto& member : members()) before.push_back(member.credential);
    std::vector<Credential> after{identity.credential};
    for (const auto& key_package : others) after.push_back(key_package.leaf_node.credential);
    if (!is_subset(after, before) || (usage == ResumptionPskUsage::reinit && !is_subset(before, after)))
        return Unexpected(Error::invalid_group_info);

    struct ThisGroup final : PskSource {
        explicit ThisGroup(const State& state) : m_state(state) {}
        std::optional<base::SecretBytes> external_psk(ByteView) const override { return std::nullopt; }
        std::optional<base::SecretBytes> resumption_psk(ByteView, Epoch) const override
        {
            return base::SecretBytes(m_state.epoch.secrets.resumption_psk.view());
        }
        const State& m_state;
    };
    const ThisGroup psks(*this);
    CommitRequest request;
    request.add = std::move(others);
    request.psk.push_back(PreSharedKeyId::resumption(usage, epoch.context.group_id, epoch.context.epoch));
    request.psks = &psks;
    request.now = now;

    auto group = TRY(Group::create(new_suite, std::move(new_group_id), std::move(identity), random, options));
    auto output = TRY(group.m_state->commit(request, usage, random));
    TRY(group.merge_pending());   // nobody else is in epoch 0, so nobody else can come first
    return NewGroup{std::move(group), std::move(output.welcome)};
}

Result<NewGroup> Group::branch(Bytes new_group_id, LeafNodeIdentity identity, std::vector<KeyPackage> others, base::Random& random,
                               const CreateOptions& options, std::optional<UnixSeconds> now) const
{
    TRY(m_state->may_send());
    return m_state->new_group(suite(), std::move(new_group_id), ResumptionPskUsage::branch, std::move(identity), std::move(others), options, now,
                              random);
}

Result<NewGroup> Group::successor(LeafNodeIdentity identity, std::vector<KeyPackage> others, base::Random& random, Lifetime lifetime,
                                  std::optional<UnixSeconds> now) const
{
    const auto& reinit = m_state->epoch.reinit;
    if (!reinit) return Unexpected(Error::no_reinit);
    if (reinit->version != ProtocolVersion::mls10) return Unexpected(Error::unsupported_version);
    const auto new_suite = CipherSuite::from_id(reinit->cipher_suite);
    if (!new_suite) return Unexpected(Error::unsupported_suite);
    return m_state->new_group(*new_suite, reinit->group_id, ResumptionPskUsage::reinit, std::move(identity), std::move(others),
                              {reinit->extensions, lifetime}, now, random);
}

}  // namespace sinetti::mls
