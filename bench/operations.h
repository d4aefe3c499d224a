#pragma once
// The costly operations of the cryptography below us, counted where they are called: the linker puts these counters around
// libsodium's functions (--wrap), so the libraries that are measured know nothing of it. What a step cannot do without, times
// what one of each takes alone, is the floor of that step.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sinetti::bench {

enum class Operation : std::uint8_t {
    ed25519_verify,
    ed25519_sign,
    x25519,             // a Diffie-Hellman
    x25519_base,        // a public key
    mlkem768_key_pair,
    mlkem768_encapsulate,
    mlkem768_decapsulate,
};
inline constexpr std::array<std::string_view, 7> kOperationNames = {
    "verify", "sign", "x25519", "x25519_base", "mlkem_key_pair", "mlkem_encapsulate", "mlkem_decapsulate"};

struct Operations {
    std::array<std::uint64_t, kOperationNames.size()> counts{};
    std::uint64_t& operator[](Operation operation) { return counts[static_cast<std::size_t>(operation)]; }
    friend Operations operator-(const Operations& a, const Operations& b);
};

Operations operations();                                // so far
double milliseconds_alone(const Operations& operations);   // what as many of each take by themselves, here and now

}  // namespace sinetti::bench
