#include "directory/chain.h"
#include "directory/session_auth.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>
#include <map>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

TEST_SUITE_BEGIN("relay.session");

TEST_CASE("the relay is founded, people enrol, and the directory is what they sent")
{
    RunningRelay relay;
    Cast cast;
    const auto link = relay.administrator_link();
    CHECK(link.starts_with("http://localhost:" + std::to_string(relay.port()) + "/#f="));

    Client founder(relay.address());
    REQUIRE(founder.open_as_founder(link));
    const auto organisation = cast.organisation();
    const auto enrolment = cast.enrolment(cast.anna, directory::Role::administrator);
    CHECK(founder.append(organisation) == 0);
    CHECK(founder.append(enrolment) == 1);
    // Sent again, as after a lost answer, both have the position they had.
    CHECK(founder.append(organisation) == 0);
    CHECK(founder.append(enrolment) == 1);
    CHECK(relay.administrator_link().empty());
    CHECK_FALSE(std::filesystem::exists(relay.data() / "administrator-link"));

    Client late(relay.address());
    const auto challenge = late.challenge();
    REQUIRE(challenge);
    CHECK(challenge->organisation == cast.root.public_key());
    wire::AuthenticateFounder frame;
    const auto token = directory::parse_founder_link(link);
    std::copy(token->token.view().begin(), token->token.view().end(), frame.token.begin());
    late.send(frame);
    CHECK(late.expect_refusal(Refusal::already_founded));
    CHECK(late.expect_end());

    Client bert(relay.address());
    REQUIRE(bert.open_as_invite(cast.invite(cast.bert), cast.bert.invite));
    CHECK(bert.append(cast.enrolment(cast.bert)) == 2);
    const auto records = read_board(bert, 0);
    REQUIRE(records);
    REQUIRE(records->size() == 3);
    CHECK((*records)[0] == directory::encode(directory::Record(organisation)));
    CHECK((*records)[1] == directory::encode(directory::Record(enrolment)));

    Client device(relay.address());
    CHECK(device.open_as_device(cast.bert.device));
}

TEST_CASE("before the founding only the founder gets in, and only with her token")
{
    RunningRelay relay;
    Cast cast;
    {
        Client client(relay.address());
        const auto challenge = client.challenge();
        REQUIRE(challenge);
        CHECK_FALSE(challenge->organisation);
        client.send(wire::AuthenticateFounder{});
        CHECK(client.expect_refusal(Refusal::not_authorised));
        CHECK(client.expect_end());
    }
    {
        Client client(relay.address());
        const auto challenge = client.challenge();
        client.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.anna.device, challenge->nonce)});
        CHECK(client.expect_refusal(Refusal::not_founded));
    }
    {
        Client client(relay.address());
        const auto challenge = client.challenge();
        client.send(wire::AuthenticateInvite{directory::encode(cast.invite(cast.anna)), directory::sign_session(cast.anna.invite, challenge->nonce)});
        CHECK(client.expect_refusal(Refusal::not_founded));
    }
    Client founder(relay.address());
    REQUIRE(founder.open_as_founder(relay.administrator_link()));
    founder.send(wire::Append{1, 0, directory::encode(directory::Record(cast.enrolment(cast.anna)))});
    CHECK(founder.expect_refusal(Refusal::not_founded, 1));
    founder.send(wire::Append{2, 1, cell(1)});
    CHECK(founder.expect_refusal(Refusal::not_authorised, 2));
    auto forged = cast.organisation();
    forged.signature[0] ^= 1;
    founder.send(wire::Append{3, 0, directory::encode(directory::Record(forged))});
    CHECK(founder.expect_refusal(Refusal::bad_record, 3));
    CHECK(founder.append(cast.organisation()) == 0);
}

TEST_CASE("of two founders the first one wins")
{
    RunningRelay relay;
    Cast cast, other(2);
    Client first(relay.address()), second(relay.address());
    REQUIRE(first.open_as_founder(relay.administrator_link()));
    REQUIRE(second.open_as_founder(relay.administrator_link()));
    CHECK(first.append(cast.organisation()) == 0);
    second.send(wire::Append{1, 0, directory::encode(directory::Record(other.organisation()))});
    CHECK(second.expect_refusal(Refusal::already_founded, 1));
}

