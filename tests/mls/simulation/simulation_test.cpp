#include "history.h"

#include <cstdlib>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// SINETTI_SEEDS=n asks for n histories of each kind instead of the few that every run has time for.
std::uint64_t seeds(std::uint64_t few)
{
    const char* wanted = std::getenv("SINETTI_SEEDS");
    return wanted ? std::strtoull(wanted, nullptr, 10) : few;
}

void report(std::uint64_t seed, const Counts& counts, const SealedKeys& keys)
{
    MESSAGE("seed ", seed, ": ", counts.epochs, " epochs, ", counts.members_most, " members at most, ", counts.gone, " removed, ",
            counts.texts_read, " texts read, ", counts.too_late, " too late, ", counts.lost_races, " lost races, ", counts.proposals,
            " proposals, ", counts.early, " early, ", counts.repeats, " repeats, ", counts.deaths, " deaths, ", keys.used(), " keys, ",
            counts.waited, " waited, ", counts.outside, " from outside, ", counts.external_joins, " joined from outside, ", counts.resyncs,
            " came back, ", counts.psks, " pre-shared keys, ", counts.untold, " untold, ", counts.contexts, " contexts, ", counts.open,
            " open, ", counts.branches, " in branches");
}

}  // namespace

TEST_SUITE("mls.simulation")
{
    TEST_CASE("members converge over a delivery that loses, repeats and reorders, and no key seals twice")
    {
        Counts all;
        for (std::uint64_t seed = 1; seed <= seeds(2); ++seed) {
            CAPTURE(seed);
            SealedKeys keys;
            History history(kSuite, "p", seed, 12, keys);
            history.run(350);
            history.settle();
            const auto& counts = history.counts();
            report(seed, counts, keys);
            CHECK(keys.reused() == 0);
            CHECK(keys.used() > 2 * counts.epochs);
            CHECK(counts.epochs > 10);
            all += counts;
        }
        for (const auto counter :
             {&Counts::texts_read, &Counts::lost_races, &Counts::repeats, &Counts::early, &Counts::deaths, &Counts::gone, &Counts::waited,
              &Counts::outside, &Counts::external_joins, &Counts::resyncs, &Counts::psks, &Counts::untold, &Counts::contexts, &Counts::open,
              &Counts::branches})
            CHECK(all.*counter > 0);
    }

    TEST_CASE("a group goes on in its successor, of another suite too, with everybody who was in it")
    {
        for (std::uint64_t seed = 301; seed <= 300 + seeds(1); ++seed) {
            CAPTURE(seed);
            SealedKeys keys;
            History history(kSuite, "p", seed, 8, keys);
            for (const auto suite : CipherSuite::all()) {
                history.run(60);
                history.succeed(suite);
                CHECK(history.people().front()->group.suite() == suite);
            }
            history.run(60);
            history.settle();
            report(seed, history.counts(), keys);
            CHECK(keys.reused() == 0);
        }
    }

    TEST_CASE("sixty-four members converge")
    {
        for (std::uint64_t seed = 101; seed <= 100 + seeds(1); ++seed) {
            CAPTURE(seed);
            SealedKeys keys;
            History history(kSuite, "p", seed, 64, keys);
            history.fill();
            history.run(60);
            history.settle();
            report(seed, history.counts(), keys);
            CHECK(history.counts().members_most >= 64);
            CHECK(history.counts().epochs > 3);
            CHECK(keys.reused() == 0);
        }
    }

    TEST_CASE("two parts that are shown two orders each converge, and refuse whatever the other part says")
    {
        for (std::uint64_t seed = 201; seed <= 200 + seeds(1); ++seed) {
            CAPTURE(seed);
            SealedKeys keys;
            History here(kSuite, "p", seed, 10, keys);
            while (here.people().size() < 6) here.run(20);
            auto there = here.fork();
            for (auto* part : {&here, &there}) {
                part->run(60);
                part->settle();
                report(seed, part->counts(), keys);
            }
            const auto& ours = here.people().front()->group;
            const auto& theirs = there.people().front()->group;
            while (ours.epoch() != theirs.epoch()) (ours.epoch() < theirs.epoch() ? here : there).next_epoch();
            for (auto* part : {&here, &there}) part->settle();
            CHECK(ours.epoch_authenticator() != theirs.epoch_authenticator());
            CHECK(here.refuse_all_of(there) + there.refuse_all_of(here) > 0);
            CHECK(keys.reused() == 0);
        }
    }

    TEST_CASE("a member who comes back with old records seals with a key again, and the check sees it")
    {
        base::SeededRandom random(1);
        SealedKeys keys;
        auto group = make_group("aino", random);
        RecordStore store;
        take(group.encrypt(base::view_of("one"), {}, random));
        group.flush(store);
        keys.keep();
        RecordStore backup = store;
        take(group.encrypt(base::view_of("two"), {}, random));
        group.flush(store);
        keys.keep();
        CHECK(keys.used() == 4);   // each text has one, and its sender data has one
        CHECK(keys.reused() == 0);

        auto restored = take(Group::load(backup));
        take(restored.encrypt(base::view_of("three"), {}, random));
        keys.forget();   // died before it stored: nothing left
        CHECK(keys.reused() == 0);
        restored = take(Group::load(backup));
        take(restored.encrypt(base::view_of("three"), {}, random));
        keys.keep();
        CHECK(keys.reused() == 1);

        restored = take(Group::load(store));
        take(restored.encrypt(base::view_of("four"), {}, random));
        keys.keep();
        CHECK(keys.reused() == 1);   // the newest records know better
    }
}
