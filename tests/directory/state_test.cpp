#include "directory/state.h"

#include "tests/directory/cast.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::directory;
using directory_test::Cast;
using directory_test::kLater;
using directory_test::kNow;
using directory_test::Person;

TEST_SUITE_BEGIN("directory.state");

TEST_CASE("an organisation is founded once, people enrol, and can be looked up")
{
    Cast cast;
    DirectoryState state;
    CHECK_FALSE(state.founded());
    CHECK(state.apply(0, cast.enrolment(cast.anna)).error() == Error::not_founded);
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    CHECK(state.organisation()->root_public_key == cast.root.public_key());
    CHECK(state.apply(1, cast.organisation()).error() == Error::already_founded);

    const auto applied = state.apply(1, cast.enrolment(cast.anna, Role::administrator), kNow);
    REQUIRE(applied.has_value());
    CHECK(std::get<Enrolled>(*applied).identity_public_key == cast.anna.identity.public_key());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert), kNow).has_value());

    REQUIRE(state.identities().size() == 2);
    const auto* anna = state.identity(cast.anna.identity.public_key());
    REQUIRE(anna != nullptr);
    CHECK(anna->role == Role::administrator);
    CHECK(anna->position == 1);
    CHECK(anna->devices == std::vector{cast.anna.device.public_key()});
    CHECK(open_name(cast.key, NameOf::person, anna->sealed_profile)->name == "Anna");
    const auto* device = state.device(cast.bert.device.public_key());
    REQUIRE(device != nullptr);
    CHECK(device->contact_public_key == cast.bert.contact.public_key());
    CHECK(device->identity_public_key == cast.bert.identity.public_key());
    CHECK(state.device(cast.anna.identity.public_key()) == nullptr);
}

TEST_CASE("an organisation record whose signature is not its root's founds nothing")
{
    Cast cast;
    DirectoryState state;
    auto forged = cast.organisation();
    forged.signature[5] ^= 1;
    CHECK(state.apply(0, forged).error() == Error::bad_signature);
    CHECK_FALSE(state.founded());
}

TEST_CASE("the first enrolment of an invite wins; a second is refused and changes nothing")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    const auto second =
        sign_enrolment(cast.invite(cast.anna), cast.anna.invite, cast.bert.identity, cast.profile("Bert"), cast.certificate(cast.bert), base::Bytes(10, 1));
    CHECK(state.apply(2, second).error() == Error::invite_used);
    CHECK(state.identity(cast.bert.identity.public_key()) == nullptr);
    CHECK(state.check_invite(cast.invite(cast.anna)).error() == Error::invite_used);
    CHECK(state.invite_used(cast.anna.invite.public_key()));
}

TEST_CASE("an invite expires for who holds it to the clock, and not for who replays the past")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    CHECK(state.apply(1, cast.enrolment(cast.anna), kLater).error() == Error::invite_expired);
    CHECK(state.apply(1, cast.enrolment(cast.anna), base::UnixMilliseconds{kLater.value - 1}).has_value());
    CHECK(state.apply(2, cast.enrolment(cast.bert)).has_value());
}

TEST_CASE("an invite of another organisation is refused")
{
    Cast cast, other(99);
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    CHECK(state.apply(1, other.enrolment(other.anna)).error() == Error::wrong_organisation);
}

TEST_CASE("an identity or device key enters once")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    const auto same_identity =
        sign_enrolment(cast.invite(cast.bert), cast.bert.invite, cast.anna.identity, cast.profile("Anna"),
                       sign_device(cast.anna.identity, cast.bert.device.public_key(), cast.bert.contact.public_key(), kNow), base::Bytes(10, 1));
    CHECK(state.apply(2, same_identity).error() == Error::key_taken);
    const auto same_device =
        sign_enrolment(cast.invite(cast.bert), cast.bert.invite, cast.bert.identity, cast.profile("Bert"),
                       sign_device(cast.bert.identity, cast.anna.device.public_key(), cast.bert.contact.public_key(), kNow), base::Bytes(10, 1));
    CHECK(state.apply(2, same_device).error() == Error::key_taken);
    CHECK(state.identities().size() == 1);
}