TEST_CASE("the administrator link stays the same until the founding, also over a restart")
{
    RunningRelay relay;
    const auto fragment = relay.administrator_link().substr(relay.administrator_link().find('#'));
    relay.restart();
    CHECK(relay.administrator_link().ends_with(fragment));
    Cast cast;
    REQUIRE(found(relay, cast));
    relay.restart();
    CHECK(relay.administrator_link().empty());
}

TEST_CASE("an invite opens one enrolment, its own, and then nothing")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Person carla(cast.random), dora(cast.random);
    const auto open = [&](const directory::InviteCertificate& invite, const crypto::SignaturePrivateKey& key, Refusal expected) {
        Client client(relay.address());
        const auto challenge = client.challenge();
        client.send(wire::AuthenticateInvite{directory::encode(invite), directory::sign_session(key, challenge->nonce)});
        return client.expect_refusal(expected) && client.expect_end();
    };
    CHECK(open(cast.invite(cast.bert), cast.bert.invite, Refusal::invite_used));
    CHECK(open(cast.invite(carla), dora.invite, Refusal::not_authorised));
    CHECK(open(cast.invite(carla, directory::Role::member, relay.clock.now()), carla.invite, Refusal::invite_expired));
    auto mangled = cast.invite(carla);
    mangled.role = directory::Role::administrator;
    CHECK(open(mangled, carla.invite, Refusal::invite_invalid));
    CHECK(open(directory::sign_invite(carla.identity, carla.invite.public_key(), directory_test::kLater, directory::Role::member), carla.invite, Refusal::invite_invalid));
    {
        Client client(relay.address());
        REQUIRE(client.challenge());
        client.send(wire::AuthenticateInvite{base::Bytes(20, 1), {}});
        CHECK(client.expect_refusal(Refusal::invite_invalid));
    }

    // Two sessions on one invite: the first enrolment wins, the second is told.
    Client first(relay.address()), second(relay.address());
    REQUIRE(first.open_as_invite(cast.invite(carla), carla.invite));
    REQUIRE(second.open_as_invite(cast.invite(carla), carla.invite));
    second.send(wire::Append{1, 0, directory::encode(directory::Record(cast.enrolment(dora)))});
    CHECK(second.expect_refusal(Refusal::not_authorised, 1));   // another invite than this session's
    second.send(wire::Append{2, 1, cell(1)});
    CHECK(second.expect_refusal(Refusal::not_authorised, 2));
    CHECK(first.append(cast.enrolment(carla)) == kFoundedRecords);
    auto usurper = directory::sign_enrolment(cast.invite(carla), carla.invite, dora.identity, cast.profile("Dora"), cast.certificate(dora), base::Bytes(9, 9));
    second.send(wire::Append{3, 0, directory::encode(directory::Record(usurper))});
    CHECK(second.expect_refusal(Refusal::invite_used, 3));
    CHECK(second.append(cast.enrolment(cast.anna)) == std::nullopt);
}

TEST_CASE("a device gets in with its key alone")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Person stranger(cast.random);
    Client unknown(relay.address());
    CHECK_FALSE(unknown.open_as_device(stranger.device));
    CHECK(unknown.expect_end());
    Client borrowed(relay.address());
    const auto challenge = borrowed.challenge();
    borrowed.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.bert.device, challenge->nonce)});
    CHECK(borrowed.expect_refusal(Refusal::not_authorised));
    Client replayed(relay.address());
    replayed.challenge();
    replayed.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.anna.device, challenge->nonce)});
    CHECK(replayed.expect_refusal(Refusal::not_authorised));

    Client anna(relay.address());
    const auto fresh = anna.challenge();
    CHECK(fresh->nonce != challenge->nonce);
    anna.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.anna.device, fresh->nonce)});
    const auto accepted = anna.expect<wire::Accepted>();
    REQUIRE(accepted);
    CHECK(accepted->session_kind == wire::SessionKind::device);
    CHECK(accepted->boards == std::vector<wire::BoardInfo>{{0, wire::BoardKind::directory, wire::SendingLevel::prompt}, {1, wire::BoardKind::cells, wire::SendingLevel::prompt, 0, 30}});
    anna.send(wire::Ping{99});
    CHECK(anna.expect<wire::Pong>() == wire::Pong{99});
}

