#include "directory/record.h"

#include "codec/writer.h"
#include "crypto/hash.h"
#include "directory/chain.h"
#include "directory/session_auth.h"
#include "tests/directory/cast.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::directory;
using directory_test::Cast;
using directory_test::kLater;

namespace {

std::vector<Record> all_records(Cast& cast)
{
    return {cast.organisation(), cast.enrolment(cast.anna), sign_key_package(cast.anna.device, base::Bytes(500, 2)),
            sign_revocation(cast.root, RevokedKind::device, cast.anna.device.public_key()), cast.device_enrolment(cast.anna, cast.bert),
            sign_sign_out(cast.anna.identity, cast.bert.device.public_key()), cast.token_issuer({19'000 * kTokenPeriod}),
            cast.enrolment_by(cast.bert, cast.anna), sign_revocation_as_administrator(cast.anna.identity, RevokedKind::identity, cast.bert.identity.public_key()),
            cast.role(cast.anna, 7, Role::administrator), sign_board(cast.root, cast.board(1, 0)),
            sign_board_as_administrator(cast.anna.identity, cast.board(kBoardNumberMax, 3, BoardSuite::classical))};
}

}  // namespace

TEST_SUITE_BEGIN("directory.record");

TEST_CASE("every record goes there and back, and verifies")
{
    Cast cast;
    for (const auto& record : all_records(cast)) {
        const auto bytes = encode(record);
        CHECK(bytes.size() <= kRecordSizeMax);
        const auto decoded = decode_record(bytes);
        REQUIRE(decoded.has_value());
        CHECK(*decoded == record);
        CHECK(verify(*decoded, cast.root.public_key()).has_value());
    }
}

TEST_CASE("a record cut at any byte, or with one more, is malformed")
{
    Cast cast;
    for (const auto& record : all_records(cast)) {
        auto bytes = encode(record);
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(decode_record(base::ByteView(bytes).first(size)).error() == Error::malformed);
        bytes.push_back(0);
        CHECK(decode_record(bytes).error() == Error::malformed);
    }
}

TEST_CASE("no byte of a record can change without a signature noticing")
{
    Cast cast;
    for (const auto& record : all_records(cast)) {
        const auto bytes = encode(record);
        for (std::size_t i = 0; i < bytes.size(); i += i < 400 ? 1 : 37) {
            auto damaged = bytes;
            damaged[i] ^= 0x01;
            const auto decoded = decode_record(damaged);
            if (!decoded) continue;
            CHECK_MESSAGE(!verify(*decoded, cast.root.public_key()).has_value(), "byte " << i);
        }
    }
}

TEST_CASE("a record of another version or type is told apart from a malformed one")
{
    Cast cast;
    auto bytes = encode(Record(cast.organisation()));
    bytes[0] = 2;
    CHECK(decode_record(bytes).error() == Error::unknown_version);
    bytes[0] = 1;
    bytes[1] = 200;
    CHECK(decode_record(bytes).error() == Error::unknown_version);
    CHECK(decode_record(base::Bytes(kRecordSizeMax + 1, 1)).error() == Error::malformed);
}

TEST_CASE("each signature of an enrolment is needed")
{
    Cast cast;
    const auto root = cast.root.public_key();
    const auto honest = cast.enrolment(cast.anna);
    SUBCASE("the root's on the invite")
    {
        auto forged = honest;
        forged.invite = sign_invite(cast.bert.identity, cast.anna.invite.public_key(), kLater, Role::member);
        CHECK(verify(Record(forged), root).error() == Error::wrong_organisation);
        forged.invite.root_public_key = root;
        CHECK(verify(Record(forged), root).error() == Error::bad_signature);
    }
    SUBCASE("the invite key's")
    {
        const auto forged = sign_enrolment(honest.invite, cast.bert.invite, cast.anna.identity, honest.sealed_profile, honest.device, honest.key_packages);
        CHECK(verify(Record(forged), root).error() == Error::bad_signature);
    }
    SUBCASE("the identity's")
    {
        auto forged = honest;
        forged.identity_signature[0] ^= 1;
        CHECK(verify(Record(forged), root).error() == Error::bad_signature);
    }
    SUBCASE("the identity's on the device")
    {
        auto device = honest.device;
        device.device_public_key = cast.bert.device.public_key();
        const auto forged = sign_enrolment(honest.invite, cast.anna.invite, cast.anna.identity, honest.sealed_profile, device, honest.key_packages);
        CHECK(verify(Record(forged), root).error() == Error::bad_signature);
    }
    SUBCASE("a device of another identity")
    {
        const auto forged = sign_enrolment(honest.invite, cast.anna.invite, cast.anna.identity, honest.sealed_profile, cast.certificate(cast.bert), honest.key_packages);
        CHECK(verify(Record(forged), root).error() == Error::key_mismatch);
    }
}

TEST_CASE("a device enrolment needs the identity's word and the device's own")
{
    Cast cast;
    const auto root = cast.root.public_key();
    const auto honest = cast.device_enrolment(cast.anna, cast.bert);
    const auto signed_by = [&](const SignaturePrivateKey& identity, const SignaturePrivateKey& device, const DeviceCertificate& certificate) {
        return verify(Record(sign_device_enrolment(identity, device, certificate, honest.sealed_name, honest.key_packages)), root);
    };
    CHECK(signed_by(cast.anna.identity, cast.bert.device, honest.device).has_value());
    CHECK(signed_by(cast.bert.identity, cast.bert.device, honest.device).error() == Error::bad_signature);
    CHECK(signed_by(cast.anna.identity, cast.anna.device, honest.device).error() == Error::bad_signature);
    auto certificate = honest.device;
    certificate.identity_public_key = cast.bert.identity.public_key();
    CHECK(signed_by(cast.bert.identity, cast.bert.device, certificate).error() == Error::bad_signature);
}

TEST_CASE("the name of a device is sealed like a person's, and is no person's")
{
    Cast cast;
    const auto record = cast.device_enrolment(cast.anna, cast.bert);
    CHECK(record.sealed_name.size() == kSealedNameSize);
    CHECK(open_name(cast.key, NameOf::device, record.sealed_name)->name == "Firefox");
    CHECK(open_name(cast.key, NameOf::person, record.sealed_name).error() == Error::open_failed);
}

TEST_CASE("a signature made for one kind of record does not fit another")
{
    Cast cast;
    // A key package of a device and a revocation by the root have the same shape for a suitable body; the label parts them.
    codec::Writer body;
    body.u8(std::uint8_t(RevokedKind::invite)).raw(cast.anna.invite.public_key());
    Revocation forged{.kind = RevokedKind::invite, .key = cast.anna.invite.public_key()};
    forged.signature = cast.root.sign(labelled("sinetti key package v1", body.view()));
    CHECK(verify(Record(forged), cast.root.public_key()).error() == Error::bad_signature);
    forged.signature = cast.root.sign(labelled("sinetti revocation v1", body.view()));
    CHECK(verify(Record(forged), cast.root.public_key()).has_value());
    // An administrator's revocation that the root has signed as its own is neither.
    forged.administrator = cast.root.public_key();
    CHECK(verify(Record(forged), cast.root.public_key()).error() == Error::bad_signature);
}

TEST_CASE("a board record names a board of cells, and a level and a suite that are built; its name is no other's")
{
    Cast cast;
    const auto bytes = encode(Record(sign_board(cast.root, cast.board(7, 2))));
    constexpr std::size_t kBoardAt = 2 + 1, kLevelAt = kBoardAt + 8, kSuiteAt = kLevelAt + 1;
    const auto with = [&](std::size_t place, base::Bytes value) {
        auto changed = bytes;
        std::ranges::copy(value, changed.begin() + static_cast<std::ptrdiff_t>(place));
        return decode_record(changed);
    };
    CHECK(with(kBoardAt, {0, 0, 0, 7}).has_value());
    CHECK(with(kBoardAt, {0, 0, 0, 0}).error() == Error::malformed);   // the directory
    CHECK(with(kBoardAt, {0, 1, 0, 0}).error() == Error::malformed);
    for (const int level : {0, 2, 3, 5, 255}) CHECK(with(kLevelAt, {std::uint8_t(level)}).error() == Error::malformed);
    CHECK(with(kLevelAt, {4}).has_value());
    CHECK(with(kSuiteAt, {0, 0x03}).has_value());
    for (const int suite : {0x00, 0x01, 0x4d, 0xff}) CHECK(with(kSuiteAt, {0, std::uint8_t(suite)}).error() == Error::malformed);
    CHECK(with(2, {2}).error() == Error::malformed);                   // neither with an administrator nor without
    auto short_name = cast.board(7, 2);
    short_name.sealed_name.pop_back();
    CHECK(decode_record(encode(Record(sign_board(cast.root, std::move(short_name))))).error() == Error::malformed);
    const auto named = cast.board(1, 0);
    CHECK(open_name(cast.key, NameOf::board, named.sealed_name)->name == "Ministerit");
    for (const auto other : {NameOf::organisation, NameOf::person, NameOf::device}) CHECK(open_name(cast.key, other, named.sealed_name).error() == Error::open_failed);
}

TEST_CASE("a board record is the root's word, or that of the administrator it names")
{
    Cast cast;
    const auto root = cast.root.public_key();
    const auto verdict = [&](const BoardRecord& record) { return verify(Record(record), root); };
    const auto by_root = sign_board(cast.root, cast.board(1, 0));
    const auto by_anna = sign_board_as_administrator(cast.anna.identity, cast.board(1, 0));
    CHECK(by_anna.administrator == cast.anna.identity.public_key());
    CHECK(verdict(by_root).has_value());
    CHECK(verdict(by_anna).has_value());
    CHECK(verdict(sign_board(cast.anna.identity, cast.board(1, 0))).error() == Error::bad_signature);
    auto forged = by_anna;
    forged.administrator = cast.bert.identity.public_key();
    CHECK(verdict(forged).error() == Error::bad_signature);
    forged.administrator.reset();
    CHECK(verdict(forged).error() == Error::bad_signature);
    forged = by_root;
    forged.administrator = root;
    CHECK(verdict(forged).error() == Error::bad_signature);
    const auto changed = [&](auto&& change) {
        auto record = by_root;
        change(record);
        return verdict(record).error();
    };
    CHECK(changed([](BoardRecord& record) { record.board = 2; }) == Error::bad_signature);
    CHECK(changed([](BoardRecord& record) { record.number = 1; }) == Error::bad_signature);
    CHECK(changed([](BoardRecord& record) { record.level = BoardLevel::mixed; }) == Error::bad_signature);
    CHECK(changed([](BoardRecord& record) { record.suite = BoardSuite::classical; }) == Error::bad_signature);
    CHECK(changed([](BoardRecord& record) { record.retention_days = 0; }) == Error::bad_signature);
    CHECK(changed([](BoardRecord& record) { record.sealed_name[0] ^= 1; }) == Error::bad_signature);
}

TEST_CASE("a board record is the bytes that stand in directories already")
{
    const auto key_of = [](std::uint64_t number) {
        base::SeededRandom random(number);
        return SignaturePrivateKey::generate(random);
    };
    const auto wanted = [](std::uint32_t board) {
        return BoardRecord{.board = board, .number = 5, .level = BoardLevel::mixed, .suite = BoardSuite::classical, .retention_days = 365, .sealed_name = base::Bytes(kSealedNameSize, 0xa5)};
    };
    CHECK(base::to_hex(crypto::sha256(encode(Record(sign_board(key_of(1), wanted(3)))))) == "dc51a62caa7f3586c4ba7285733864ac80967b8f2127d913e8d425fb0e31908e");
    CHECK(base::to_hex(crypto::sha256(encode(Record(sign_board_as_administrator(key_of(2), wanted(4)))))) == "c5188a54166a3a20254bc8c287b6028039d7c5b85690e2c51b2266fee6a7537b");
    codec::Writer body;
    body.u8(0).u32(3).u32(5).u8(4).u16(0x0003).u16(365).opaque(base::Bytes(kSealedNameSize, 0xa5));
    codec::Writer record;
    record.u8(1).u8(10).raw(body.view()).raw(key_of(1).sign(labelled("sinetti board policy v1", body.view())));
    CHECK(encode(Record(sign_board(key_of(1), wanted(3)))) == base::to_bytes(record.view()));
}

TEST_CASE("the record that closes a board is one of its own type and label, and neither stands for the other")
{
    Cast cast;
    const auto root = cast.root.public_key();
    const auto closing = [&] {
        auto record = cast.board(3, 1);
        record.closed = true;
        return record;
    };
    for (const auto& record : {sign_board(cast.root, closing()), sign_board_as_administrator(cast.anna.identity, closing())}) {
        CHECK(verify(Record(record), root).has_value());
        const auto bytes = encode(Record(record));
        CHECK(bytes[1] == 11);
        const auto read = decode_record(bytes);
        REQUIRE(read.has_value());
        CHECK(std::get<BoardRecord>(*read) == record);
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_record(base::ByteView(bytes).first(size)).has_value());
        auto other_type = bytes;
        other_type[1] = 10;
        CHECK(verify(*decode_record(other_type), root).error() == Error::bad_signature);
    }
    auto opened = encode(Record(sign_board(cast.root, cast.board(3, 1))));
    opened[1] = 11;
    CHECK(verify(*decode_record(opened), root).error() == Error::bad_signature);

    const auto record = sign_board(cast.root, closing());
    codec::Writer body;
    body.u8(0).u32(3).u32(1).u8(1).u16(0x0054).u16(30).opaque(record.sealed_name);
    codec::Writer whole;
    whole.u8(1).u8(11).raw(body.view()).raw(cast.root.sign(labelled("sinetti closed board v1", body.view())));
    CHECK(encode(Record(record)) == base::to_bytes(whole.view()));
}

TEST_CASE("an administrator's invite names who signed it, is for a member, and is none of the root's")
{
    Cast cast;
    const auto certificate = cast.invite_by(cast.bert, cast.anna);
    CHECK(verify(certificate).has_value());
    const auto read = decode_invite_certificate(encode(certificate));
    REQUIRE(read.has_value());
    CHECK(*read == certificate);
    CHECK(read->role == Role::member);
    CHECK(read->administrator == cast.bert.identity.public_key());
    auto forged = certificate;
    forged.administrator = cast.anna.identity.public_key();
    CHECK(verify(forged).error() == Error::bad_signature);
    forged.administrator.reset();
    for (const auto role : {Role::member, Role::administrator}) {
        forged.role = role;
        CHECK(verify(forged).error() == Error::bad_signature);
    }
    auto bytes = encode(certificate);
    bytes[32 + 32 + 8] = 3;
    CHECK(decode_invite_certificate(bytes).error() == Error::malformed);
}

TEST_CASE("an invite certificate goes there and back by itself")
{
    Cast cast;
    const auto certificate = cast.invite(cast.anna, Role::administrator);
    const auto bytes = encode(certificate);
    CHECK(*decode_invite_certificate(bytes) == certificate);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_invite_certificate(base::ByteView(bytes).first(size)).has_value());
    auto late = bytes;
    late[64] = 0xff;   // a time no clock of ours can hold
    CHECK(decode_invite_certificate(late).error() == Error::malformed);
    auto role = bytes;
    role[72] = 2;
    CHECK(decode_invite_certificate(role).error() == Error::malformed);
}