TEST_CASE("a device replaces its key package; a stranger or a revoked device does not")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    REQUIRE(state.apply(2, sign_key_package(cast.anna.device, base::Bytes{1, 2, 3})).has_value());
    CHECK(state.device(cast.anna.device.public_key())->key_packages == base::Bytes{1, 2, 3});
    CHECK(state.device(cast.anna.device.public_key())->key_package_position == 2);
    CHECK(state.apply(3, sign_key_package(cast.bert.device, base::Bytes{4})).error() == Error::unknown_key);
    auto forged = sign_key_package(cast.bert.device, base::Bytes{4});
    forged.device_public_key = cast.anna.device.public_key();
    CHECK(state.apply(3, forged).error() == Error::bad_signature);
    REQUIRE(state.apply(3, sign_revocation(cast.root, RevokedKind::device, cast.anna.device.public_key())).has_value());
    CHECK(state.apply(4, sign_key_package(cast.anna.device, base::Bytes{5})).error() == Error::revoked);
    CHECK(state.device(cast.anna.device.public_key())->key_packages == base::Bytes{1, 2, 3});
}

TEST_CASE("what the root revokes stays revoked: invite, device, identity with its devices")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    const auto invite = cast.bert.invite.public_key();
    CHECK(state.apply(2, sign_revocation(cast.anna.identity, RevokedKind::invite, invite)).error() == Error::bad_signature);
    REQUIRE(state.apply(2, sign_revocation(cast.root, RevokedKind::invite, invite)).has_value());
    CHECK(state.apply(3, cast.enrolment(cast.bert)).error() == Error::invite_revoked);
    CHECK(state.apply(3, sign_revocation(cast.root, RevokedKind::invite, invite)).error() == Error::revoked);
    CHECK(state.apply(3, sign_revocation(cast.root, RevokedKind::identity, cast.bert.identity.public_key())).error() == Error::unknown_key);
    CHECK(state.apply(3, sign_revocation(cast.root, RevokedKind::device, cast.bert.device.public_key())).error() == Error::unknown_key);

    REQUIRE(state.apply(3, sign_revocation(cast.root, RevokedKind::identity, cast.anna.identity.public_key())).has_value());
    CHECK(state.identity(cast.anna.identity.public_key())->revoked);
    CHECK(state.device(cast.anna.device.public_key())->revoked);
    CHECK(state.apply(4, sign_revocation(cast.root, RevokedKind::identity, cast.anna.identity.public_key())).error() == Error::revoked);
}

TEST_CASE("the root makes administrators, who invite and revoke members with their own key")
{
    Cast cast;
    Person carla(cast.random), daniel(cast.random);
    DirectoryState state;
    const auto anna = cast.anna.identity.public_key();
    CHECK(state.apply(0, cast.role(cast.anna, 0, Role::administrator)).error() == Error::not_founded);
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    CHECK(state.apply(1, cast.role(cast.anna, 0, Role::administrator)).error() == Error::unknown_key);
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    CHECK(state.check_invite(cast.invite_by(cast.anna, carla)).error() == Error::not_administrator);
    CHECK(state.apply(3, cast.enrolment_by(cast.anna, carla)).error() == Error::not_administrator);
    CHECK(state.apply(3, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::identity, cast.bert.identity.public_key())).error() == Error::not_administrator);

    const auto made = state.apply(3, cast.role(cast.anna, 0, Role::administrator));
    REQUIRE(made.has_value());
    CHECK(std::get<RoleChanged>(*made).identity_public_key == anna);
    CHECK(std::get<RoleChanged>(*made).role == Role::administrator);
    CHECK(state.is_administrator(anna));
    CHECK(state.identity(anna)->role == Role::administrator);

    CHECK(state.check_invite(cast.invite_by(cast.anna, carla)).has_value());
    REQUIRE(state.apply(4, cast.enrolment_by(cast.anna, carla)).has_value());
    CHECK(state.identity(carla.identity.public_key())->role == Role::member);
    REQUIRE(state.apply(5, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::invite, daniel.invite.public_key())).has_value());
    CHECK(state.apply(6, cast.enrolment(daniel)).error() == Error::invite_revoked);
    REQUIRE(state.apply(6, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::device, carla.device.public_key())).has_value());
    REQUIRE(state.apply(7, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::identity, cast.bert.identity.public_key())).has_value());
    CHECK(state.device(cast.bert.device.public_key())->revoked);
}

