// Stands before crypto_scalarmult_ristretto255 (linked with --wrap): worlds that begin alike, each to fail at another place, blind, issue and prove
// the same tokens again, which is half of all they compute. What was computed before is looked up, by all of what it was computed from.

#include <array>
#include <cstdint>
#include <cstring>
#include <sodium.h>
#include <vector>

namespace {

constexpr std::size_t kRemembered = 1 << 16;   // a place each, taken over by whoever comes next; 6 MiB

struct Product {
    bool is_known = false;
    std::array<unsigned char, crypto_scalarmult_ristretto255_SCALARBYTES> scalar{};
    std::array<unsigned char, crypto_scalarmult_ristretto255_BYTES> element{};
    std::array<unsigned char, crypto_scalarmult_ristretto255_BYTES> product{};
};

std::uint64_t leading(const unsigned char* bytes)
{
    std::uint64_t number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

} // namespace

extern "C" {

decltype(crypto_scalarmult_ristretto255) __real_crypto_scalarmult_ristretto255;
decltype(crypto_scalarmult_ristretto255) __wrap_crypto_scalarmult_ristretto255;

int __wrap_crypto_scalarmult_ristretto255(unsigned char* q, const unsigned char* n, const unsigned char* p)
{
    static std::vector<Product> remembered(kRemembered);
    auto& known = remembered[(leading(n) ^ leading(p)) % kRemembered];
    if (!known.is_known || std::memcmp(known.scalar.data(), n, known.scalar.size()) != 0 || std::memcmp(known.element.data(), p, known.element.size()) != 0) {
        Product computed{.is_known = true};
        if (const int refused = __real_crypto_scalarmult_ristretto255(computed.product.data(), n, p)) return refused;
        std::memcpy(computed.scalar.data(), n, computed.scalar.size());
        std::memcpy(computed.element.data(), p, computed.element.size());
        known = computed;
    }
    std::memcpy(q, known.product.data(), known.product.size());
    return 0;
}
}