TEST_CASE("cells are appended once, in order, and a taken tag is refused by name")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address()), bert(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    REQUIRE(bert.open_as_member(cast.bert.device));
    CHECK(anna.append(1, cell(10)) == 0);
    CHECK(bert.append(1, cell(11)) == 1);
    CHECK(anna.append(1, cell(10)) == 0);
    CHECK(bert.append(1, cell(10)) == 0);
    bert.send(wire::Append{7, 1, cell(10, 0x11)});
    CHECK(bert.expect_refusal(Refusal::tag_taken, 7));
    bert.send(wire::Append{8, 1, base::Bytes(1023)});
    CHECK(bert.expect_refusal(Refusal::wrong_size, 8));
    bert.send(wire::Append{9, 2, cell(12)});
    CHECK(bert.expect_refusal(Refusal::unknown_board, 9));
    bert.send(wire::Append{10, 0, {}});
    CHECK(bert.expect_refusal(Refusal::wrong_size, 10));
    bert.send(wire::Append{11, 0, base::Bytes(100, 1)});
    CHECK(bert.expect_refusal(Refusal::bad_record, 11));
    CHECK(anna.append(1, cell(12)) == 2);
    CHECK(read_board(bert, 1) == std::vector{cell(10), cell(11), cell(12)});

    // Many at once, the same cells from two sessions: each one stands once.
    for (std::uint32_t i = 0; i < 100; ++i) {
        anna.send(wire::Append{i + 1, 1, cell(100 + i)});
        bert.send(wire::Append{i + 1, 1, cell(100 + i)});
    }
    std::map<std::uint32_t, std::uint64_t> from_anna, from_bert;
    for (unsigned i = 0; i < 100; ++i) {
        const auto a = anna.expect<wire::Appended>();
        const auto b = bert.expect<wire::Appended>();
        REQUIRE(a);
        REQUIRE(b);
        from_anna[a->request_id] = a->position;
        from_bert[b->request_id] = b->position;
    }
    CHECK(from_anna == from_bert);
    CHECK(read_board(bert, 1)->size() == 103);
}

TEST_CASE("reading goes by block, and every head fits the chain")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    for (std::uint32_t i = 0; i < 600; ++i) {
        anna.send(wire::Append{i + 1, 1, cell(i)});
        if (i % 200 == 199) {
            for (unsigned k = 0; k < 200; ++k) REQUIRE(anna.expect<wire::Appended>());
        }
    }
    const auto cells = read_board(anna, 1);
    REQUIRE(cells);
    REQUIRE(cells->size() == 600);
    for (std::uint32_t i = 0; i < 600; ++i) CHECK((*cells)[i] == cell(i));

    anna.send(wire::Read{1, 1, 2});
    // 88 cells: not in the class of 256, which they would leave mostly empty.
    std::vector<std::size_t> sizes;
    std::uint64_t next = 512;
    for (bool last = false; !last;) {
        const auto frame = anna.expect<wire::Entries>();
        REQUIRE(frame);
        CHECK(frame->first_position == next);
        next += frame->entries.size();
        sizes.push_back(frame->entries.size());
        last = frame->last;
    }
    CHECK(sizes == std::vector<std::size_t>{64, 16, 4, 4});
    anna.send(wire::Read{2, 1, 3});
    CHECK(anna.expect_refusal(Refusal::bad_position, 2));
    anna.send(wire::Read{3, 9, 0});
    CHECK(anna.expect_refusal(Refusal::unknown_board, 3));
    anna.send(wire::Follow{4, 1, 10});
    CHECK(anna.expect_refusal(Refusal::bad_position, 4));
    anna.send(wire::Follow{5, 1, 768});
    CHECK(anna.expect_refusal(Refusal::bad_position, 5));
}

