#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "store/record_sealer.h"
#include "store/vault_header.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::store;

namespace {

// What a browser's storage may hold after somebody else has been at it.
void run(base::ByteView input)
{
    if (const auto header = VaultHeader::parse(input)) CHECK_INVARIANT(base::equal(header->serialize(), input));

    const MasterKey master_key{base::Bytes(32, 1)};
    static const RecordSealer sealer(master_key);
    base::SeededRandom random(1);
    const auto text = base::to_text(input.first(std::min<std::size_t>(input.size(), 40)));
    CHECK_INVARIANT(!sealer.open(sealer.id(text), input).has_value());
    if (text.empty() || !base::is_valid_utf8(base::view_of(text))) return;
    auto sealed = sealer.seal(text, input, random);
    const auto opened = sealer.open(sealed.id, *sealed.value);
    CHECK_INVARIANT(opened.has_value() && opened->name == text && base::equal(opened->value.view(), input));
    CHECK_INVARIANT(!sealer.open(sealer.id("another"), *sealed.value).has_value() || text == "another");
    const std::vector<StoredRecord> stored{{sealed.id, *sealed.value}, {sealer.id("other"), base::to_bytes(input)}};
    CHECK_INVARIANT(!open_records(sealer, stored).has_value());
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(2);
    VaultHeader header;
    header.wrapped_master_key = base::Bytes(crypto::kXAeadNonceSize + 32 + crypto::kAeadTagSize, 5);
    const MasterKey master_key{base::Bytes(32, 1)};
    return {header.serialize(), *RecordSealer(master_key).seal("account", base::view_of("value"), random).value, base::to_bytes(base::view_of("account"))};
}

const fuzz::Target kTarget("store_record", run, seeds);

}  // namespace
