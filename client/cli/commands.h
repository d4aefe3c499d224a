#pragma once
// The commands, each from the opened folder to its last line.

#include "cli/arguments.h"

#include <cstdio>

namespace sinetti::cli {

// Results go to `output`, what happens meanwhile to `report`. Failures: its exit code and its sentence.
Result<void> run(const Arguments& arguments, std::FILE* output, std::FILE* report);

}  // namespace sinetti::cli