TEST_CASE("a directory larger than a frame is read and followed in several")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_device(cast.anna.device));
    for (unsigned i = 0; i < 55; ++i) REQUIRE(anna.append(directory::sign_key_package(cast.anna.device, base::Bytes(6000, static_cast<std::uint8_t>(i)))) == kFoundedRecords + i);
    const auto records = read_board(anna, 0);
    REQUIRE(records);
    CHECK(records->size() == kFoundedRecords + 55);
    anna.send(wire::Follow{1, 0, 0});
    std::vector<base::Bytes> followed;
    unsigned frames = 0;
    for (bool last = false; !last; ++frames) {
        const auto frame = anna.expect<wire::Entries>();
        REQUIRE(frame);
        CHECK(frame->first_position == followed.size());
        followed.insert(followed.end(), frame->entries.begin(), frame->entries.end());
        last = frame->last;
    }
    CHECK(frames >= 3);
    CHECK(followed == *records);
}

TEST_CASE("followers get everything once, in order, in the same bytes")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (std::uint32_t i = 0; i < 300; ++i) REQUIRE(writer.append(1, cell(i)) == i);

    std::vector<std::unique_ptr<Client>> followers;
    for (unsigned i = 0; i < 5; ++i) {
        followers.push_back(std::make_unique<Client>(relay.address()));
        REQUIRE(followers.back()->open_as_member(i % 2 == 0 ? cast.anna.device : cast.bert.device));
        followers.back()->send(wire::Follow{i + 1, 1, i == 4 ? 256u : 0u});
    }
    // Written while some are still catching up.
    for (std::uint32_t i = 300; i < 500; ++i) {
        writer.send(wire::Append{i, 1, cell(i)});
        REQUIRE(writer.expect<wire::Appended>());
    }
    std::vector<std::vector<base::Bytes>> live(5);
    for (unsigned i = 0; i < 5; ++i) {
        std::uint64_t next = i == 4 ? 256 : 0;
        auto head = directory::initial_head(1);
        for (std::uint64_t k = 0; k < next; ++k) head = directory::next_head(head, k, cell(k));
        bool caught_up = false;
        while (next < 500 || !caught_up) {
            const auto frame = followers[i]->receive();
            REQUIRE(frame);
            const auto& entries = std::get<wire::Entries>(*frame);
            CHECK(entries.request_id == wire::kNoRequest);
            REQUIRE(entries.first_position == next);
            for (const auto& entry : entries.entries) {
                CHECK(entry == cell(next));
                head = directory::next_head(head, next++, entry);
            }
            CHECK(entries.head == head);
            caught_up = caught_up || entries.last;
        }
    }
    // From here on all are live: the very same frames.
    for (std::uint32_t i = 500; i < 520; ++i) REQUIRE(writer.append(1, cell(i)) == i);
    for (unsigned i = 0; i < 5; ++i) {
        for (std::uint64_t next = 500; next < 520;) {
            const auto bytes = *followers[i]->receive_bytes();
            const auto frame = followers[i]->open(bytes);
            if (!frame) continue;   // its key
            live[i].push_back(bytes);
            if (const auto* entries = std::get_if<wire::Entries>(&*frame)) next += entries->entries.size();   // a signed head is the same for all, too
        }
    }
    for (unsigned i = 1; i < 5; ++i) CHECK(live[i] == live[0]);
}

TEST_CASE("following an empty board is answered at once, with its head")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    anna.send(wire::Follow{1, 1, 0});
    const auto frame = anna.expect<wire::Entries>();
    REQUIRE(frame);
    CHECK(frame->entries.empty());
    CHECK(frame->last);
    CHECK(frame->head == directory::initial_head(1));
    CHECK(anna.append(1, cell(1)) == 0);
}

