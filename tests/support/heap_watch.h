#pragma once
// Every block given back to the heap is looked through while it is still ours: a HeapWatch counts those that hold its marker. One at a time.

#include "base/bytes.h"

namespace sinetti::tests {

class HeapWatch {
public:
    explicit HeapWatch(base::ByteView marker);   // which outlives it
    ~HeapWatch();
    HeapWatch(const HeapWatch&) = delete;
    HeapWatch& operator=(const HeapWatch&) = delete;

    int sightings() const;
    int blocks() const;   // looked through
};

}  // namespace sinetti::tests