TEST_CASE("what an administrator signed stays when they are one no longer; what comes after counts for nothing until they are one again")
{
    Cast cast;
    Person carla(cast.random), daniel(cast.random), early(cast.random);
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    REQUIRE(state.apply(3, cast.role(cast.anna, 0, Role::administrator)).has_value());
    const auto unused = cast.enrolment_by(cast.anna, early);   // signed while she was
    REQUIRE(state.apply(4, cast.enrolment_by(cast.anna, carla)).has_value());
    REQUIRE(state.apply(5, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::identity, cast.bert.identity.public_key())).has_value());
    REQUIRE(state.apply(6, cast.role(cast.anna, 1, Role::member)).has_value());
    CHECK_FALSE(state.is_administrator(cast.anna.identity.public_key()));
    CHECK(state.identity(cast.bert.identity.public_key())->revoked);
    CHECK_FALSE(state.identity(carla.identity.public_key())->revoked);

    CHECK(state.apply(7, unused).error() == Error::not_administrator);
    CHECK(state.apply(7, cast.enrolment_by(cast.anna, daniel)).error() == Error::not_administrator);
    CHECK(state.apply(7, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::identity, carla.identity.public_key())).error() == Error::not_administrator);
    CHECK(state.apply(7, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::device, carla.device.public_key())).error() == Error::not_administrator);
    CHECK(state.apply(7, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::invite, daniel.invite.public_key())).error() == Error::not_administrator);
    CHECK_FALSE(state.identity(carla.identity.public_key())->revoked);
    CHECK(state.identities().size() == 3);

    REQUIRE(state.apply(7, cast.role(cast.anna, 2, Role::administrator)).has_value());
    CHECK(state.apply(8, unused).has_value());
}

TEST_CASE("no role can be given twice with one signature, nor by anybody but the root")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    const auto made = cast.role(cast.anna, 0, Role::administrator);
    const auto ended = cast.role(cast.anna, 1, Role::member);
    CHECK(state.apply(3, ended).error() == Error::bad_role);                                           // out of its order
    CHECK(state.apply(3, cast.role(cast.anna, 0, Role::member)).error() == Error::bad_role);           // what she is
    CHECK(state.apply(3, sign_role_change(cast.anna.identity, cast.anna.identity.public_key(), 0, Role::administrator)).error() == Error::bad_signature);
    REQUIRE(state.apply(3, made).has_value());
    CHECK(state.apply(4, sign_role_change(cast.anna.identity, cast.bert.identity.public_key(), 0, Role::administrator)).error() == Error::bad_signature);
    CHECK(state.apply(4, made).error() == Error::bad_role);
    REQUIRE(state.apply(4, ended).has_value());
    CHECK(state.apply(5, made).error() == Error::bad_role);
    CHECK_FALSE(state.is_administrator(cast.anna.identity.public_key()));
    CHECK(state.identity(cast.anna.identity.public_key())->role_changes == 2);
}

TEST_CASE("administrators are revoked by the root alone, and are none from then on")
{
    Cast cast;
    Person carla(cast.random);
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna, Role::administrator)).has_value());   // the root's invite makes one too
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    REQUIRE(state.apply(3, cast.role(cast.bert, 0, Role::administrator)).has_value());
    for (const auto* other : {&cast.anna, &cast.bert}) {   // each other and themselves
        CHECK(state.apply(4, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::identity, other->identity.public_key())).error() == Error::not_administrator);
        CHECK(state.apply(4, sign_revocation_as_administrator(cast.anna.identity, RevokedKind::device, other->device.public_key())).error() == Error::not_administrator);
    }
    REQUIRE(state.apply(4, sign_revocation(cast.root, RevokedKind::identity, cast.anna.identity.public_key())).has_value());
    CHECK_FALSE(state.is_administrator(cast.anna.identity.public_key()));
    CHECK(state.apply(5, cast.enrolment_by(cast.anna, carla)).error() == Error::not_administrator);
    CHECK(state.apply(5, cast.role(cast.anna, 0, Role::member)).error() == Error::revoked);
    CHECK(state.apply(5, sign_revocation_as_administrator(carla.identity, RevokedKind::device, cast.bert.device.public_key())).error() == Error::not_administrator);   // a stranger
}

