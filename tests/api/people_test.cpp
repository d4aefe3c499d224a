#include "api/people.h"

#include <doctest/doctest.h>

using namespace sinetti::api;

namespace {

Person person(std::string name, std::string id, std::string title = "")
{
    return {.id = std::move(id), .name = std::move(name), .title = std::move(title)};
}

std::string shown(const std::vector<Person>& people)
{
    std::string out;
    for (const Person& p : people) out += p.name + p.id + p.title + " ";
    return out;
}

}  // namespace

TEST_SUITE("api.people")
{
    TEST_CASE("who is new stands at their place, who has changed stays there, and a whole list replaces all")
    {
        std::vector<Person> people;
        take_in(people, {{person("Aino", "3"), person("Li", "1")}, true});
        take_in(people, {{person("Aino", "2"), person("Elina", "9"), person("Tuuli", "0")}, false});
        CHECK(shown(people) == "Aino2 Aino3 Elina9 Li1 Tuuli0 ");
        take_in(people, {{person("Aino", "3", "!"), person("Tuuli", "0", "!")}, false});
        CHECK(shown(people) == "Aino2 Aino3! Elina9 Li1 Tuuli0! ");
        take_in(people, {{}, false});
        CHECK(people.size() == 5);
        take_in(people, {{person("Li", "1")}, true});
        CHECK(shown(people) == "Li1 ");
        take_in(people, {{}, true});
        CHECK(people.empty());
        take_in(people, {{person("Li", "1")}, false});
        CHECK(shown(people) == "Li1 ");
    }
}
