#include "crypto/aead.h"

#include "tests/support/vectors.h"

#include <doctest/doctest.h>
#include <string>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

using Seal = base::Bytes (*)(base::ByteView, base::ByteView, base::ByteView, base::ByteView);
using Open = Result<base::SecretBytes> (*)(base::ByteView, base::ByteView, base::ByteView, base::ByteView);

struct Algorithm {
    std::string name;
    std::size_t nonce_size;
    Seal seal;
    Open open;
};

const Algorithm kAlgorithms[] = {
    {"ChaCha20-Poly1305", kAeadNonceSize, aead_seal, aead_open},
    {"XChaCha20-Poly1305", kXAeadNonceSize, xaead_seal, xaead_open},
};

base::Bytes joined(base::Bytes first, const base::Bytes& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

}  // namespace

TEST_SUITE_BEGIN("crypto.aead");

TEST_CASE("what is sealed opens to the same bytes, empty parts included")
{
    for (const auto& algorithm : kAlgorithms) {
        CAPTURE(algorithm.name);
        const base::Bytes key(kAeadKeySize, 1);
        const base::Bytes nonce(algorithm.nonce_size, 2);
        for (const std::size_t size : {0u, 1u, 63u, 64u, 65u, 992u, 4096u}) {
            for (const std::size_t aad_size : {0u, 1u, 20u}) {
                const base::Bytes plaintext(size, 3);
                const base::Bytes aad(aad_size, 4);
                const auto sealed = algorithm.seal(key, nonce, aad, plaintext);
                CHECK(sealed.size() == size + kAeadTagSize);
                const auto opened = algorithm.open(key, nonce, aad, sealed);
                REQUIRE(opened.has_value());
                CHECK(base::equal(opened->view(), plaintext));
            }
        }
    }
}

TEST_CASE("a sealed text does not open changed in any bit, cut at any byte, or under other data, nonce or key")
{
    for (const auto& algorithm : kAlgorithms) {
        CAPTURE(algorithm.name);
        const base::Bytes key(kAeadKeySize, 1);
        const base::Bytes nonce(algorithm.nonce_size, 2);
        const auto aad = base::view_of("aad");
        const auto sealed = algorithm.seal(key, nonce, aad, base::view_of("a text of some length"));
        const auto refused = [&](base::ByteView k, base::ByteView n, base::ByteView a, base::ByteView text) {
            const auto opened = algorithm.open(k, n, a, text);
            return !opened.has_value() && opened.error() == Error::open_failed;
        };
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            auto changed = sealed;
            changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            CHECK(refused(key, nonce, aad, changed));
        }
        for (std::size_t size = 0; size < sealed.size(); ++size) CHECK(refused(key, nonce, aad, base::ByteView(sealed).first(size)));
        CHECK(refused(key, nonce, aad, joined(sealed, {0})));
        CHECK(refused(key, nonce, base::view_of("aaD"), sealed));
        CHECK(refused(key, nonce, {}, sealed));
        CHECK(refused(key, base::Bytes(algorithm.nonce_size, 3), aad, sealed));
        CHECK(refused(base::Bytes(kAeadKeySize, 9), nonce, aad, sealed));
    }
}

TEST_CASE("Wycheproof: AEADs")
{
    tests::run_vectors("wycheproof/chacha20_poly1305_test.json");
    tests::run_vectors("wycheproof/xchacha20_poly1305_test.json");
}

TEST_SUITE_END();
