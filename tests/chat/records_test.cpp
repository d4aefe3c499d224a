// Every record of the vault: written and read again, cut at every byte, and never believed when it is damaged.

#include "chat/account.h"
#include "chat/core.h"
#include "chat/effects.h"
#include "chat/key_packages.h"
#include "chat/board_infos.h"
#include "chat/long_history.h"
#include "chat/outbox.h"
#include "chat/shared_tree.h"
#include "chat/timeline.h"
#include "chat/token_wallet.h"
#include "codec/writer.h"
#include "directory/state.h"
#include "store/memory_backend.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

class Nobody final : public net::Transport, public net::SessionListener, public EventSink {
    void open(net::TransportListener&) override {}
    void send(base::ByteView) override {}
    void close() override {}
    std::optional<directory::RelayKeys> relay_keys() override { return std::nullopt; }
    std::optional<wire::ClientFrame> on_challenge(const wire::Challenge&) override { return std::nullopt; }
    void on_accepted(const wire::Accepted&) override {}
    void on_refused(const wire::Refused&) override {}
    void on_appended(const wire::Appended&) override {}
    void on_entries(wire::Entries&&) override {}
    void on_signed_head(const wire::SignedHead&) override {}
    void on_gone(const wire::Gone&) override {}
    void on_token_response(const wire::TokenResponse&) override {}
    void on_blob_state(const wire::BlobState&) override {}
    void on_blob_data(wire::BlobData&&) override {}
    void on_vault_answer(net::VaultAnswer&&) override {}
    void on_meeting_state(wire::MeetingState&&) override {}
    void on_session_closed(net::CloseReason) override {}
    void on_event(const api::Event&) override {}
};

struct Store {
    base::ManualClock clock;
    base::SeededRandom random{1};
    store::MemoryBackend backend;
    Nobody nobody;
    net::Session session{clock, random, nobody, nobody};
    Effects effects{clock, random, backend, session, nobody, [] {}};

    Store() { effects.use_sealer(store::RecordSealer(store::MasterKey(base::ByteView(base::Bytes(32, 1))))); }
    store::Records records()
    {
        effects.end_turn();
        std::vector<store::StoredRecord> stored;
        for (const auto& [id, value] : backend.records()) stored.push_back({id, value});
        auto opened = store::open_records(*effects.sealer(), stored);
        REQUIRE(opened.has_value());
        return std::move(*opened);
    }
};

NewAccount founder()
{
    base::SeededRandom random(2);
    directory::FounderLink link{base::Secret<32>(random.array<32>()), {random.array<32>(), random.array<32>()}};
    auto account = found_organisation(link, "Virasto", "Aino", "Päällikkö", {1'800'000'000'000}, random);
    REQUIRE(account.has_value());
    return std::move(*account);
}

}  // namespace

