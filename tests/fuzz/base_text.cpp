#include "base/bytes.h"

#include "tests/fuzz/target.h"

#include <nlohmann/json.hpp>

using namespace sinetti;

namespace {

void run(base::ByteView input)
{
    const auto text = base::to_text(input);
    if (const auto bytes = base::from_base64url(text)) CHECK_INVARIANT(base::to_base64url(*bytes) == text);
    CHECK_INVARIANT(base::from_base64url(base::to_base64url(input)) == base::to_bytes(input));
    if (const auto bytes = base::from_hex(text)) CHECK_INVARIANT(base::to_hex(*bytes).size() == text.size());
    CHECK_INVARIANT(base::from_hex(base::to_hex(input)) == base::to_bytes(input));

    // nlohmann/json has a UTF-8 decoder of its own: writing a string leaves out what is not UTF-8.
    const auto written = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore);
    const auto back = nlohmann::json::parse(written, nullptr, false);
    CHECK_INVARIANT(base::is_valid_utf8(input) == (back.get_ref<const std::string&>() == text));
}

std::vector<base::Bytes> seeds()
{
    std::vector<base::Bytes> list;
    for (const auto* text : {"", "00ffAb", "Zm9vYmFy", "-_8", "Zm9vYg", "hyvää päivää", "🦭 sinetti €", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
        list.push_back(base::to_bytes(base::view_of(text)));
    return list;
}

const fuzz::Target kTarget("base_text", run, seeds);

}  // namespace