TEST_CASE("an identity adds devices and signs its own out; each key enters once")
{
    Cast cast;
    Person tablet(cast.random);
    DirectoryState state;
    CHECK(state.apply(0, cast.device_enrolment(cast.anna, tablet)).error() == Error::not_founded);
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    CHECK(state.apply(1, cast.device_enrolment(cast.anna, tablet)).error() == Error::unknown_key);
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    const auto added = cast.device_enrolment(cast.anna, tablet);
    const auto applied = state.apply(3, added);
    REQUIRE(applied.has_value());
    CHECK(std::get<DeviceEnrolled>(*applied).identity_public_key == cast.anna.identity.public_key());
    CHECK(std::get<DeviceEnrolled>(*applied).device_public_key == tablet.device.public_key());
    const auto* anna = state.identity(cast.anna.identity.public_key());
    CHECK(anna->devices == std::vector{cast.anna.device.public_key(), tablet.device.public_key()});
    const auto* device = state.device(tablet.device.public_key());
    REQUIRE(device != nullptr);
    CHECK(device->identity_public_key == cast.anna.identity.public_key());
    CHECK(device->contact_public_key == tablet.contact.public_key());
    CHECK(device->created == kLater);
    CHECK(device->sealed_name == added.sealed_name);
    CHECK(device->key_package_position == 3);
    CHECK(state.device(cast.anna.device.public_key())->sealed_name.empty());

    CHECK(state.apply(4, added).error() == Error::key_taken);
    CHECK(state.apply(4, cast.device_enrolment(cast.bert, tablet)).error() == Error::key_taken);
    REQUIRE(state.apply(4, sign_key_package(tablet.device, base::Bytes{7})).has_value());

    const auto sign_out = sign_sign_out(cast.anna.identity, tablet.device.public_key());
    CHECK(state.apply(5, sign_sign_out(cast.bert.identity, tablet.device.public_key())).error() == Error::key_mismatch);
    CHECK(state.apply(5, sign_sign_out(cast.anna.identity, cast.anna.identity.public_key())).error() == Error::unknown_key);
    const auto revoked = state.apply(5, sign_out);
    REQUIRE(revoked.has_value());
    CHECK(std::get<Revoked>(*revoked).kind == RevokedKind::device);
    CHECK(std::get<Revoked>(*revoked).key == tablet.device.public_key());
    CHECK(state.device(tablet.device.public_key())->revoked);
    CHECK_FALSE(state.device(cast.anna.device.public_key())->revoked);
    CHECK(state.live_devices(*anna).size() == 1);
    CHECK(state.apply(6, sign_out).error() == Error::revoked);
    CHECK(state.apply(6, added).error() == Error::key_taken);   // signed out is for good
    CHECK(state.apply(6, sign_key_package(tablet.device, base::Bytes{8})).error() == Error::revoked);
}

TEST_CASE("an identity has at most so many devices at a time, and one that was revoked adds none")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    std::uint64_t position = 2;
    while (state.live_devices(*state.identity(cast.anna.identity.public_key())).size() < kLiveDevicesMax)
        REQUIRE(state.apply(position++, cast.device_enrolment(cast.anna, Person(cast.random))).has_value());
    Person late(cast.random);
    CHECK(state.apply(position, cast.device_enrolment(cast.anna, late)).error() == Error::too_many_devices);
    REQUIRE(state.apply(position++, sign_sign_out(cast.anna.identity, cast.anna.device.public_key())).has_value());
    REQUIRE(state.apply(position++, cast.device_enrolment(cast.anna, late)).has_value());

    REQUIRE(state.apply(position++, sign_revocation(cast.root, RevokedKind::identity, cast.anna.identity.public_key())).has_value());
    CHECK(state.device(late.device.public_key())->revoked);
    CHECK(state.live_devices(*state.identity(cast.anna.identity.public_key())).empty());
    CHECK(state.apply(position, cast.device_enrolment(cast.anna, Person(cast.random))).error() == Error::revoked);
}