TEST_SUITE("chat.records")
{
    TEST_CASE("an account in every stage is read as it was written, and refused when cut")
    {
        auto made = founder();
        auto& account = made.account;
        for (const auto stage : {AccountStage::founding, AccountStage::enrolling, AccountStage::complete}) {
            account.stage = stage;
            if (stage == AccountStage::complete) account.pending.reset();
            const auto record = account.serialize();
            const auto read = Account::parse(record.view());
            REQUIRE(read.has_value());
            CHECK(read->serialize() == record);
            CHECK(read->identity.public_key() == account.identity.public_key());
            CHECK(read->root.has_value());
            CHECK(read->relay_keys == account.relay_keys);
            for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(Account::parse(record.view().first(size)).has_value());
        }
    }

    TEST_CASE("the account of a device that is being added is read as it was written, and refused when cut")
    {
        base::SeededRandom random(3);
        auto known = founder();
        CHECK(add_device(person_keys_of(known.account), "", {1'800'000'000'000}, random).error() == api::Code::name_missing);
        CHECK(add_device(person_keys_of(known.account), std::string(65, 'a'), {1'800'000'000'000}, random).error() == api::Code::name_missing);
        const auto added = add_device(person_keys_of(known.account), "Firefox", {1'800'000'000'000}, random);
        REQUIRE(added.has_value());
        CHECK(added->account.stage == AccountStage::adding_device);
        CHECK(added->account.identity.public_key() == known.account.identity.public_key());
        CHECK(added->account.device.public_key() != known.account.device.public_key());
        CHECK(added->account.contact.public_key() != known.account.contact.public_key());
        CHECK(added->account.root.has_value());
        const auto record = added->account.serialize();
        const auto read = Account::parse(record.view());
        REQUIRE(read.has_value());
        CHECK(read->serialize() == record);
        for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(Account::parse(record.view().first(size)).has_value());
    }

    TEST_CASE("how far the archive is, is read as it was written, and refused when cut or of another version")
    {
        Store store;
        ArchiveState state;
        state.reached = {{"aa", 7}, {"bb", 0}};
        state.day = 20'000;
        state.next_part = 3;
        state.writing = true;
        state.write_at = {1'800'000'000'000};
        state.fetches_left = 2;
        state.fetch_at = {1'800'000'000'500};
        state.fetched = {{{crypto::SignaturePublicKey{1}, 19'999}, 4}};
        state.persist(store.effects);
        auto records = store.records();
        const auto read = ArchiveState::load(records);
        REQUIRE(read.has_value());
        CHECK(read->reached == state.reached);
        CHECK(read->day == state.day);
        CHECK(read->next_part == state.next_part);
        CHECK(read->writing);
        CHECK(read->write_at == state.write_at);
        CHECK(read->fetches_left == 2);
        CHECK(read->fetch_at == state.fetch_at);
        CHECK(read->fetched == state.fetched);

        auto& record = records.at(std::string(kArchiveRecord));
        const auto whole = record.clone();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            record = base::SecretBytes(whole.view().first(size));
            CHECK_FALSE(ArchiveState::load(records).has_value());
        }
        auto later = base::to_bytes(whole.view());
        ++later[0];
        record = base::SecretBytes(base::ByteView(later));
        CHECK_FALSE(ArchiveState::load(records).has_value());
        records.clear();
        CHECK(ArchiveState::load(records)->write_at.value == 0);   // a device that has just begun
    }

    TEST_CASE("what of the long history is still to be left and what was found, is read as it was written, and refused when cut or of another version")
    {
        Store store;
        LongHistory history;
        history.leave_at = {1'800'000'000'000};
        history.looks_left = 3;
        history.leaving = {{crypto::SignaturePublicKey{1}, {{1'700'000'000'000, "aa", 7}, 4, true}}, {crypto::SignaturePublicKey{2}, {}}};
        history.found = {{crypto::SignaturePublicKey{3}, 16}};
        history.persist(store.effects);
        auto records = store.records();
        const auto read = LongHistory::load(records);
        REQUIRE(read.has_value());
        CHECK(read->leave_at == history.leave_at);
        CHECK(read->looks_left == 3);
        CHECK(read->leaving == history.leaving);
        CHECK(read->found == history.found);

        auto& record = records.at(std::string(kLongHistoryRecord));
        const auto whole = record.clone();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            record = base::SecretBytes(whole.view().first(size));
            CHECK_FALSE(LongHistory::load(records).has_value());
        }
        auto later = base::to_bytes(whole.view());
        ++later[0];
        record = base::SecretBytes(base::ByteView(later));
        CHECK_FALSE(LongHistory::load(records).has_value());
        records.clear();
        CHECK(LongHistory::load(records)->looks_left == 0);   // a device of before
    }

    TEST_CASE("an account stored before accounts knew the relay's keys is told from a damaged one")
    {
        const auto record = founder().account.serialize();
        base::Bytes before = base::to_bytes(record.view());
        before[1] = 1;
        CHECK(Account::parse(before).error() == api::Code::store_outdated);
        before[1] = 3;
        CHECK(Account::parse(before).error() == api::Code::store_broken);
        CHECK(Account::parse({}).error() == api::Code::store_broken);
    }

    TEST_CASE("the founder's own enrolment stands in a new directory, and her key packages are hers, one for each suite")
    {
        const auto made = founder();
        directory::DirectoryState state;
        const auto organisation = directory::decode_record(made.account.pending->organisation_record);
        const auto enrolment = directory::decode_record(made.account.pending->enrolment_record);
        REQUIRE((organisation && enrolment));
        CHECK(state.apply(0, *organisation, base::UnixMilliseconds{1'800'000'000'000}).has_value());
        CHECK(state.apply(1, *enrolment, base::UnixMilliseconds{1'800'000'000'000}).has_value());
        const auto* device = state.device(made.account.device.public_key());
        REQUIRE(device != nullptr);
        for (const auto suite : kConversationSuites) {
            const auto key_package = published_key_package(device->key_packages, suite);
            REQUIRE(key_package.has_value());
            CHECK(key_package->cipher_suite == suite.id());
            CHECK(key_package->validate(mls::UnixSeconds{1'800'000'000}).has_value());
            CHECK(key_package->leaf_node.credential == credential_of(made.account.identity.public_key(), made.account.device.public_key()));
        }
        CHECK_FALSE(published_key_package(device->key_packages, mls::CipherSuite::xwing_chacha20poly1305_sha256_ed25519()).has_value());
        CHECK_FALSE(published_key_package(base::ByteView(device->key_packages).first(100), kConversationSuites.front()).has_value());
        CHECK_FALSE(published_key_package({}, kConversationSuites.front()).has_value());
        CHECK(device->key_packages.size() <= directory::kKeyPackagesSizeMax);
        CHECK(made.account.pending->enrolment_record.size() <= directory::kRecordSizeMax);
    }

    TEST_CASE("a board without a policy has post-quantum conversations, one may ask for a suite of ours, and no other")
    {
        CHECK(conversation_suite(kDefaultSuitePolicy) == mls::CipherSuite::xwing_chacha20poly1305_sha512_ed25519());
        CHECK(conversation_suite(0x0054) == mls::CipherSuite::xwing_chacha20poly1305_sha512_ed25519());
        CHECK(conversation_suite(0x0003) == mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519());
        for (const int id : {1, 2, 0x004d, 0x0a0a, 0xffff}) CHECK_FALSE(conversation_suite(static_cast<std::uint16_t>(id)).has_value());
    }

    TEST_CASE("names that are empty, too long or not text found nothing")
    {
        base::SeededRandom random(3);
        directory::FounderLink link{base::Secret<32>(random.array<32>()), {random.array<32>(), random.array<32>()}};
        for (const auto& name : {std::string(), std::string(api::kNameMax + 1, 'x'), std::string("\xff")}) {
            CHECK(found_organisation(link, "Virasto", name, "", {}, random).error() == api::Code::name_missing);
            CHECK(found_organisation(link, name, "Aino", "", {}, random).error() == api::Code::name_missing);
        }
    }

    TEST_CASE("the last four sets of key packages are kept, newest first")
    {
        auto made = founder();
        base::SeededRandom random(4);
        KeyPackages kept(std::move(made.key_packages), {1'800'000'000'000});
        for (int i = 0; i < 6; ++i) kept.renew(leaf_identity_of(made.account), {1'800'000'000'000 + i}, random);
        CHECK(kept.all().size() == kKeyPackagesKept * kConversationSuites.size());
        CHECK(kept.all().front() == &kept.newest().front());
        CHECK_FALSE(kept.is_due({1'800'000'000'000 + kKeyPackageRenewal}));
        CHECK(kept.is_due({1'800'000'000'010 + kKeyPackageRenewal}));
        const auto record = kept.serialize();
        const auto read = KeyPackages::parse(record.view());
        REQUIRE(read.has_value());
        CHECK(read->serialize() == record);
        CHECK_FALSE(KeyPackages::parse(record.view().first(record.size() - 1)).has_value());
        CHECK_FALSE(KeyPackages::parse({}).has_value());
    }

    TEST_CASE("key packages kept from before there were several suites are read, still join, and are due")
    {
        const auto made = founder();
        codec::SecretWriter writer;
        writer.u16(1);
        for (int i = 0; i < 4; ++i) writer.u64(1'800'000'000'000).opaque(made.key_packages.back().serialize().view());
        const auto record = std::move(writer).take();
        auto kept = KeyPackages::parse(record.view());
        REQUIRE(kept.has_value());
        CHECK(kept->all().size() == 4);
        CHECK(kept->all().front()->key_package == made.key_packages.back().key_package);
        CHECK(kept->is_due({1'800'000'000'000}));
        CHECK(published_key_package(made.key_packages.back().key_package.serialize(), kConversationSuites.back()) == made.key_packages.back().key_package);

        base::SeededRandom random(5);
        kept->renew(leaf_identity_of(made.account), {1'800'000'000'000}, random);
        CHECK_FALSE(kept->is_due({1'800'000'000'000}));
        CHECK(kept->newest().size() == kConversationSuites.size());
        CHECK(kept->all().size() == kConversationSuites.size() + 3);
        const auto again = KeyPackages::parse(kept->serialize().view());
        REQUIRE(again.has_value());
        CHECK(again->serialize() == kept->serialize());
        for (std::size_t size = 0; size < record.size(); ++size) {
            const auto cut = KeyPackages::parse(record.view().first(size));
            CHECK((!cut || cut->all().size() < 4));   // a whole number of them is a record too
        }
    }

    TEST_CASE("outbox items of every kind, grounded and in flight, are read as they were written")
    {
        Store store;
        Lane lane{{LaneKind::conversation, "abcd"}, {}};
        const std::vector<Intent> intents{TextIntent{{1}, "moi", {5}}, RenameIntent{"Nimi"}, AddIntent{{PublicKey{1}, PublicKey{2}}}, RemoveIntent{PublicKey{3}},
                                          InviteIntent{base::Bytes(3000, 1)}, UpkeepIntent{}, TreeIntent{base::Bytes(4000, 6)}};
        for (std::uint64_t i = 0; i < intents.size(); ++i) {
            OutboxItem item{i, intents[i], std::nullopt};
            if (i % 2 == 1) item.flight = Flight{.message = {4}, .board = 1, .epoch = 7, .payload = base::Bytes(1500, 2), .counters = {3, 9}, .welcome = {1, 2}, .invited = {PublicKey{8}}};
            lane.push(std::move(item), store.effects);
        }
        const auto records = store.records();
        CHECK(records.size() == intents.size());
        for (std::uint64_t i = 0; i < intents.size(); ++i) {
            const auto& record = records.at("outbox/" + std::to_string(i));
            const auto read = parse_outbox_item(record.view());
            REQUIRE(read.has_value());
            CHECK(read->lane == lane.name);
            CHECK(read->item.number == i);
            CHECK(read->item.intent.index() == intents[i].index());
            CHECK(read->item.flight.has_value() == (i % 2 == 1));
            if (read->item.flight) CHECK(read->item.flight->counters == std::vector<std::uint64_t>{3, 9});
            for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(parse_outbox_item(record.view().first(size)).has_value());
        }
        while (!lane.items.empty()) lane.pop(store.effects);
        CHECK(store.records().empty());
    }

    TEST_CASE("trees that are owed and trees that are waited for are read as they were written")
    {
        Store store;
        const SenderSecret secret(base::ByteView(base::Bytes(32, 3)));
        SharedTree shared(secret.clone(), 7);
        std::vector<std::uint64_t> counters;
        shared.take_counters(3, counters);
        CHECK(counters == std::vector<std::uint64_t>{0, 1, 2});
        TagTable tags;
        tags.watch(shared.channel);
        tags.mark_seen({&shared.channel, 1});
        shared.persist(store.effects);
        AwaitedTree awaited(secret.clone(), {PublicKey{5}, {.kind = api::ConversationKind::group, .board = 7, .from_position = 99, .title = "Ryhmä", .welcome = base::Bytes(900, 4)}, 8, 100});
        CHECK(awaited.name() == shared.name());
        awaited.persist(store.effects);
        const auto records = store.records();
        REQUIRE(records.size() == 2);

        const auto& shared_record = records.at("tree/" + shared.name());
        const auto shared_again = SharedTree::parse(shared_record.view());
        REQUIRE(shared_again.has_value());
        CHECK(shared_again->name() == shared.name());
        CHECK(shared_again->board == 7);
        CHECK(shared_again->counter == 3);
        CHECK(shared_again->channel.window.watched() == shared.channel.window.watched());
        CHECK_FALSE(shared_again->changed);
        for (std::size_t size = 0; size < shared_record.size(); ++size) CHECK_FALSE(SharedTree::parse(shared_record.view().first(size)).has_value());

        const auto& awaited_record = records.at("awaited-tree/" + awaited.name());
        const auto awaited_again = AwaitedTree::parse(awaited_record.view());
        REQUIRE(awaited_again.has_value());
        CHECK(awaited_again->name() == awaited.name());
        CHECK(awaited_again->received.device == PublicKey{5});
        CHECK(awaited_again->received.invitation == awaited.received.invitation);
        CHECK(awaited_again->received.board == 8);
        CHECK(awaited_again->received.position == 100);
        for (std::size_t size = 0; size < awaited_record.size(); ++size) CHECK_FALSE(AwaitedTree::parse(awaited_record.view().first(size)).has_value());
    }

    TEST_CASE("an invitation that waits goes where its conversation is; one that was stored before that was said is read too")
    {
        Store store;
        Lane lane{{LaneKind::contact, "abcd"}, {}};
        lane.push({1, InviteIntent{base::Bytes{7, 8, 9}, 65535, "c0ffee"}, std::nullopt}, store.effects);
        const auto now = parse_outbox_item(store.records().at("outbox/1").view());
        REQUIRE(now.has_value());
        CHECK(std::get<InviteIntent>(now->item.intent).board == 65535);
        CHECK(std::get<InviteIntent>(now->item.intent).payload == base::Bytes{7, 8, 9});
        CHECK(std::get<InviteIntent>(now->item.intent).tree == "c0ffee");
        codec::Writer alone;
        alone.u16(1).u8(2).text("abcd").u64(1).u8(7).u32(65535).opaque(base::Bytes{7, 8, 9}).optional_marker(false);
        const auto without_tree = parse_outbox_item(alone.view());
        REQUIRE(without_tree.has_value());
        CHECK(std::get<InviteIntent>(without_tree->item.intent).board == 65535);
        CHECK(std::get<InviteIntent>(without_tree->item.intent).tree.empty());
        codec::Writer before;
        before.u16(1).u8(2).text("abcd").u64(1).u8(5).opaque(base::Bytes{7, 8, 9}).optional_marker(false);
        const auto read = parse_outbox_item(before.view());
        REQUIRE(read.has_value());
        CHECK(std::get<InviteIntent>(read->item.intent).board == 0);
        CHECK(std::get<InviteIntent>(read->item.intent).payload == base::Bytes{7, 8, 9});
    }

    TEST_CASE("what is known of boards is read as it was stored, by this version and those before it")
    {
        const std::vector<wire::BoardInfo> boards{{0, wire::BoardKind::directory, wire::SendingLevel::prompt, 0, 0},
                                                  {1, wire::BoardKind::cells, wire::SendingLevel::prompt, 0x0054, 30},
                                                  {65535, wire::BoardKind::cells, wire::SendingLevel::mixed, 0x0003, 65535}};
        CHECK(parse_board_infos(serialize_board_infos(boards).view()) == boards);
        const auto stored = [&](std::uint8_t version) {
            codec::Writer writer;
            if (version > 1) writer.u8(version);
            for (const auto& info : boards) {
                writer.u32(info.board).u8(std::uint8_t(info.kind)).u8(std::uint8_t(info.level));
                if (version > 1) writer.u16(info.cipher_suite);
                if (version > 2) writer.u16(info.retention_days);
            }
            return base::to_bytes(writer.view());
        };
        CHECK(stored(3) == base::to_bytes(serialize_board_infos(boards).view()));
        auto expected = boards;
        for (auto& info : expected) info.retention_days = 0;
        CHECK(parse_board_infos(stored(2)) == expected);
        for (auto& info : expected) info.cipher_suite = 0;
        CHECK(parse_board_infos(stored(1)) == expected);
        CHECK_FALSE(parse_board_infos(stored(4)).has_value());
        const auto whole = stored(3);
        for (std::size_t size = 1; size < whole.size(); ++size) CHECK(parse_board_infos(base::ByteView(whole).first(size)).has_value() == (size % 10 == 1));
        for (const int level : {0, 5}) {
            auto bad = stored(3);
            bad[1 + 5] = std::uint8_t(level);
            CHECK_FALSE(parse_board_infos(bad).has_value());
        }
    }

    TEST_CASE("a wallet is read as it was kept, and a token that is taken changes one small record")
    {
        Store store;
        const auto key = crypto::OprfPrivateKey::generate(store.random), later = crypto::OprfPrivateKey::generate(store.random);
        const auto issuer = [&](const crypto::OprfPrivateKey& of, std::int64_t period) {
            directory::TokenIssuer record;
            record.not_before = {period * directory::kTokenPeriod};
            record.expires = {period * directory::kTokenPeriod + directory::kTokenLifetime};
            record.issuer_public_key = of.public_key().bytes();
            return record;
        };
        const std::vector issuers{issuer(key, 1)};
        const base::UnixMilliseconds now{directory::kTokenPeriod + 1000};
        const auto load = [&] { return TokenWallet::load(store.records()); };
        const auto parts = [&] {
            const auto records = store.records();
            return std::ranges::count_if(records, [](const auto& record) { return record.first.starts_with("tokens/"); });
        };
        TokenWallet wallet;
        wallet.set_supply(3 * tokens::kTokensPerRequest);
        wallet.follow_issuers(issuers);
        for (int i = 0; i < 3; ++i) {
            REQUIRE(wallet.issuers_to_ask(false).size() == 1);
            CHECK(wallet.issuers_to_ask(true).size() == (i == 0 ? 1 : 0));
            const auto* request = wallet.request_for(issuers[0].issuer_public_key, {}, store.random);
            const auto issued = tokens::issue(key, request->blinded(), store.random).value();
            REQUIRE(wallet.finish_request(issuers[0].issuer_public_key, issued.evaluated, issued.proof));
        }
        CHECK(wallet.issuers_to_ask(false).empty());   // the supply is there, and stays there as it is used
        wallet.persist(store.effects);
        CHECK(parts() == 3);

        // All of it comes back, each token once, but for those that open sessions.
        std::set<base::Bytes> taken;
        for (std::size_t i = 0; i < 3 * tokens::kTokensPerRequest - kTokensForSessions; ++i) {
            auto again = load();
            REQUIRE(again.has_value());
            again->set_supply(3 * tokens::kTokensPerRequest);
            again->follow_issuers(issuers);
            const auto token = again->take_for_cell(now);
            REQUIRE(token.has_value());
            CHECK(taken.insert(base::to_bytes(token->view())).second);
            CHECK(again->issuers_to_ask(false).empty());
            again->persist(store.effects);
        }
        auto last = load();
        CHECK_FALSE(last->take_for_cell(now).has_value());
        CHECK(parts() == 1);
        auto token = last->take(now);
        CHECK(token.has_value());
        last->put_back(std::move(*token));
        last->persist(store.effects);
        CHECK(load()->take(now).has_value());

        // A key that is followed no more takes its tokens with it.
        last->follow_issuers({issuer(later, 2)});
        last->persist(store.effects);
        CHECK(parts() == 0);
        CHECK(load()->is_empty());
    }

    TEST_CASE("a wallet stored in one record, as before there were mixed boards, is read and kept in parts from then on")
    {
        Store store;
        const auto key = crypto::OprfPrivateKey::generate(store.random);
        const base::UnixMilliseconds now{1000};
        codec::SecretWriter writer;
        writer.u16(1).raw(key.public_key().bytes()).u64(static_cast<std::uint64_t>(directory::kTokenLifetime)).optional_marker(false);
        writer.vector([&](codec::SecretWriter& inner) {
            for (std::uint8_t i = 0; i < 40; ++i) {
                base::Bytes token(tokens::kTokenSize, i);
                inner.raw(token);
            }
        });
        writer.optional_marker(false);
        store.effects.put(kTokensRecord, writer.view());
        auto wallet = TokenWallet::load(store.records());
        REQUIRE(wallet.has_value());
        CHECK(wallet->take(now).has_value());
        wallet->persist(store.effects);
        auto again = TokenWallet::load(store.records());
        REQUIRE(again.has_value());
        for (std::size_t i = 0; i < 39; ++i) CHECK(again->take(now).has_value());
        CHECK_FALSE(again->take(now).has_value());
        auto records = store.records();
        const auto part = std::ranges::find_if(records, [](const auto& record) { return record.first.starts_with("tokens/"); });
        REQUIRE(part != records.end());
        records.erase(part);
        CHECK_FALSE(TokenWallet::load(records).has_value());   // a part is missing
    }

    TEST_CASE("a timeline keeps the order of the board, with what waits at the end, over a reload too")
    {
        Store store;
        Timeline timeline("abcd");
        const auto message = [](std::string id, std::uint64_t order, api::Delivery delivery) {
            return api::Message{.id = std::move(id), .sender = "s", .delivery = delivery, .text = "t", .order = order};
        };
        timeline.add(message("w1", 0, api::Delivery::waiting), store.effects);
        timeline.add(message("a", 10, api::Delivery::received), store.effects);
        timeline.add(message("w2", 0, api::Delivery::waiting), store.effects);
        timeline.add(message("c", 30, api::Delivery::received), store.effects);
        timeline.mark_sent("w1", 20, store.effects);
        timeline.mark_sent("w1", 25, store.effects);   // it is sent already
        const auto ids = [](const Timeline& of) {
            std::vector<std::string> result;
            for (const auto& entry : of.entries()) result.push_back(entry.message.id);
            return result;
        };
        CHECK(ids(timeline) == std::vector<std::string>{"a", "w1", "c", "w2"});
        CHECK(timeline.take_changed().size() == 4);
        CHECK(timeline.take_changed().empty());
        CHECK(timeline.newest(2).front().id == "c");
        Timeline loaded("abcd");
        for (const auto& [name, record] : store.records()) {
            CHECK(loaded.load_entry(record.view()));
            CHECK_FALSE(loaded.load_entry(record.view()));   // the same message twice is no timeline
            for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(Timeline("x").load_entry(record.view().first(size)));
        }
        CHECK(ids(loaded) == ids(timeline));
        CHECK(loaded.next_line_id() == timeline.next_line_id());
        // Many at once stand where they would one by one.
        std::vector<api::Message> many;
        for (const auto& [id, order] : {std::pair("b", 15), {"d", 40}, {"a", 10}, {"o", 5}, {"b", 15}, {"e", 10}}) many.push_back(message(id, static_cast<std::uint64_t>(order), api::Delivery::received));
        timeline.add_all(std::move(many), store.effects);
        CHECK(ids(timeline) == std::vector<std::string>{"o", "a", "e", "b", "w1", "c", "d", "w2"});
        CHECK(timeline.take_changed().size() == 4);
        CHECK(store.records().size() == 8);
    }
}