TEST_CASE("whoever follows the directory has all of it before the first cell")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client device(relay.address()), writer(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (unsigned i = 0; i < 55; ++i) REQUIRE(device.append(directory::sign_key_package(cast.anna.device, base::Bytes(6000, static_cast<std::uint8_t>(i)))));
    for (std::uint32_t i = 0; i < 20; ++i) REQUIRE(writer.append(1, cell(i)) == i);
    Client follower(relay.address());
    REQUIRE(follower.open_as_member(cast.bert.device));
    follower.send(wire::Follow{1, 0, 0});
    follower.send(wire::Follow{2, 1, 0});
    std::size_t records = 0, cells = 0;
    while (cells < 20) {
        const auto frame = follower.expect<wire::Entries>();
        REQUIRE(frame);
        if (frame->board == 0) records += frame->entries.size();
        if (frame->board == 1) {
            CHECK(records == kFoundedRecords + 55);
            cells += frame->entries.size();
        }
    }
}

TEST_CASE("a revocation closes the sessions of the revoked and lets nobody revoked in")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address()), bert(relay.address()), invited(relay.address());
    Person carla(cast.random);
    REQUIRE(anna.open_as_device(cast.anna.device));
    REQUIRE(bert.open_as_device(cast.bert.device));
    REQUIRE(invited.open_as_invite(cast.invite(carla), carla.invite));
    anna.send(wire::Append{1, 0, directory::encode(directory::Record(directory::sign_revocation(cast.anna.identity, directory::RevokedKind::identity, cast.bert.identity.public_key())))});
    CHECK(anna.expect_refusal(Refusal::bad_record, 1));
    CHECK(anna.append(directory::sign_revocation(cast.root, directory::RevokedKind::invite, carla.invite.public_key())) == kFoundedRecords);
    CHECK(invited.expect_refusal(Refusal::revoked));
    CHECK(invited.expect_end());
    CHECK(anna.append(directory::sign_revocation(cast.root, directory::RevokedKind::identity, cast.bert.identity.public_key())) == kFoundedRecords + 1);
    CHECK(bert.expect_refusal(Refusal::revoked));
    CHECK(bert.expect_end());
    Client again(relay.address());
    const auto challenge = again.challenge();
    again.send(wire::AuthenticateDevice{cast.bert.device.public_key(), directory::sign_session(cast.bert.device, challenge->nonce)});
    CHECK(again.expect_refusal(Refusal::revoked));
    CHECK(anna.append(directory::sign_key_package(cast.anna.device, base::Bytes{1})).has_value());
}

TEST_CASE("a relay takes what an administrator signs while they are one, and nothing of theirs afterwards")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Person carla(cast.random), daniel(cast.random);
    const auto& bert = cast.bert;
    Client device(relay.address());
    REQUIRE(device.open_as_device(bert.device));
    std::uint32_t request = 0;
    const auto refused = [&](const directory::Record& record, Refusal code) {
        device.send(wire::Append{++request, 0, directory::encode(record)});
        return device.expect_refusal(code, request);
    };
    const auto comes_in = [&](const Person& person) {
        Client newcomer(relay.address());
        return newcomer.open_as_invite(cast.invite_by(bert, person), person.invite) && newcomer.append(cast.enrolment_by(bert, person)).has_value();
    };
    const auto revocation = directory::sign_revocation_as_administrator(bert.identity, directory::RevokedKind::invite, daniel.invite.public_key());
    CHECK(refused(revocation, Refusal::not_authorised));
    CHECK_FALSE(comes_in(carla));
    CHECK(refused(directory::sign_role_change(bert.identity, bert.identity.public_key(), 0, directory::Role::administrator), Refusal::bad_record));
    const auto made = device.append(cast.role(bert, 0, directory::Role::administrator));   // whoever brings it: the root has signed it
    REQUIRE(made.has_value());
    CHECK(comes_in(carla));
    CHECK(device.append(revocation).has_value());
    CHECK(device.append(cast.role(bert, 0, directory::Role::administrator)) == made);   // it is there already: said again, it changes nothing
    CHECK(refused(cast.role(bert, 2, directory::Role::member), Refusal::bad_record));

    Client waiting(relay.address());
    Person eero(cast.random);
    REQUIRE(waiting.open_as_invite(cast.invite_by(bert, eero), eero.invite));
    REQUIRE(device.append(cast.role(bert, 1, directory::Role::member)).has_value());
    waiting.send(wire::Append{1, 0, directory::encode(cast.enrolment_by(bert, eero))});
    CHECK(waiting.expect_refusal(Refusal::not_authorised, 1));
    CHECK_FALSE(comes_in(eero));
    CHECK(refused(directory::sign_revocation_as_administrator(bert.identity, directory::RevokedKind::identity, carla.identity.public_key()), Refusal::not_authorised));
    Client identity(relay.address());
    REQUIRE(identity.open_as_identity(bert.identity));
    identity.send(wire::Append{1, 0, directory::encode(cast.role(bert, 2, directory::Role::administrator))});
    CHECK(identity.expect_refusal(Refusal::not_authorised, 1));
}

