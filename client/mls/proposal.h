#pragma once
// Proposals and commits (RFC 9420 §12.1, §12.4).

#include "mls/psk.h"
#include "mls/treekem.h"

#include <variant>

namespace sinetti::mls {

struct Add {
    KeyPackage key_package;
    friend bool operator==(const Add&, const Add&) = default;
};
struct Update {
    LeafNode leaf_node;
    friend bool operator==(const Update&, const Update&) = default;
};
struct Remove {
    LeafIndex removed;
    friend bool operator==(const Remove&, const Remove&) = default;
};
struct PreSharedKeyProposal {
    PreSharedKeyId psk;
    friend bool operator==(const PreSharedKeyProposal&, const PreSharedKeyProposal&) = default;
};
struct ReInit {
    Bytes group_id;
    ProtocolVersion version{};
    std::uint16_t cipher_suite = 0;
    Extensions extensions;

    static codec::Result<ReInit> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const ReInit&, const ReInit&) = default;
};
struct ExternalInit {
    Bytes kem_output;
    friend bool operator==(const ExternalInit&, const ExternalInit&) = default;
};
struct GroupContextExtensions {
    Extensions extensions;
    friend bool operator==(const GroupContextExtensions&, const GroupContextExtensions&) = default;
};

struct Proposal {
    std::variant<Add, Update, Remove, PreSharedKeyProposal, ReInit, ExternalInit, GroupContextExtensions> body;

    ProposalType type() const;
    static codec::Result<Proposal> read(codec::Reader& reader);   // bad_value for a type we do not know
    void write(codec::Writer& writer) const;
    friend bool operator==(const Proposal&, const Proposal&) = default;
};

using ProposalRef = Bytes;

struct ProposalOrRef {
    std::variant<Proposal, ProposalRef> body;

    static codec::Result<ProposalOrRef> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const ProposalOrRef&, const ProposalOrRef&) = default;
};

struct Commit {
    std::vector<ProposalOrRef> proposals;
    std::optional<UpdatePath> path;

    static codec::Result<Commit> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const Commit&, const Commit&) = default;
};

}  // namespace sinetti::mls
