#include "tests/fuzz/target.h"
#include "vault/root_share.h"

using namespace sinetti;

namespace {

crypto::SignaturePrivateKey root()
{
    base::SeededRandom random(1);
    return crypto::SignaturePrivateKey::generate(random);
}

// What reads prints to what reads alike; with another share it gives this key or none.
void run(base::ByteView input)
{
    const auto share = vault::RootShare::parse(input);
    if (!share) {
        CHECK_INVARIANT(share.error().line <= vault::RootShare::kLines);
        return;
    }
    CHECK_INVARIANT(share->number() >= 1 && share->number() <= 3);
    const auto again = vault::RootShare::parse(share->text().view());
    CHECK_INVARIANT(again.has_value() && again->text() == share->text());
    base::SeededRandom random(2);
    const auto key = root();
    for (const auto& other : vault::share_root(key, random))
        if (const auto restored = vault::restore_root(*share, other, key.public_key())) CHECK_INVARIANT(restored->public_key() == key.public_key());
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(2);
    std::vector<base::Bytes> list;
    for (const auto& share : vault::share_root(root(), random)) list.push_back(base::to_bytes(share.text().view()));
    return list;
}

const fuzz::Target kTarget("vault_root_share", run, seeds);

}  // namespace