TEST_CASE("a device session reads the directory and no other board, appends no cell, and is not told which boards there are")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client device(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    const std::uint32_t boards[] = {1, 9};   // the second one is none
    for (const auto board : boards) {
        CAPTURE(board);
        device.send(wire::Append{1, board, cell(1)});
        CHECK(device.expect_refusal(Refusal::not_authorised, 1));
        device.send(wire::Append{2, board, base::Bytes(1023)});
        CHECK(device.expect_refusal(Refusal::not_authorised, 2));
        device.send(wire::Read{3, board, 0});
        CHECK(device.expect_refusal(Refusal::not_authorised, 3));
        device.send(wire::Follow{4, board, 0});
        CHECK(device.expect_refusal(Refusal::not_authorised, 4));
    }
    // It stays open for what needs a name, and nothing of the above has happened.
    CHECK(read_board(device, 0)->size() == kFoundedRecords);
    Client member(relay.address());
    REQUIRE(member.open_as_member(cast.anna.device));
    CHECK(read_board(member, 1)->empty());
    member.send(wire::Follow{1, 1, 0});
    REQUIRE(member.expect<wire::Entries>());
    CHECK(member.append(1, cell(1)) == 0);
    device.send(wire::Ping{5});
    CHECK(device.expect<wire::Pong>() == wire::Pong{5});   // and not the cell that was published
}

TEST_CASE("a device may replace its own key package and nobody else's")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_device(cast.anna.device));
    anna.send(wire::Append{1, 0, directory::encode(directory::Record(directory::sign_key_package(cast.bert.device, base::Bytes{1})))});
    CHECK(anna.expect_refusal(Refusal::not_authorised, 1));
    CHECK(anna.append(directory::sign_key_package(cast.anna.device, base::Bytes{1})) == kFoundedRecords);
    anna.send(wire::Append{2, 0, directory::encode(directory::Record(cast.organisation()))});
    CHECK(anna.expect_refusal(Refusal::not_authorised, 2));
}

