// GroupInfo for outsiders, and joining by external commit (RFC 9420 §12.4.3.2).

#include "mls/grease.h"
#include "mls/group_state.h"

#include <algorithm>

namespace sinetti::mls {

Result<Bytes> Group::group_info(RatchetTreeExtension ratchet_tree) const
{
    const auto& state = *m_state;
    TRY(state.may_send());
    GroupInfo info;
    info.group_context = state.epoch.context;
    info.extensions.push_back(external_pub_extension(external_key_pair(state.suite, state.epoch.secrets.external_secret).public_key));
    if (ratchet_tree == RatchetTreeExtension::included)
        info.extensions.push_back({ExtensionType::ratchet_tree, state.epoch.tree.serialize()});
    info.extensions.push_back(grease_extension_for(state.epoch.confirmation_tag));
    info.confirmation_tag = state.epoch.confirmation_tag;
    info.signer = state.own_leaf();
    info.sign(state.suite, state.signature_key);
    return MlsMessage{std::move(info)}.serialize();
}

Result<ExternalJoin> Group::join_external(ByteView group_info_message, LeafNodeIdentity identity, base::Random& random,
                                          const ExternalJoinOptions& options)
{
    auto message = TRY(MlsMessage::parse(group_info_message));
    auto* info = std::get_if<GroupInfo>(&message.body);
    if (!info) return Unexpected(Error::unsupported_wire_format);
    const auto known_suite = CipherSuite::from_id(info->group_context.cipher_suite);
    if (!known_suite) return Unexpected(Error::unsupported_suite);
    const auto suite = *known_suite;
    TRY(may_follow(info->group_context.epoch));
    auto tree = TRY(tree_of(suite, *info, options.ratchet_tree));
    TRY(validate_group_info(suite, *info, tree));
    const auto* extension = find_extension(info->extensions, ExtensionType::external_pub);
    if (!extension) return Unexpected(Error::invalid_group_info);
    const auto external_pub = TRY_OR(read_external_pub(extension->data), Error::malformed);
    const auto init = TRY(new_external_init(suite, external_pub, random));

    std::vector<Proposal> proposals;
    proposals.push_back({ExternalInit{init.kem_output}});
    if (options.resync == Resync::yes) {
        const auto members = tree.members();
        const auto old_self =
            std::find_if(members.begin(), members.end(), [&](LeafIndex leaf) { return tree.leaf(leaf)->credential == identity.credential; });
        if (old_self == members.end()) return Unexpected(Error::nothing_to_remove);
        proposals.push_back({Remove{*old_self}});
    }
    for (const auto& psk : options.psk) proposals.push_back({PreSharedKeyProposal{with_fresh_nonce(psk, suite, random)}});

    Commit commit;
    const Sender sender{SenderType::new_member_commit, 0};
    std::vector<SentProposal> sent;
    for (const auto& proposal : proposals) {
        sent.push_back({&proposal, sender});
        TRY(validate_proposal(sent.back(), tree, info->group_context));
        commit.proposals.push_back({proposal});
    }
    TRY(validate_proposal_list(sent, std::nullopt));
    auto context = info->group_context;
    const auto applied = apply_proposals(sent, tree, context);
    const auto psk = TRY(psk_secret_from(suite, applied.psks, options.psks));

    // "The joiner is added at the leftmost free leaf node (just as if they were added with an Add proposal)".
    const auto own = tree.leftmost_blank_leaf();
    auto leaf = new_leaf(identity, random);
    tree.place_leaf(own, leaf);
    EpochState next{std::move(context), std::move(tree), TreeKemPrivate(own, {}), {}, {}, {}, {}};
    const auto interim = interim_transcript_hash(suite, info->group_context.confirmed_transcript_hash, info->confirmation_tag);
    auto made = TRY(make_commit({suite, info->group_context, interim, init.init_secret, identity.signature_key, identity.signature_key},
                                {std::move(commit), sender, WireFormat::public_message, options.authenticated_data, std::move(next),
                                 std::move(leaf), {}, psk.clone()},
                                random));
    TRY(validate_leaf_node(suite, *made.next.state.tree.leaf(own), LeafNodePosition{info->group_context.group_id, own}));
    auto commit_message =
        MlsMessage{PublicMessage{std::move(made.content.content), std::move(made.content.auth), {}}}.serialize();
    auto state = std::make_unique<State>(suite, std::move(identity.signature_key), std::move(made.next));
    return ExternalJoin{Group(std::move(state)), std::move(commit_message)};
}

}  // namespace sinetti::mls
