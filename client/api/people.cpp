#include "api/people.h"

#include <algorithm>
#include <iterator>

namespace sinetti::api {

bool comes_before(const Person& a, const Person& b)
{
    return a.name != b.name ? a.name < b.name : a.id < b.id;
}

void take_in(std::vector<Person>& people, const PeopleEvent& event)
{
    if (event.whole) {
        people = event.people;
        return;
    }
    // Nobody's name changes, so whoever is in both stands at the same place.
    std::vector<Person> merged;
    merged.reserve(people.size() + event.people.size());
    auto known = people.begin();
    for (const Person& person : event.people) {
        while (known != people.end() && comes_before(*known, person)) merged.push_back(std::move(*known++));
        if (known != people.end() && known->id == person.id) ++known;
        merged.push_back(person);
    }
    std::move(known, people.end(), std::back_inserter(merged));
    people = std::move(merged);
}

}  // namespace sinetti::api