TEST_CASE("an identity opens a session for a new device: to add it, to sign devices out, and for nothing else")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Person tablet(cast.random), phone(cast.random), stranger(cast.random);
    {
        Client unknown(relay.address());
        CHECK_FALSE(unknown.open_as_identity(stranger.identity));
        CHECK(unknown.expect_end());
        Client borrowed(relay.address());
        const auto challenge = borrowed.challenge();
        borrowed.send(wire::AuthenticateIdentity{cast.anna.identity.public_key(), directory::sign_session(cast.bert.identity, challenge->nonce)});
        CHECK(borrowed.expect_refusal(Refusal::not_authorised));
        Client early(relay.address());
        CHECK_FALSE(early.open_as_device(tablet.device));
    }

    Client anna(relay.address());
    REQUIRE(anna.open_as_identity(cast.anna.identity));
    CHECK(read_board(anna, 0)->size() == kFoundedRecords);
    anna.send(wire::Follow{1, 1, 0});
    CHECK(anna.expect_refusal(Refusal::not_authorised, 1));
    anna.send(wire::Read{2, 1, 0});
    CHECK(anna.expect_refusal(Refusal::not_authorised, 2));
    anna.send(wire::Append{3, 1, cell(1)});
    CHECK(anna.expect_refusal(Refusal::not_authorised, 3));
    const auto refused = [&](std::uint32_t request, const directory::Record& record, Refusal code) {
        anna.send(wire::Append{request, 0, directory::encode(record)});
        return anna.expect_refusal(code, request);
    };
    CHECK(refused(4, cast.device_enrolment(cast.bert, tablet), Refusal::not_authorised));
    CHECK(refused(5, directory::sign_key_package(cast.anna.device, base::Bytes(9, 9)), Refusal::not_authorised));
    CHECK(refused(6, directory::sign_revocation(cast.root, directory::RevokedKind::device, cast.bert.device.public_key()), Refusal::not_authorised));
    CHECK(refused(7, directory::sign_sign_out(cast.bert.identity, cast.bert.device.public_key()), Refusal::not_authorised));
    auto forged = cast.device_enrolment(cast.anna, tablet);
    forged.device_signature[3] ^= 1;
    CHECK(refused(8, forged, Refusal::bad_record));
    const auto added = cast.device_enrolment(cast.anna, tablet);
    CHECK(anna.append(added) == kFoundedRecords);
    CHECK(anna.append(added) == kFoundedRecords);   // as after a lost answer

    Client device(relay.address());
    REQUIRE(device.open_as_device(tablet.device));
    CHECK(device.append(directory::sign_key_package(tablet.device, base::Bytes{1})) == kFoundedRecords + 1);
    device.send(wire::Append{4, 0, directory::encode(directory::Record(cast.device_enrolment(cast.anna, phone)))});
    CHECK(device.expect_refusal(Refusal::not_authorised, 4));
    device.send(wire::Append{5, 0, directory::encode(directory::Record(directory::sign_sign_out(cast.bert.identity, cast.bert.device.public_key())))});
    CHECK(device.expect_refusal(Refusal::not_authorised, 5));

    // From any device of hers she signs out any other; its session ends.
    Client first(relay.address());
    REQUIRE(first.open_as_device(cast.anna.device));
    CHECK(first.append(directory::sign_sign_out(cast.anna.identity, tablet.device.public_key())) == kFoundedRecords + 2);
    CHECK(device.expect_refusal(Refusal::revoked));
    CHECK(device.expect_end());
    Client again(relay.address());
    const auto challenge = again.challenge();
    again.send(wire::AuthenticateDevice{tablet.device.public_key(), directory::sign_session(tablet.device, challenge->nonce)});
    CHECK(again.expect_refusal(Refusal::revoked));
    CHECK(anna.append(directory::sign_sign_out(cast.anna.identity, cast.anna.device.public_key())) == kFoundedRecords + 3);
    CHECK(first.expect_refusal(Refusal::revoked));
}

TEST_CASE("a person who is removed opens no session with their identity either")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address()), bert(relay.address());
    REQUIRE(anna.open_as_device(cast.anna.device));
    REQUIRE(bert.open_as_identity(cast.bert.identity));
    CHECK(anna.append(directory::sign_revocation(cast.root, directory::RevokedKind::identity, cast.bert.identity.public_key())) == kFoundedRecords);
    CHECK(bert.expect_refusal(Refusal::revoked));
    CHECK(bert.expect_end());
    Client again(relay.address());
    const auto challenge = again.challenge();
    again.send(wire::AuthenticateIdentity{cast.bert.identity.public_key(), directory::sign_session(cast.bert.identity, challenge->nonce)});
    CHECK(again.expect_refusal(Refusal::revoked));
}

TEST_CASE("a device too many is refused by name")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_identity(cast.anna.identity));
    for (std::size_t devices = 1; devices < directory::kLiveDevicesMax; ++devices) REQUIRE(anna.append(cast.device_enrolment(cast.anna, Person(cast.random))));
    anna.send(wire::Append{1, 0, directory::encode(directory::Record(cast.device_enrolment(cast.anna, Person(cast.random))))});
    CHECK(anna.expect_refusal(Refusal::too_many_devices, 1));
}
