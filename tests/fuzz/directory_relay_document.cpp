#include "directory/relay_document.h"
#include "tests/fuzz/target.h"

using namespace sinetti;

namespace {

// There is one spelling of every document.
void run(base::ByteView input)
{
    const auto text = base::to_text(input);
    if (const auto document = directory::parse_relay_document(text)) CHECK_INVARIANT(directory::encode(*document) == text);
}

std::vector<base::Bytes> seeds()
{
    std::vector<base::Bytes> list;
    for (const std::uint8_t filling : {std::uint8_t{0x00}, std::uint8_t{0xa5}}) {
        directory::RelayDocument document;
        document.root_public_key.fill(filling);
        document.relay_keys.signing_public_key.fill(filling);
        list.push_back(base::to_bytes(base::view_of(directory::encode(document))));
    }
    return list;
}

const fuzz::Target kTarget("directory_relay_document", run, seeds);

}  // namespace
