#pragma once
// Every type of client/mls that has an encoding, on the wire or in the store, with valid examples: for the tests that
// cut and damage encodings, and as seeds of the fuzz target that does it without end.

#include "base/bytes.h"

#include <optional>
#include <string>
#include <vector>

namespace sinetti::tests {

struct Encoding {
  std::string name;
  // Decodes the whole input and encodes what came out; nullopt when the input is refused.
  std::optional<base::Bytes> (*again)(base::ByteView input);
  std::vector<base::Bytes> examples;
};

const std::vector<Encoding>& mls_encodings();

}  // namespace sinetti::tests
