#include "tests/fuzz/target.h"
#include "vault/link_code.h"
#include "vault/sealed_vault.h"

using namespace sinetti;

namespace {

constexpr vault::VaultId kId{1};

vault::RecoveryCode code() { return vault::RecoveryCode::from_entropy(base::ByteArray<16>{7}); }

// A vault opens whole or not at all, and what opens is within its limits; a code that reads prints to one that reads alike.
void run(base::ByteView input)
{
    if (const auto opened = vault::open_vault(kId, input, code().secret(kId), 0)) CHECK_INVARIANT(opened->contents.size() <= vault::kContentsMax);
    if (const auto read = vault::LinkCode::parse(input)) CHECK_INVARIANT(vault::LinkCode::parse(read->text().view())->text() == read->text());
    if (const auto read = vault::RecoveryCode::parse(input)) {
        const auto again = vault::RecoveryCode::parse(read->text().view());
        CHECK_INVARIANT(again.has_value() && base::equal(again->entropy(), read->entropy()));
    }
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    const vault::VaultSecret secret(base::ByteView(random.array<64>()));
    return {vault::seal_vault(kId, 1, secret, code(), base::Bytes(100, 2), random), vault::seal_vault(kId, 1, secret, code(), {}, random),
            base::to_bytes(code().text().view()), base::to_bytes(vault::LinkCode::generate(random).text().view())};
}

const fuzz::Target kTarget("vault_sealed", run, seeds);

}  // namespace