TEST_CASE("a relay's token issuers come period after period, few for each, and the last of a period counts")
{
    Cast cast;
    DirectoryState state;
    constexpr base::UnixMilliseconds kToday{19'000 * kTokenPeriod};
    const auto period = [&](std::int64_t days) { return base::UnixMilliseconds{kToday.value + days * kTokenPeriod}; };
    const auto relay = cast.relay.public_key();
    CHECK(state.apply(0, cast.token_issuer(kToday)).error() == Error::not_founded);
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    const auto first = cast.token_issuer(kToday);
    const auto tomorrow = cast.token_issuer(period(1));
    REQUIRE(state.apply(1, first, kToday).has_value());
    REQUIRE(state.apply(2, tomorrow, kToday).has_value());
    CHECK(state.token_issuers(relay) == std::vector{first, tomorrow});
    CHECK(state.apply(3, first, kToday).error() == Error::key_taken);
    CHECK(state.apply(3, cast.token_issuer(period(kTokenPeriodsAhead + 1)), kToday).error() == Error::bad_period);

    const auto replacement = cast.token_issuer(kToday);
    REQUIRE(state.apply(3, replacement, kToday).has_value());
    CHECK(state.token_issuers(relay) == std::vector{replacement, tomorrow});
    for (std::size_t i = 2; i < kTokenIssuersPerPeriod; ++i) REQUIRE(state.apply(4, cast.token_issuer(kToday), kToday).has_value());
    CHECK(state.apply(4, cast.token_issuer(kToday), kToday).error() == Error::bad_period);

    REQUIRE(state.apply(4, cast.token_issuer(period(kTokenPeriodsAhead + 1)), period(1)).has_value());
    CHECK(state.apply(5, cast.token_issuer(kToday), period(1)).error() == Error::bad_period);   // it is over

    // Another relay's keys are its own, and somebody else's signature is nobody's.
    CHECK(state.token_issuers(cast.root.public_key()).empty());
    auto forged = cast.token_issuer(period(4));
    forged.relay_public_key = cast.root.public_key();
    CHECK(state.apply(5, forged).error() == Error::bad_signature);
    auto no_point = cast.token_issuer(period(4));
    no_point.issuer_public_key.fill(0xff);
    CHECK(state.apply(5, no_point).error() == Error::malformed);

    for (std::int64_t day = 5; day < 30; ++day) REQUIRE(state.apply(5, cast.token_issuer(period(day))).has_value());
    CHECK(state.token_issuers(relay).size() == kTokenPeriodsKept);
    CHECK(state.token_issuers(relay).back().not_before == period(29));
}

TEST_CASE("when the root revokes a device or a person every token issuer is retired; the next ones count; sign-outs and invites change nothing")
{
    Cast cast;
    Person tablet(cast.random);
    DirectoryState state;
    constexpr base::UnixMilliseconds kToday{19'000 * kTokenPeriod};
    const auto relay = cast.relay.public_key();
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    REQUIRE(state.apply(3, cast.device_enrolment(cast.anna, tablet)).has_value());
    std::uint64_t position = 4;
    const auto first = cast.token_issuer(kToday);
    REQUIRE(state.apply(position++, first).has_value());
    REQUIRE(state.apply(position++, sign_sign_out(cast.anna.identity, tablet.device.public_key())).has_value());
    REQUIRE(state.apply(position++, sign_revocation(cast.root, RevokedKind::invite, Person(cast.random).invite.public_key())).has_value());
    CHECK(state.token_issuers(relay) == std::vector{first});

    REQUIRE(state.apply(position++, sign_revocation(cast.root, RevokedKind::device, cast.bert.device.public_key())).has_value());
    CHECK(state.token_issuers(relay).empty());
    CHECK(state.apply(position, first).error() == Error::key_taken);   // retired is for good
    const auto second = cast.token_issuer(kToday);
    REQUIRE(state.apply(position++, second).has_value());
    CHECK(state.token_issuers(relay) == std::vector{second});
    REQUIRE(state.apply(position++, sign_revocation(cast.root, RevokedKind::identity, cast.bert.identity.public_key())).has_value());
    CHECK(state.token_issuers(relay).empty());
    for (std::size_t i = 0; i < kTokenIssuersPerPeriod; ++i) REQUIRE(state.apply(position++, cast.token_issuer(kToday)).has_value());
    CHECK(state.apply(position, cast.token_issuer(kToday)).error() == Error::bad_period);
}

TEST_CASE("of a board the last record counts, each in its turn, and none that says what is so already")
{
    Cast cast;
    DirectoryState state;
    CHECK(state.apply(0, sign_board(cast.root, cast.board(1, 0))).error() == Error::not_founded);
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    CHECK(state.board(1) == nullptr);
    CHECK(state.apply(1, sign_board(cast.root, cast.board(1, 1))).error() == Error::bad_policy);   // not its turn
    const auto first = sign_board(cast.root, cast.board(1, 0));
    const auto applied = state.apply(1, first);
    REQUIRE(applied.has_value());
    CHECK(std::get<BoardSet>(*applied).board == 1);
    REQUIRE(state.board(1) != nullptr);
    CHECK(state.board(1)->level == BoardLevel::prompt);
    CHECK(state.board(1)->suite == BoardSuite::post_quantum);
    CHECK(state.board(1)->retention_days == 30);
    CHECK(state.board(1)->sealed_name == first.sealed_name);
    CHECK(state.board(1)->records == 1);
    CHECK(state.apply(2, first).error() == Error::bad_policy);                                     // said twice
    auto same = first;
    same.number = 1;
    CHECK(state.apply(2, sign_board(cast.root, std::move(same))).error() == Error::bad_policy);
    const auto changed = [&](auto&& change) {
        BoardRecord record{.board = 1, .number = state.board(1)->records, .level = state.board(1)->level, .suite = state.board(1)->suite,
                           .retention_days = state.board(1)->retention_days, .sealed_name = state.board(1)->sealed_name};
        change(record);
        return state.apply(2, sign_board(cast.root, std::move(record))).has_value();
    };
    CHECK(changed([](BoardRecord& record) { record.level = BoardLevel::mixed; }));
    CHECK(changed([](BoardRecord& record) { record.suite = BoardSuite::classical; }));
    CHECK(changed([](BoardRecord& record) { record.retention_days = 0; }));
    CHECK(changed([&](BoardRecord& record) { record.sealed_name = cast.board(1, 0).sealed_name; }));
    CHECK_FALSE(changed([](BoardRecord&) {}));
    CHECK(state.board(1)->records == 5);
    CHECK(state.board(1)->level == BoardLevel::mixed);
    CHECK(state.apply(3, sign_board(cast.root, cast.board(9, 0))).has_value());                    // numbers may have gaps
    CHECK(state.boards().size() == 2);
    CHECK(state.apply(4, sign_board(cast.bert.identity, cast.board(2, 0))).error() == Error::bad_signature);
}

TEST_CASE("a delegated administrator says how boards are used, while they are one")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna, Role::administrator)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    CHECK(state.apply(3, sign_board_as_administrator(cast.bert.identity, cast.board(2, 0))).error() == Error::not_administrator);
    CHECK(state.apply(3, sign_board_as_administrator(Person(cast.random).identity, cast.board(2, 0))).error() == Error::not_administrator);
    REQUIRE(state.apply(3, sign_board_as_administrator(cast.anna.identity, cast.board(2, 0))).has_value());
    REQUIRE(state.apply(4, cast.role(cast.anna, 0, Role::member)).has_value());
    CHECK(state.apply(5, sign_board_as_administrator(cast.anna.identity, cast.board(2, 1, BoardSuite::classical))).error() == Error::not_administrator);
    CHECK(state.board(2)->suite == BoardSuite::post_quantum);   // what she signed before stays
    REQUIRE(state.apply(5, cast.role(cast.anna, 1, Role::administrator)).has_value());
    REQUIRE(state.apply(6, sign_board_as_administrator(cast.anna.identity, cast.board(2, 1, BoardSuite::classical))).has_value());
    REQUIRE(state.apply(7, sign_revocation(cast.root, RevokedKind::identity, cast.anna.identity.public_key())).has_value());
    CHECK(state.apply(8, sign_board_as_administrator(cast.anna.identity, cast.board(2, 2))).error() == Error::not_administrator);
    REQUIRE(state.apply(8, sign_board(cast.root, cast.board(2, 2))).has_value());
    CHECK(state.board(2)->suite == BoardSuite::post_quantum);
}

