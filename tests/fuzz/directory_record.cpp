#include "codec/writer.h"
#include "crypto/oprf.h"
#include "directory/record.h"
#include "directory/state.h"
#include "tests/fuzz/target.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::directory;

namespace {

SignaturePrivateKey key_of(std::uint64_t number)
{
    base::SeededRandom random(number);
    return SignaturePrivateKey::generate(random);
}

BoardRecord board(std::uint32_t number, std::uint32_t turn)
{
    return {.board = number, .number = turn, .level = turn == 0 ? BoardLevel::prompt : BoardLevel::mixed, .suite = BoardSuite::classical, .retention_days = 30,
            .sealed_name = base::Bytes(kSealedNameSize, 9)};
}

BoardRecord closed_board(std::uint32_t number, std::uint32_t turn)
{
    auto record = board(number, turn);
    record.closed = true;
    return record;
}

// Records that make sense one after the other.
std::vector<base::Bytes> history()
{
    const auto root = key_of(1);
    const auto invite_key = key_of(2);
    const auto identity = key_of(3);
    const auto device = key_of(4);
    base::SeededRandom random(5);
    const auto contact = crypto::DhPrivateKey::generate(random);
    const auto second_device = key_of(6);
    const auto second_certificate = sign_device(identity, second_device.public_key(), contact.public_key(), {1'700'000'000'001});
    const auto invite = sign_invite(root, invite_key.public_key(), {2'000'000'000'000}, Role::administrator);
    const auto certificate = sign_device(identity, device.public_key(), contact.public_key(), {1'700'000'000'000});
    const auto member = key_of(8);
    const auto by_administrator = sign_invite_as_administrator(identity, root.public_key(), key_of(7).public_key(), {2'000'000'000'000});
    const auto member_certificate = sign_device(member, key_of(9).public_key(), contact.public_key(), {1'700'000'000'002});
    return {encode(sign_organisation(root, base::Bytes(kSealedNameSize, 1))),
            encode(sign_enrolment(invite, invite_key, identity, base::Bytes(kSealedNameSize, 2), certificate, base::Bytes(300, 3))),
            encode(sign_key_package(device, base::Bytes(300, 4))),
            encode(sign_device_enrolment(identity, second_device, second_certificate, base::Bytes(kSealedNameSize, 5), base::Bytes(300, 6))),
            encode(sign_sign_out(identity, second_device.public_key())),
            encode(sign_enrolment(by_administrator, key_of(7), member, base::Bytes(kSealedNameSize, 7), member_certificate, base::Bytes(300, 8))),
            encode(sign_role_change(root, member.public_key(), 0, Role::administrator)),
            encode(sign_role_change(root, member.public_key(), 1, Role::member)),
            encode(sign_board(root, board(1, 0))),
            encode(sign_board_as_administrator(identity, board(1, 1))),
            encode(sign_board_as_administrator(identity, board(65535, 0))),
            encode(sign_board(root, closed_board(1, 2))),
            encode(sign_board_as_administrator(identity, closed_board(65534, 0))),
            encode(sign_revocation_as_administrator(identity, RevokedKind::device, key_of(9).public_key())),
            encode(sign_revocation_as_administrator(identity, RevokedKind::identity, member.public_key())),
            encode(sign_revocation_as_administrator(identity, RevokedKind::invite, key_of(10).public_key())),
            encode(sign_revocation(root, RevokedKind::device, device.public_key())),
            encode(sign_revocation(root, RevokedKind::invite, invite_key.public_key())),
            encode(sign_token_issuer(key_of(6), {20'000 * kTokenPeriod}, crypto::OprfPrivateKey::generate(random).public_key().bytes()))};
}

void decode(base::ByteView input)
{
    if (const auto record = decode_record(input)) {
        CHECK_INVARIANT(base::equal(encode(*record), input));
        (void)verify(*record, key_of(1).public_key());
    }
    if (const auto certificate = decode_invite_certificate(input)) {
        CHECK_INVARIANT(base::equal(encode(*certificate), input));
        (void)verify(*certificate);
    }
}

// The input is one record, and also a whole board: opaque<V> records that are applied in order.
void run(base::ByteView input)
{
    decode(input);
    codec::Reader reader(input);
    DirectoryState state;
    std::uint64_t position = 0;
    while (!reader.empty()) {
        const auto bytes = reader.opaque_view(kRecordSizeMax);
        if (!bytes) return;
        decode(*bytes);
        const auto record = decode_record(*bytes);
        if (!record) continue;
        const auto identities = state.identities().size();
        const auto checked = state.check(*record);
        const auto applied = state.apply(position++, *record);
        CHECK_INVARIANT(checked.has_value() == applied.has_value());
        for (const auto& key : state.identities()) CHECK_INVARIANT(!state.is_administrator(key) || !state.identity(key)->revoked);
        const bool enrolled = applied.has_value() && std::holds_alternative<Enrolled>(*applied);
        CHECK_INVARIANT(state.identities().size() == identities + (enrolled ? 1 : 0));
        CHECK_INVARIANT(state.boards().size() <= kSignedBoardsMax && !state.boards().contains(0));
        const auto is_open = [](const auto& known) { return !known.second.closed; };
        CHECK_INVARIANT(state.boards().empty() || std::ranges::any_of(state.boards(), is_open));
        for (const auto& key : state.identities()) {
            CHECK_INVARIANT(state.identity(key) != nullptr);
            CHECK_INVARIANT(state.live_devices(*state.identity(key)).size() <= kLiveDevicesMax);
        }
    }
}

std::vector<base::Bytes> seeds()
{
    auto list = history();
    codec::Writer all;
    DirectoryState state;
    for (const auto& record : list) {
        const auto decoded = decode_record(record);
        CHECK_INVARIANT(decoded.has_value() && state.apply(0, *decoded).has_value());
        all.opaque(record);
    }
    list.push_back(base::to_bytes(all.view()));
    list.push_back(encode(sign_invite(key_of(1), key_of(2).public_key(), {2'000'000'000'000}, Role::member)));
    list.push_back(encode(sign_invite_as_administrator(key_of(3), key_of(1).public_key(), key_of(2).public_key(), {2'000'000'000'000})));
    return list;
}

const fuzz::Target kTarget("directory_record", run, seeds);

}  // namespace
