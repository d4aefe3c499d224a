#include "tests/support/heap_watch.h"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

sinetti::base::ByteView g_marker;   // empty: nobody watches
int g_sightings = 0;
int g_blocks = 0;

void look_through(const void* block)
{
    if (g_marker.empty() || block == nullptr) return;
    ++g_blocks;
    const auto* const bytes = static_cast<const std::uint8_t*>(block);
    const std::size_t size = malloc_usable_size(const_cast<void*>(block));
    if (std::search(bytes, bytes + size, g_marker.begin(), g_marker.end()) != bytes + size) ++g_sightings;
}

}  // namespace

void* operator new(std::size_t size)
{
    void* const block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) std::abort();
    return block;
}
void operator delete(void* block) noexcept
{
    look_through(block);
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept
{
    look_through(block);
    std::free(block);
}

namespace sinetti::tests {

HeapWatch::HeapWatch(base::ByteView marker)
{
    g_sightings = g_blocks = 0;
    g_marker = marker;
}

HeapWatch::~HeapWatch() { g_marker = {}; }
int HeapWatch::sightings() const { return g_sightings; }
int HeapWatch::blocks() const { return g_blocks; }

}  // namespace sinetti::tests
