#pragma once
// LabeledExtract and LabeledExpand of HPKE (RFC 9180 §4): HKDF whose every input names the algorithms it is used by.

#include "crypto/hash.h"

#include <string_view>

namespace sinetti::crypto {

class LabeledKdf {
public:
    LabeledKdf(HashAlgorithm algorithm, base::Bytes&& suite_id) : m_algorithm(algorithm), m_suite_id(std::move(suite_id)) {}

    std::size_t extract_size() const { return hash_size(m_algorithm); }   // Nh
    base::SecretBytes extract(base::ByteView salt, std::string_view label, base::ByteView input_key_material) const;
    // Error: bad_length when length > 255 * Nh.
    Result<base::SecretBytes> expand(base::ByteView pseudorandom_key, std::string_view label, base::ByteView info, std::size_t length) const;
    // For lengths of our own that are within the limit by construction.
    base::SecretBytes expand_fixed(base::ByteView pseudorandom_key, std::string_view label, base::ByteView info, std::size_t length) const;

private:
    HashAlgorithm m_algorithm;
    base::Bytes m_suite_id;
};

}  // namespace sinetti::crypto