TEST_CASE("a board is closed and opened again in its turn, by the root or a delegated administrator")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    REQUIRE(state.apply(1, cast.enrolment(cast.anna, Role::administrator)).has_value());
    REQUIRE(state.apply(2, cast.enrolment(cast.bert)).has_value());
    REQUIRE(state.apply(3, sign_board(cast.root, cast.board(1, 0))).has_value());
    REQUIRE(state.apply(4, sign_board(cast.root, cast.board(2, 0))).has_value());
    const auto wanted = [&](std::uint32_t number, bool closed) {
        const auto& now_is = *state.board(number);
        return BoardRecord{.board = number, .number = now_is.records, .level = now_is.level, .suite = now_is.suite, .retention_days = now_is.retention_days,
                           .sealed_name = now_is.sealed_name, .closed = closed};
    };
    CHECK_FALSE(state.is_closed(2));
    CHECK(state.apply(5, sign_board_as_administrator(cast.bert.identity, wanted(2, true))).error() == Error::not_administrator);
    CHECK(state.apply(5, sign_board(cast.bert.identity, wanted(2, true))).error() == Error::bad_signature);
    CHECK(state.apply(5, sign_board(cast.root, wanted(2, false))).error() == Error::bad_policy);    // it is open
    const auto closing = sign_board_as_administrator(cast.anna.identity, wanted(2, true));
    const auto applied = state.apply(5, closing);
    REQUIRE(applied.has_value());
    CHECK(std::get<BoardSet>(*applied).board == 2);
    CHECK(state.is_closed(2));
    CHECK(state.board(2)->records == 2);
    CHECK(state.apply(6, closing).error() == Error::bad_policy);                                    // said twice
    CHECK(state.apply(6, sign_board(cast.root, wanted(2, true))).error() == Error::bad_policy);     // it is closed
    auto renamed = wanted(2, true);
    renamed.sealed_name = cast.board(2, 0).sealed_name;
    REQUIRE(state.apply(6, sign_board(cast.root, std::move(renamed))).has_value());                 // and stays so
    CHECK(state.is_closed(2));
    REQUIRE(state.apply(7, sign_board(cast.root, wanted(2, false))).has_value());
    CHECK_FALSE(state.is_closed(2));
    CHECK(state.apply(8, closing).error() == Error::bad_policy);                                    // nor after it was opened again
    CHECK_FALSE(state.is_closed(2));
}

