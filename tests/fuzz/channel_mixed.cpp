#include "channel/mixed_message.h"

#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::channel;

namespace {

// u8 what ‖ bytes: as they come from an ingress, or as somebody who has the relay's public key has sealed them.
void run(base::ByteView input)
{
    if (input.empty()) return;
    const auto bytes = input.subspan(1);
    if (input[0] % 2 == 0) {
        base::SeededRandom random(1);
        const auto key = crypto::DhPrivateKey::generate(random);
        const directory::RelayKeys keys{key.public_key(), {}};
        const auto messages = split_batch(bytes);
        if (!messages) return;
        CHECK_INVARIANT(!messages->empty() && messages->size() <= wire::kMixedMessagesPerBatch);
        for (const auto message : *messages) (void)open_mixed(key, keys, message).has_value();
        return;
    }
    // There is one encoding of everything; inputs are short, and the rest is zeros.
    auto plaintext = base::to_bytes(bytes.first(std::min(bytes.size(), wire::kMixedPlaintextSize)));
    CHECK_INVARIANT(plaintext.size() == wire::kMixedPlaintextSize || !decode_mixed(plaintext));
    plaintext.resize(wire::kMixedPlaintextSize);
    const auto decoded = decode_mixed(plaintext);
    if (decoded && *decoded) CHECK_INVARIANT(base::equal(encode(**decoded).view(), plaintext));
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    const auto key = crypto::DhPrivateKey::generate(random);
    const directory::RelayKeys keys{key.public_key(), {}};
    base::Bytes batch{0};
    const auto add = [&](const base::Bytes& message) { batch.insert(batch.end(), message.begin(), message.end()); };
    add(seal_cell_to_mix(keys, {{}, 1, base::Bytes(wire::kCellSize, 3)}, random).value());
    add(seal_cover(keys, random).value());
    return {{}, {0}, {1}, {1, 1, 5}, {1, 2}, batch};
}

const fuzz::Target kTarget("channel_mixed", run, seeds);

}  // namespace
