#pragma once
// Where the passphrase comes from: a file, a descriptor, or the terminal without echo. Never from an argument or an environment
// variable, which other users and child processes can read.

#include "base/secret.h"
#include "cli/failure.h"

#include <filesystem>
#include <variant>

namespace sinetti::cli {

struct FromTerminal {};
struct FromDescriptor { int descriptor = -1; };
struct FromFile { std::filesystem::path file; };
using PassphraseSource = std::variant<FromTerminal, FromDescriptor, FromFile>;

// The first line, without its end. At the terminal a new one is asked for twice. Failures: usage (no terminal), failed (no
// file, one that others may read, an empty or too long line, two different answers).
Result<base::SecretBytes> read_passphrase(const PassphraseSource& source, bool is_new);

}  // namespace sinetti::cli
