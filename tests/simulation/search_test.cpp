#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

const api::SearchEvent& search(Client& client, const std::string& text)
{
    client.submit(api::Search{text});
    REQUIRE(client.search_answer);
    CHECK(client.search_answer->text == text);
    return *client.search_answer;
}

// The open conversation, as texts.
std::vector<std::string> window(const Client& client)
{
    std::vector<std::string> texts;
    for (const auto& message : client.timeline_shown.messages)
        if (message.kind == api::MessageKind::text) texts.push_back(message.text);
    return texts;
}

struct LongTalk {
    explicit LongTalk(std::uint64_t seed) : world(seed)
    {
        people = found(world, {"Aino", "Bertta"});
        group = make_group(world, people, "Ryhmä");
        for (int i = 0; i < 300; ++i) {
            people[0]->submit(api::SendText{group, "viesti " + std::to_string(i) + (i == 100 ? " ja Aarrearkku" : "")});
            if (i % 20 == 19) world.advance(1000), world.settle();
        }
        world.settle();
    }
    World world;
    std::vector<Client*> people;
    api::ConversationId group;
};

}  // namespace

TEST_SUITE("simulation.search")
{
    TEST_CASE("what was said anywhere is found, newest first, after a restart and without a relay too")
    {
        World world(700);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto first = make_group(world, people, "Ryhmä");
        const auto second = make_group(world, people, "Toinen budjetti");
        const std::pair<api::ConversationId, const char*> said[] = {{first, "Budjettikirja tulee"}, {second, "Ei mitään"}, {second, "valtionBUDJETISSAKIN"}, {first, "kokous"}};
        for (const auto& [group, text] : said) {
            people[0]->submit(api::SendText{group, text});
            world.settle();
            world.advance(1000);
        }
        auto& bertta = *people[1];
        bertta.crash();
        bertta.set_offline(true);
        bertta.start();
        world.settle();
        bertta.submit(api::Unlock{}, kPassphrase);
        const auto& event = search(bertta, "budjet");
        REQUIRE(event.found.size() == 2);   // titles are not messages
        CHECK(event.total == 2);
        CHECK(event.found[0].snippet.text == "valtionBUDJETISSAKIN");
        CHECK(event.found[0].conversation == second);
        CHECK(event.found[0].sender == bertta.person("Aino"));
        CHECK(event.found[0].snippet.places == std::vector<api::TextRange>{{7, 13}});
        CHECK(event.found[1].conversation == first);
        bertta.submit(api::SendText{first, "Luonnos budjetista"});   // waits, and is found all the same
        CHECK(search(bertta, "budjet").total == 3);
        CHECK(search(bertta, "").found.empty());
        CHECK(search(bertta, "puuttuu").total == 0);
    }

    TEST_CASE("an answer has a limit, holds the newest, and says how many there are")
    {
        LongTalk talk(710);
        const auto& event = search(*talk.people[1], "viesti");
        CHECK(event.total == 300);
        REQUIRE(event.found.size() == api::kSearchFoundMax);
        for (std::size_t i = 0; i < event.found.size(); ++i) CHECK(event.found[i].snippet.text == "viesti " + std::to_string(299 - i));
    }

    TEST_CASE("a message opens in the middle of what was said around it, and the rest comes on both sides")
    {
        LongTalk talk(720);
        auto& bertta = *talk.people[1];
        const auto hit = search(bertta, "aarre").found.at(0);
        const auto unread = bertta.conversation("Ryhmä")->unread;
        CHECK(unread == 300);
        bertta.submit(api::OpenMessage{hit.conversation, hit.message});
        CHECK(bertta.timeline_shown.target == hit.message);
        CHECK(bertta.timeline_shown.has_older);
        CHECK(bertta.timeline_shown.has_newer);
        auto texts = window(bertta);
        CHECK(texts.size() == 50);
        CHECK(texts.front() == "viesti 76");
        CHECK(texts.back() == "viesti 125");

        // What comes meanwhile is not shown out of its place, and is unread.
        talk.people[0]->submit(api::SendText{talk.group, "uusi"});
        talk.world.settle();
        CHECK(window(bertta) == texts);
        CHECK(bertta.conversation("Ryhmä")->unread == unread + 1);
        CHECK(std::ranges::none_of(bertta.shown[talk.group], [](const auto& shown) { return shown.second.text == "uusi"; }));

        bertta.submit(api::LoadOlder{talk.group});
        CHECK(window(bertta).front() == "viesti 26");
        CHECK(window(bertta).back() == "viesti 125");
        for (int page = 0; page < 3; ++page) {
            CHECK(bertta.timeline_shown.has_newer);
            bertta.submit(api::LoadNewer{talk.group});
            CHECK(window(bertta).front() == "viesti 26");
        }
        CHECK(window(bertta).back() == "viesti 275");
        bertta.submit(api::LoadNewer{talk.group});
        CHECK_FALSE(bertta.timeline_shown.has_newer);
        CHECK(bertta.timeline_shown.target.empty());
        CHECK(window(bertta).back() == "uusi");
        CHECK(window(bertta).front() == "viesti 26");
        talk.world.settle();
        CHECK(bertta.conversation("Ryhmä")->unread == 0);
        talk.people[0]->submit(api::SendText{talk.group, "perässä"});
        talk.world.settle();
        CHECK(std::ranges::any_of(bertta.shown[talk.group], [](const auto& shown) { return shown.second.text == "perässä"; }));
        CHECK(bertta.conversation("Ryhmä")->unread == 0);
    }

    TEST_CASE("one's own message brings the end back, and what is gone or unknown opens as any conversation does")
    {
        LongTalk talk(730);
        auto& bertta = *talk.people[1];
        const auto hit = search(bertta, "aarre").found.at(0);
        bertta.submit(api::OpenMessage{hit.conversation, hit.message});
        CHECK(bertta.timeline_shown.has_newer);
        bertta.submit(api::SendText{talk.group, "oma"});
        CHECK_FALSE(bertta.timeline_shown.has_newer);
        CHECK(window(bertta).back() == "oma");
        CHECK(bertta.conversation("Ryhmä")->unread == 0);

        bertta.submit(api::OpenMessage{talk.group, "no such message"});
        CHECK(window(bertta).back() == "oma");
        CHECK_FALSE(bertta.timeline_shown.has_newer);
        bertta.submit(api::OpenMessage{"no such conversation", hit.message});
        CHECK(bertta.noticed(api::Code::unknown_conversation));

        // Near the end there is nothing newer, also when much of it still waits.
        bertta.set_offline(true);
        talk.world.settle();
        for (int i = 0; i < 120; ++i) bertta.submit(api::SendText{talk.group, "odottaa " + std::to_string(i)});
        const auto last = search(bertta, "viesti 299").found.at(0);
        bertta.submit(api::OpenMessage{talk.group, last.message});
        CHECK_FALSE(bertta.timeline_shown.has_newer);
        const auto texts = window(bertta);
        CHECK(std::ranges::find(texts, "viesti 299") != texts.end());
        CHECK(texts.back() == "odottaa 119");
    }
}
