#pragma once
// state_of(group): what a Group keeps private, for tests that compare all of it or speak with a member's own keys.
// An explicit instantiation may name private members, so the product needs no door for this.

#include "mls/group_state.h"

namespace sinetti::tests {

namespace {   // a program may instantiate a template explicitly only once, so each source file has its own

auto& state_of(mls::Group& group);

template<auto kState>
struct Inside {
    friend auto& state_of(mls::Group& group) { return *(group.*kState); }
};
template struct Inside<&mls::Group::m_state>;

}  // namespace

}  // namespace sinetti::tests
