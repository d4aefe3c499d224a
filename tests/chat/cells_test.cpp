#include "chat/cells.h"

#include <doctest/doctest.h>

#include <set>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

SenderSecret secret_of(std::uint8_t byte) { return SenderSecret(base::ByteView(base::Bytes(32, byte))); }

Fragment fragment_of(std::size_t size)
{
    return {.message = {1, 2, 3}, .index = 2, .count = 5, .data = base::Bytes(size, 0x5a)};
}

}  // namespace

TEST_SUITE("chat.cells")
{
    TEST_CASE("a cell has the size of every other cell and opens with its secret, counter and board only")
    {
        for (const auto size : {std::size_t{0}, std::size_t{1}, kFragmentDataMax}) {
            const auto fragment = fragment_of(size);
            const auto cell = seal_cell(secret_of(1), 9, 1, fragment);
            CHECK(cell.size() == 1024);
            CHECK(open_cell(secret_of(1), 9, 1, cell) == fragment);
            CHECK_FALSE(open_cell(secret_of(2), 9, 1, cell).has_value());
            CHECK_FALSE(open_cell(secret_of(1), 10, 1, cell).has_value());
            CHECK_FALSE(open_cell(secret_of(1), 9, 2, cell).has_value());
        }
    }

    TEST_CASE("the same counter makes the same cell again, so that sending it twice is harmless")
    {
        CHECK(seal_cell(secret_of(1), 3, 1, fragment_of(10)) == seal_cell(secret_of(1), 3, 1, fragment_of(10)));
    }

    TEST_CASE("a cell altered in any byte does not open")
    {
        const auto cell = seal_cell(secret_of(1), 0, 1, fragment_of(20));
        for (std::size_t i = 0; i < cell.size(); ++i) {
            auto altered = cell;
            altered[i] ^= 1;
            CHECK_FALSE(open_cell(secret_of(1), 0, 1, altered).has_value());
        }
        CHECK_FALSE(open_cell(secret_of(1), 0, 1, base::ByteView(cell).first(1023)).has_value());
        CHECK_FALSE(open_cell(secret_of(1), 0, 1, {}).has_value());
    }

    TEST_CASE("tags of different counters, leaves, directions and epochs never meet")
    {
        base::SeededRandom random(5);
        const auto a = crypto::DhPrivateKey::generate(random);
        const auto b = crypto::DhPrivateKey::generate(random);
        const auto device_a = crypto::SignaturePrivateKey::generate(random).public_key();
        const auto device_b = crypto::SignaturePrivateKey::generate(random).public_key();
        const auto there = first_contact_sender_secret(a, b.public_key(), device_a, device_b);
        const auto back = first_contact_sender_secret(a, b.public_key(), device_b, device_a);
        REQUIRE((there.has_value() && back.has_value()));
        CHECK(*there == *first_contact_sender_secret(b, a.public_key(), device_a, device_b));
        const CellSecret epoch(base::ByteView(base::Bytes(32, 1)));
        const CellSecret next_epoch(base::ByteView(base::Bytes(32, 2)));
        std::set<wire::Tag> tags;
        for (std::uint64_t counter = 0; counter < 100; ++counter)
            for (const auto* secret : {&*there, &*back}) tags.insert(cell_tag(*secret, counter));
        for (const auto* secret : {&epoch, &next_epoch})
            for (std::uint32_t leaf = 0; leaf < 5; ++leaf)
                for (std::uint64_t counter = 0; counter < 100; ++counter) tags.insert(cell_tag(conversation_sender_secret(*secret, mls::LeafIndex(leaf)), counter));
        CHECK(tags.size() == 200 + 1000);
    }

    TEST_CASE("a contact key that is no point gives no secret")
    {
        base::SeededRandom random(6);
        const auto key = crypto::DhPrivateKey::generate(random);
        CHECK_FALSE(first_contact_sender_secret(key, base::Bytes(32, 0), {}, {}).has_value());
        CHECK_FALSE(first_contact_sender_secret(key, base::Bytes(31, 9), {}, {}).has_value());
    }
}
