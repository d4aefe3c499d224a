#pragma once
// The list of people, as PeopleEvents make it: a large organisation is not told anew whenever one of them changes.

#include "api/event.h"

namespace sinetti::api {

bool comes_before(const Person& a, const Person& b);                    // by name, then by id
void take_in(std::vector<Person>& people, const PeopleEvent& event);    // `people` is in that order, and stays in it

}  // namespace sinetti::api
