#include "chat/device_link.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::chat;

namespace {

struct Meeting {
    base::SeededRandom random{1};
    vault::LinkKeys keys;
    crypto::HpkeKeyPair host = crypto::kem_generate_key_pair(crypto::KemId::xwing, random), guest = crypto::kem_generate_key_pair(crypto::KemId::xwing, random);
    base::Bytes offer, answer;
    Meeting()
    {
        keys.address.fill(1);
        const base::Bytes key(32, 2);
        keys.offer_key = base::SecretBytes(base::ByteView(key));
        keys.psk = base::SecretBytes(base::ByteView(key));
        offer = seal_offer(keys, host.public_key, random);
        answer = *seal_answer(keys, offer, host.public_key, {"Kone", false, guest.public_key}, random);
    }
};

// Whatever comes in a message, or out of one that opens: nothing but nullopt, or what is written as it was.
void run(base::ByteView input)
{
    static const Meeting meeting;
    if (const auto key = open_offer(meeting.keys, input)) CHECK_INVARIANT(key->size() == 1216);
    (void)open_answer(meeting.keys, meeting.offer, meeting.host.private_key, input);
    (void)open_hand_over(meeting.keys, meeting.offer, meeting.answer, meeting.guest.private_key, input);
    if (const auto contents = HandOver::parse(input)) {
        const auto written = contents->serialize();
        CHECK_INVARIANT(written.size() <= input.size() && base::equal(written.view(), input.first(written.size())));
    }
}

std::vector<base::Bytes> seeds()
{
    Meeting meeting;
    auto& random = meeting.random;
    const auto root_public_key = crypto::SignaturePrivateKey::generate(random).public_key();
    const HandOver contents{{{crypto::SignaturePrivateKey::generate(random), directory::DirectoryKey(base::ByteView(base::Bytes(32, 7))), root_public_key,
                              {random.array<32>(), random.array<32>()}, std::nullopt, "Virasto", "Aino", ""}, false, {}, {{"theme", {1, "dark"}}}},
                            {"Aino", 1, vault::VaultSecret(base::ByteView(base::Bytes(64, 1))), vault::RecoveryCode::generate(random), false},
                            {random.array<crypto::kPasswordSaltSize>(), {}, crypto::PasswordKey(base::ByteView(base::Bytes(32, 9)))}};
    return {meeting.offer, meeting.answer, *seal_hand_over(meeting.keys, meeting.offer, meeting.answer, meeting.guest.public_key, &contents, random),
            base::to_bytes(contents.serialize().view())};
}

const fuzz::Target kTarget("chat_device_link", run, seeds);

}  // namespace
