#include "tests/channel/relay_end.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::channel;

namespace {

// u8 what ‖ bytes: as they come from the network, or as somebody who holds the keys has sealed them.
void run(base::ByteView input)
{
    if (input.empty()) return;
    const auto bytes = input.subspan(1);
    const channel_test::RelayEnd end;
    base::SeededRandom random(1);
    auto opened = ClientChannel::open(end.keys(), random);
    CHECK_INVARIANT(opened.has_value());
    auto& client = opened->channel;
    auto accepted = end.accept(opened->message);
    CHECK_INVARIANT(accepted.has_value());
    auto& relay = accepted->channel;
    auto key = SharedKey::generate(1, random);
    CHECK_INVARIANT(client.receive(relay.seal(key.frame())).has_value());

    switch (input[0] % 6) {
    // Nobody guesses a key.
    case 0: CHECK_INVARIANT(base::equal(bytes, opened->message) || !end.accept(bytes)); return;
    case 1: CHECK_INVARIANT(!relay.receive(bytes)); return;
    case 2: CHECK_INVARIANT(!client.receive(bytes)); return;
    // What a channel brings is what decodes without it.
    case 3: {
        const auto frame = relay.receive(client.seal_encoded(bytes));
        const auto decoded = wire::decode_client_frame(bytes);
        CHECK_INVARIANT(frame.has_value() == decoded.has_value() && (!frame || *frame == *decoded));
        return;
    }
    case 4: {
        const auto frame = client.receive(relay.seal_encoded(bytes));
        const auto decoded = wire::decode_relay_frame(bytes);
        CHECK_INVARIANT(frame.has_value() == decoded.has_value());
        CHECK_INVARIANT(!frame || (*frame ? **frame == *decoded : std::holds_alternative<wire::SharedKey>(*decoded)));
        return;
    }
    default: {
        const auto frame = client.receive(key.seal(bytes));
        CHECK_INVARIANT(!frame || (*frame && std::get<wire::Entries>(**frame).board == 1));
    }
    }
}

std::vector<base::Bytes> seeds()
{
    std::vector<base::Bytes> list{{}, {0}};
    const auto add = [&](std::uint8_t what, const base::Bytes& bytes) {
        list.push_back({what});
        list.back().insert(list.back().end(), bytes.begin(), bytes.end());
    };
    base::SeededRandom random(1);
    add(0, ClientChannel::open(channel_test::RelayEnd().keys(), random)->message);
    for (const auto what : {std::uint8_t{1}, std::uint8_t{2}}) add(what, base::Bytes(256, 9));
    add(3, wire::encode(wire::ClientFrame(wire::Append{1, 1, base::Bytes(300, 2)})));
    add(4, wire::encode(wire::RelayFrame(wire::Accepted{})));
    add(4, wire::encode(wire::RelayFrame(wire::SharedKey{2, {}, 7})));
    add(5, wire::encode(wire::RelayFrame(wire::Entries{.board = 1, .entries = {{1}}}), wire::Seal::shared));
    return list;
}

const fuzz::Target kTarget("channel_message", run, seeds);

}  // namespace
