#include "crypto/password.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {
const auto kSalt = base::to_bytes(base::view_of("suola-suola-suol"));
}

TEST_SUITE_BEGIN("crypto.password");

TEST_CASE("Argon2id agrees with the reference implementation's command line program")
{
    // argon2 'suola-suola-suol' -id -t {3,4} -k 65536 -p 1 -l 32
    const auto passphrase = base::view_of("salainen sinetti");
    const auto three = password_key(passphrase, kSalt, {});
    REQUIRE(three.has_value());
    CHECK(base::to_hex(three->view()) == "b572c66312cdd6000f4c0908cd577e116a5940cb86c278ad8f52eeb77cb9631f");
    const auto four = password_key(passphrase, kSalt, {.memory = kPasswordMemoryMin, .passes = 4});
    REQUIRE(four.has_value());
    CHECK(base::to_hex(four->view()) == "f8593c66e3380a7635b6fc769bfa97f5ba2aaa7ba50f14c3540d4cf078e1f73d");
}

TEST_CASE("passphrases with zero bytes are taken whole, and an empty one is a passphrase too")
{
    const base::Bytes with_zero{'a', 0, 'b'};
    const base::Bytes before_zero{'a'};
    const auto whole = password_key(with_zero, kSalt, {});
    const auto part = password_key(before_zero, kSalt, {});
    const auto empty = password_key({}, kSalt, {});
    REQUIRE(whole.has_value());
    REQUIRE(part.has_value());
    REQUIRE(empty.has_value());
    CHECK_FALSE(*whole == *part);
    CHECK_FALSE(*part == *empty);
}

TEST_CASE("parameters outside the limits are refused before any memory is taken")
{
    const auto refused = [](base::ByteView salt, PasswordParameters parameters) {
        const auto key = password_key(base::view_of("passphrase"), salt, parameters);
        return !key.has_value() && key.error() == Error::bad_length;
    };
    CHECK(refused(kSalt, {.memory = kPasswordMemoryMin - 1}));
    CHECK(refused(kSalt, {.memory = kPasswordMemoryMax + 1}));
    CHECK(refused(kSalt, {.memory = UINT64_MAX}));
    CHECK(refused(kSalt, {.passes = kPasswordPassesMin - 1}));
    CHECK(refused(kSalt, {.passes = kPasswordPassesMax + 1}));
    CHECK(refused(base::Bytes(15, 1), {}));
    CHECK(refused(base::Bytes(17, 1), {}));
    CHECK(refused({}, {}));
}

TEST_SUITE_END();
