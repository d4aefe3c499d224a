#include "tests/fuzz/target.h"
#include "tests/support/mls_encodings.h"

using namespace sinetti;

namespace {

// The first byte names the type. What is accepted has one encoding; keys in a stored record may stand in another order.
void run(base::ByteView input)
{
    if (input.empty()) return;
    const auto& encodings = tests::mls_encodings();
    const auto& encoding = encodings[input[0] % encodings.size()];
    const auto bytes = encoding.again(input.subspan(1));
    if (!bytes) return;
    if (encoding.name.starts_with("stored"))
        CHECK_INVARIANT(encoding.again(*bytes) == bytes);
    else
        CHECK_INVARIANT(base::equal(*bytes, input.subspan(1)));
}

std::vector<base::Bytes> seeds()
{
    std::vector<base::Bytes> list;
    std::uint8_t number = 0;
    for (const auto& encoding : tests::mls_encodings()) {
        for (const auto& example : encoding.examples) {
            list.push_back({number});
            list.back().insert(list.back().end(), example.begin(), example.end());
        }
        ++number;
    }
    return list;
}

const fuzz::Target kTarget("mls_encoding", run, seeds);

}   // namespace
