#pragma once
// Owners of secret bytes. Everyone else sees a std::span.
// Invariants: (1) move-only; the source of a move is wiped. (2) wiped with sodium_memzero on destruction, on assignment and
// whenever storage is given back. (3) == is constant-time; there is no operator<<. (4) a copy is spelled clone().

#include "base/bytes.h"

#include <algorithm>
#include <new>
#include <vector>

namespace sinetti::base {

void wipe(MutableByteView bytes);

template<std::size_t N>
class Secret {
public:
    static constexpr std::size_t kSize = N;

    Secret() = default;
    explicit Secret(std::span<const std::uint8_t, N> bytes) { std::copy(bytes.begin(), bytes.end(), m_bytes.begin()); }
    Secret(Secret&& other) noexcept : m_bytes(other.m_bytes) { wipe(other.m_bytes); }
    Secret& operator=(Secret&& other) noexcept
    {
        if (this != &other) {
            m_bytes = other.m_bytes;
            wipe(other.m_bytes);
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(m_bytes); }

    Secret clone() const { return Secret(std::span<const std::uint8_t, N>(m_bytes)); }
    std::span<const std::uint8_t, N> view() const { return m_bytes; }
    std::span<std::uint8_t, N> mutable_view() { return m_bytes; }
    const std::uint8_t* data() const { return m_bytes.data(); }
    std::uint8_t* data() { return m_bytes.data(); }
    static constexpr std::size_t size() { return N; }

    friend bool operator==(const Secret& a, const Secret& b) { return equal_constant_time(a.m_bytes, b.m_bytes); }

private:
    ByteArray<N> m_bytes{};
};

// Wipes every block it gives back, so that growth and assignment of a vector leave nothing behind.
template<typename T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template<typename U>
    WipingAllocator(const WipingAllocator<U>&)
    {
    }
    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T))); }
    void deallocate(T* pointer, std::size_t count)
    {
        wipe({reinterpret_cast<std::uint8_t*>(pointer), count * sizeof(T)});
        ::operator delete(pointer);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size) : m_bytes(size) {}
    explicit SecretBytes(ByteView bytes) : m_bytes(bytes.begin(), bytes.end()) {}
    SecretBytes(SecretBytes&& other) noexcept : m_bytes(std::move(other.m_bytes)) { other.m_bytes.clear(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept
    {
        m_bytes.swap(other.m_bytes);
        Storage().swap(other.m_bytes);
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() = default;

    SecretBytes clone() const { return SecretBytes(view()); }
    ByteView view() const { return m_bytes; }
    MutableByteView mutable_view() { return m_bytes; }
    const std::uint8_t* data() const { return m_bytes.data(); }
    std::uint8_t* data() { return m_bytes.data(); }
    std::size_t size() const { return m_bytes.size(); }
    bool empty() const { return m_bytes.empty(); }
    void append(ByteView bytes) { m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end()); }
    void push_back(std::uint8_t byte) { m_bytes.push_back(byte); }
    void resize(std::size_t size)
    {
        if (size < m_bytes.size()) wipe(MutableByteView(m_bytes).subspan(size));
        m_bytes.resize(size);
    }
    void clear() { Storage().swap(m_bytes); }

    friend bool operator==(const SecretBytes& a, const SecretBytes& b) { return equal_constant_time(a.view(), b.view()); }

private:
    using Storage = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;
    Storage m_bytes;
};

// A secret with a name: Strong secrets of different names do not convert into each other.
//   using InitSecret = NamedSecret<struct InitSecretTag>;
template<typename Tag>
class NamedSecret : public SecretBytes {
public:
    NamedSecret() = default;
    explicit NamedSecret(SecretBytes&& bytes) : SecretBytes(std::move(bytes)) {}
    explicit NamedSecret(ByteView bytes) : SecretBytes(bytes) {}
    NamedSecret clone() const { return NamedSecret(view()); }
};

}  // namespace sinetti::base