TEST_CASE("a session signature fits its nonce and its key alone")
{
    Cast cast;
    const auto nonce = cast.random.array<32>();
    const auto signature = sign_session(cast.anna.device, nonce);
    CHECK(verify_session(cast.anna.device.public_key(), nonce, signature));
    CHECK_FALSE(verify_session(cast.bert.device.public_key(), nonce, signature));
    CHECK_FALSE(verify_session(cast.anna.device.public_key(), cast.random.array<32>(), signature));
}

TEST_CASE("the chain is what the protocol says, and any change of entry, order or board shows")
{
    codec::Writer start;
    start.raw(base::view_of("sinetti board v1")).u32(1);
    CHECK(initial_head(1) == crypto::sha256(start.view()));
    codec::Writer step;
    step.raw(initial_head(1)).u64(0).raw(crypto::sha256(base::view_of("entry")));
    CHECK(next_head(initial_head(1), 0, base::view_of("entry")) == crypto::sha256(step.view()));

    const auto one = next_head(initial_head(1), 0, base::view_of("a"));
    CHECK(next_head(one, 1, base::view_of("b")) != next_head(next_head(initial_head(1), 0, base::view_of("b")), 1, base::view_of("a")));
    CHECK(initial_head(1) != initial_head(2));
    CHECK(next_head(one, 1, base::view_of("b")) != next_head(one, 2, base::view_of("b")));
}

TEST_CASE("a fingerprint is SHA-256 of label and key")
{
    Cast cast;
    codec::Writer content;
    content.raw(base::view_of("sinetti fingerprint v1")).raw(cast.anna.identity.public_key());
    CHECK(fingerprint(cast.anna.identity.public_key()) == crypto::sha256(content.view()));
}
