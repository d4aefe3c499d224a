#include "chat/person_vault.h"
#include "chat/vault_keeper.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::chat;

namespace {

// What parses is written as it was: the contents of a vault, and the record a device keeps of its own.
void run(base::ByteView input)
{
    if (const auto vault = PersonVault::parse(input)) CHECK_INVARIANT(base::equal(vault->serialize().view(), input));
    store::Records records;
    records.emplace(kVaultRecord, base::SecretBytes(input));
    if (const auto keeper = VaultKeeper::load(records)) {
        const auto written = keeper->serialize();
        records.insert_or_assign(std::string(kVaultRecord), written.clone());
        const auto again = VaultKeeper::load(records);
        CHECK_INVARIANT(again.has_value() && again->serialize() == written);
    }
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    std::vector<base::Bytes> list;
    for (const bool administrator : {true, false}) {
        auto root = crypto::SignaturePrivateKey::generate(random);
        const auto root_public_key = root.public_key();
        PersonVault vault{{crypto::SignaturePrivateKey::generate(random), directory::DirectoryKey(base::ByteView(base::Bytes(32, 7))), root_public_key,
                           {random.array<32>(), random.array<32>()}, administrator ? std::optional(std::move(root)) : std::nullopt, "Virasto", "Aino", ""},
                          administrator};
        list.push_back(base::to_bytes(vault.serialize().view()));
        vault.seen = {{random.array<32>(), 20'000}, {random.array<32>(), 20'001}};
        list.push_back(base::to_bytes(vault.serialize().view()));
        keep(vault.kept, "theme", "dark", {1'800'000'000'000});
        keep(vault.kept, kept_key(root_public_key), kVerified, {1'800'000'000'001});
        list.push_back(base::to_bytes(vault.serialize().view()));
        const VaultKeeper keeper({"Aino 2", 3, administrator ? std::optional(vault::VaultSecret(base::ByteView(base::Bytes(64, 1)))) : std::nullopt,
                                  vault::RecoveryCode::generate(random), true, {}, vault.kept, administrator});
        list.push_back(base::to_bytes(keeper.serialize().view()));
    }
    list.push_back(base::to_bytes(VaultKeeper().serialize().view()));
    auto before = list.back();
    before.pop_back();
    for (const auto version : {std::uint8_t{3}, std::uint8_t{2}, std::uint8_t{1}}) {   // as it was written before it kept anything, before it knew of days, and before it knew of a root key
        before[1] = version;
        before.pop_back();
        list.push_back(before);
    }
    return list;
}

const fuzz::Target kTarget("chat_person_vault", run, seeds);

}  // namespace