TEST_CASE("of the boards that are signed one is open always")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    const auto closed = [&](std::uint32_t number, std::uint32_t turn) {
        auto record = cast.board(number, turn);
        record.closed = true;
        return sign_board(cast.root, std::move(record));
    };
    CHECK(state.apply(1, closed(1, 0)).error() == Error::last_open_board);   // boards that nobody has signed are the relay's word
    CHECK(state.board(1) == nullptr);
    REQUIRE(state.apply(1, sign_board(cast.root, cast.board(1, 0))).has_value());
    CHECK(state.apply(2, closed(1, 1)).error() == Error::last_open_board);
    REQUIRE(state.apply(2, closed(7, 0)).has_value());                       // of the operator's own, closed by its first record
    CHECK(state.is_closed(7));
    CHECK(state.apply(3, closed(1, 1)).error() == Error::last_open_board);
    REQUIRE(state.apply(3, sign_board(cast.root, cast.board(2, 0))).has_value());
    REQUIRE(state.apply(4, closed(1, 1)).has_value());
    CHECK(state.apply(5, closed(2, 1)).error() == Error::last_open_board);
    CHECK_FALSE(state.is_closed(2));
    REQUIRE(state.apply(5, sign_board(cast.root, cast.board(7, 1))).has_value());
    REQUIRE(state.apply(6, closed(2, 1)).has_value());
    CHECK(state.is_closed(2));
}

TEST_CASE("there is an end to the boards that are signed, and those that are there can still be changed")
{
    Cast cast;
    DirectoryState state;
    REQUIRE(state.apply(0, cast.organisation()).has_value());
    for (std::uint32_t number = 1; number <= kSignedBoardsMax; ++number) REQUIRE(state.apply(number, sign_board(cast.root, cast.board(number, 0))).has_value());
    CHECK(state.apply(1000, sign_board(cast.root, cast.board(kSignedBoardsMax + 1, 0))).error() == Error::too_many_boards);
    CHECK(state.apply(1000, sign_board(cast.root, cast.board(kSignedBoardsMax, 1))).has_value());
}
