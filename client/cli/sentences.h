#pragma once
// What a code of the core means to somebody at a command line, in one sentence without its full stop.

#include "api/types.h"
#include "roster/roster.h"

#include <string>

namespace sinetti::cli {

std::string sentence(const roster::BadLine& bad);
std::string sentence(roster::RosterError error);
std::string sentence(api::Code code, const std::string& subject = {});

}  // namespace sinetti::cli
