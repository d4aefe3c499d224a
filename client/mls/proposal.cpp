#include "mls/proposal.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

enum class ProposalOrRefType : std::uint8_t { proposal = 1, reference = 2 };   // §12.4

bool is_hash_size(std::size_t size)   // of some suite of ours
{
    const auto suites = CipherSuite::all();
    return std::any_of(suites.begin(), suites.end(), [&](const auto& suite) { return suite.hash_size() == size; });
}

}  // namespace

codec::Result<ReInit> ReInit::read(codec::Reader& reader)
{
    ReInit reinit;
    reinit.group_id = TRY(reader.opaque());
    reinit.version = static_cast<ProtocolVersion>(TRY(reader.u16()));
    reinit.cipher_suite = TRY(reader.u16());
    reinit.extensions = TRY(read_extensions(reader));
    return reinit;
}

void ReInit::write(codec::Writer& writer) const
{
    writer.opaque(group_id).u16(static_cast<std::uint16_t>(version)).u16(cipher_suite);
    write_extensions(writer, extensions);
}

ProposalType Proposal::type() const
{
    static constexpr ProposalType kTypes[] = {ProposalType::add,    ProposalType::update,        ProposalType::remove,
                                              ProposalType::psk,    ProposalType::reinit,        ProposalType::external_init,
                                              ProposalType::group_context_extensions};
    return kTypes[body.index()];
}

codec::Result<Proposal> Proposal::read(codec::Reader& reader)
{
    switch (static_cast<ProposalType>(TRY(reader.u16()))) {
    case ProposalType::add: return Proposal{Add{TRY(KeyPackage::read(reader))}};
    case ProposalType::update: return Proposal{Update{TRY(LeafNode::read(reader))}};
    case ProposalType::remove: return Proposal{Remove{LeafIndex(TRY(reader.u32()))}};
    case ProposalType::psk: return Proposal{PreSharedKeyProposal{TRY(PreSharedKeyId::read(reader))}};
    case ProposalType::reinit: return Proposal{TRY(ReInit::read(reader))};
    case ProposalType::external_init: return Proposal{ExternalInit{TRY(reader.opaque())}};
    case ProposalType::group_context_extensions: return Proposal{GroupContextExtensions{TRY(read_extensions(reader))}};
    }
    return base::Unexpected(codec::Error::bad_value);
}

void Proposal::write(codec::Writer& writer) const
{
    writer.u16(static_cast<std::uint16_t>(type()));
    struct Body {
        codec::Writer& out;
        void operator()(const Add& add) const { add.key_package.write(out); }
        void operator()(const Update& update) const { update.leaf_node.write(out); }
        void operator()(const Remove& remove) const { out.u32(remove.removed.value()); }
        void operator()(const PreSharedKeyProposal& proposal) const { proposal.psk.write(out); }
        void operator()(const ReInit& reinit) const { reinit.write(out); }
        void operator()(const ExternalInit& init) const { out.opaque(init.kem_output); }
        void operator()(const GroupContextExtensions& proposal) const { write_extensions(out, proposal.extensions); }
    };
    std::visit(Body{writer}, body);
}

codec::Result<ProposalOrRef> ProposalOrRef::read(codec::Reader& reader)
{
    switch (static_cast<ProposalOrRefType>(TRY(reader.u8()))) {
    case ProposalOrRefType::proposal: return ProposalOrRef{TRY(Proposal::read(reader))};
    case ProposalOrRefType::reference: {
        const auto ref = TRY(reader.opaque_view());
        if (is_hash_size(ref.size())) return ProposalOrRef{base::to_bytes(ref)};
        break;
    }
    }
    return base::Unexpected(codec::Error::bad_value);
}

void ProposalOrRef::write(codec::Writer& writer) const
{
    if (const auto* proposal = std::get_if<Proposal>(&body)) {
        writer.u8(static_cast<std::uint8_t>(ProposalOrRefType::proposal));
        proposal->write(writer);
    } else {
        writer.u8(static_cast<std::uint8_t>(ProposalOrRefType::reference)).opaque(*std::get_if<ProposalRef>(&body));
    }
}

codec::Result<Commit> Commit::read(codec::Reader& reader)
{
    Commit commit;
    auto proposals = TRY(reader.vector());
    while (!proposals.empty()) {
        if (commit.proposals.size() == kCommitProposalsMax) return base::Unexpected(codec::Error::too_large);
        commit.proposals.push_back(TRY(ProposalOrRef::read(proposals)));
    }
    if (TRY(reader.optional_marker())) commit.path = TRY(UpdatePath::read(reader));
    return commit;
}

void Commit::write(codec::Writer& writer) const
{
    writer.vector([&](codec::Writer& list) {
        for (const auto& proposal : proposals) proposal.write(list);
    });
    writer.optional_marker(path.has_value());
    if (path) path->write(writer);
}

}  // namespace sinetti::mls
