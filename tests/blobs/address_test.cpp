#include "blobs/address.h"

#include <doctest/doctest.h>

using namespace sinetti;

TEST_SUITE_BEGIN("blobs.address");

TEST_CASE("an address is the hash that the protocol says")
{
    blobs::UploadKey key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
    CHECK(base::to_hex(blobs::address_of(key)) == "8b48f5bf2b850c52482d459d71f01b11e0ad6dc61aa18e7e7e684b9794b0d6af");
}

TEST_SUITE_END();
