#include "wire/frame.h"

#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::wire;

namespace {

// There is one encoding of every frame, so what decodes encodes to the same bytes.
void run(base::ByteView input)
{
    for (const auto seal : {Seal::session, Seal::shared, Seal::opening}) {
        if (const auto frame = decode_client_frame(input, seal)) CHECK_INVARIANT(base::equal(encode(*frame, seal), input));
        if (const auto frame = decode_relay_frame(input, seal)) CHECK_INVARIANT(base::equal(encode(*frame, seal), input));
    }
}

std::vector<base::Bytes> seeds()
{
    const base::Bytes cell(kCellSize, 3);
    const ClientFrame client[] = {AuthenticateDevice{},
                                  AuthenticateInvite{base::Bytes(139, 1), {}},
                                  AuthenticateFounder{},
                                  Append{1, 1, cell},
                                  Append{2, 0, base::Bytes(300, 2)},
                                  Read{3, 1, 7},
                                  Follow{4, 1, 256},
                                  Ping{5},
                                  Hello{},
                                  AuthenticateIdentity{},
                                  AuthenticateToken{},
                                  TokenRequest{6, 5, 7, {{}, {1}}},
                                  AuthenticateVault{},
                                  VaultEvaluate{6, {}, {}},
                                  VaultFetch{7, {}, {}, {}},
                                  VaultStore{8, {}, 1, 2, {}, {}, base::Bytes(500, 5), {}, {}}};
    const RelayFrame relay[] = {Challenge{kProtocolVersion, {}, {}},
                                Challenge{kProtocolVersion, {}, PublicKey{1}},
                                Accepted{SessionKind::device, {{0, BoardKind::directory, SendingLevel::prompt}, {1, BoardKind::cells, SendingLevel::silent}}},
                                Refused{6, Refusal::tag_taken},
                                Appended{7, 1, 300},
                                Entries{0, 1, 256, true, {}, {cell, cell, cell}},
                                Entries{8, 0, 0, false, {}, {base::Bytes(5, 4)}},
                                Entries{},
                                Pong{9},
                                SharedKey{1, {}, 6},
                                SignedHead{1, 512, {}, {}},
                                Gone{10, {1, 768, {}, {}}},
                                TokenResponse{10, {{}, {2}}, {}},
                                VaultEvaluated{11, {}},
                                VaultFetched{12, 3, base::Bytes(500, 5)},
                                VaultStored{13, 4}};
    std::vector<base::Bytes> list;
    for (const auto& frame : client) list.push_back(encode(frame));
    for (const auto& frame : relay) list.push_back(encode(frame));
    list.push_back(encode(relay[5], Seal::shared));
    list.push_back(encode(ClientFrame(Hello{}), Seal::opening));
    return list;
}

const fuzz::Target kTarget("wire_frame", run, seeds);

}  // namespace
