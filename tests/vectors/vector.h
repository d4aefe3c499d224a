#pragma once
// One case of a published vector file, and what became of it. A case ends at its first failure:
//
//   Outcome<void> run_something(const Vector& vector)
//   {
//       const auto input = TRY(vector.hex("input"));                       // a missing or malformed field fails the case
//       return same("output", compute(input), TRY(vector.hex("output")));  // so does another result
//   }

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "codec/reader.h"
#include "crypto/error.h"
#include "mls/errors.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sinetti::vectors {

using base::Bytes;
using base::ByteView;

struct Failure {
    std::string what;
    bool skipped = false;   // not run: something this project does not have

    explicit Failure(std::string text) : what(std::move(text)) {}
    Failure(codec::Error error) : what("codec error " + std::to_string(static_cast<int>(error))) {}
    Failure(crypto::Error error) : what("crypto error " + std::to_string(static_cast<int>(error))) {}
    Failure(mls::Error error) : what("mls error " + std::to_string(static_cast<int>(error))) {}
    static Failure skip(std::string why);
};

template<typename T>
using Outcome = base::Result<T, Failure>;

inline base::Unexpected<Failure> fail(std::string what) { return base::Unexpected(Failure(std::move(what))); }
inline base::Unexpected<Failure> skip(std::string why) { return base::Unexpected(Failure::skip(std::move(why))); }

// Adds where it happened to a failure.
template<typename T>
Outcome<T> within(const std::string& where, Outcome<T> outcome)
{
    if (outcome) return outcome;
    Failure failure = outcome.error();
    failure.what = where + ": " + failure.what;
    return base::Unexpected(std::move(failure));
}

Outcome<void> that(bool holds, const std::string& claim);
Outcome<void> same(const char* what, ByteView found, ByteView expected);
Outcome<void> same(const char* what, std::uint64_t found, std::uint64_t expected);
inline Outcome<void> same(const char* what, const base::SecretBytes& found, ByteView expected) { return same(what, found.view(), expected); }

// An object of a vector file. Every getter says what is missing or has the wrong shape.
class Vector {
public:
    explicit Vector(const nlohmann::json& object) : m_object(&object) {}

    bool has(const char* name) const;          // there, and not null
    Outcome<Bytes> hex(const char* name) const;
    Outcome<std::uint64_t> number(const char* name) const;
    Outcome<std::uint32_t> number32(const char* name) const;
    Outcome<std::string> text(const char* name) const;
    Outcome<bool> flag(const char* name) const;
    Outcome<Vector> object(const char* name) const;
    Outcome<std::vector<Vector>> objects(const char* name) const;
    Outcome<std::vector<Bytes>> hex_list(const char* name) const;          // null: no bytes
    Outcome<std::vector<std::optional<std::uint64_t>>> numbers(const char* name) const;   // null: nullopt
    Outcome<std::vector<std::vector<std::uint64_t>>> number_lists(const char* name) const;
    Outcome<std::vector<std::vector<Vector>>> object_lists(const char* name) const;

    template<typename Secret>
    Outcome<Secret> secret(const char* name) const
    {
        return Secret(ByteView(TRY(hex(name))));
    }

private:
    Outcome<const nlohmann::json*> field(const char* name) const;
    Outcome<const nlohmann::json*> array(const char* name) const;
    const nlohmann::json* m_object;
};

}  // namespace sinetti::vectors
