#include "vault/sealed_vault.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using vault::Error;

namespace {

struct Fixture {
    base::SeededRandom random{1};
    vault::VaultId id = random.array<32>();
    vault::VaultSecret secret = new_secret();
    vault::RecoveryCode code = vault::RecoveryCode::generate(random);
    base::Bytes contents = base::Bytes(700, 9);

    vault::VaultSecret new_secret() { return vault::VaultSecret(random.array<64>()); }
    base::Bytes sealed(std::uint64_t version) { return vault::seal_vault(id, version, secret, code, contents, random); }
};

}  // namespace

TEST_SUITE_BEGIN("vault.sealed_vault");

TEST_CASE_FIXTURE(Fixture, "a vault opens with the passphrase's secret and with the recovery code, and gives the code back")
{
    const auto bytes = sealed(3);
    for (const auto& opener : {secret.clone(), code.secret(id)}) {
        const auto opened = vault::open_vault(id, bytes, opener, 3);
        REQUIRE(opened.has_value());
        CHECK(opened->version == 3);
        CHECK(base::equal(opened->contents.view(), contents));
        CHECK(std::ranges::equal(opened->recovery_code.entropy(), code.entropy()));
    }
}

TEST_CASE_FIXTURE(Fixture, "a new passphrase shuts out the old one, and the recovery code stays")
{
    const auto old_secret = secret.clone();
    const auto before = sealed(1);
    secret = new_secret();
    const auto after = sealed(2);
    CHECK(vault::open_vault(id, after, old_secret, 0).error() == Error::damaged);
    CHECK(vault::open_vault(id, after, secret, 1).has_value());
    CHECK(vault::open_vault(id, after, code.secret(id), 1).has_value());
    CHECK(vault::open_vault(id, before, old_secret, 1).has_value());
}

TEST_CASE_FIXTURE(Fixture, "an older version than one that was seen is told from a damaged one")
{
    const auto bytes = sealed(4);
    CHECK(vault::open_vault(id, bytes, secret, 4).has_value());
    CHECK(vault::open_vault(id, bytes, secret, 5).error() == Error::rolled_back);
    CHECK(vault::open_vault(id, bytes, new_secret(), 5).error() == Error::damaged);
}

TEST_CASE_FIXTURE(Fixture, "wrong, foreign, changed and cut off vaults are damaged, each of them")
{
    const auto bytes = sealed(4);
    CHECK(vault::open_vault(id, bytes, new_secret(), 0).error() == Error::damaged);
    CHECK(vault::open_vault(random.array<32>(), bytes, secret, 0).error() == Error::damaged);
    CHECK(vault::open_vault(id, bytes, code.secret(random.array<32>()), 0).error() == Error::damaged);
    for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 97)
        CHECK(vault::open_vault(id, base::ByteView(bytes).first(size), secret, 0).error() == Error::damaged);
    for (std::size_t at = 0; at < bytes.size(); at += at < 200 ? 1 : 61) {
        auto changed = bytes;
        changed[at] ^= 1;
        CHECK(vault::open_vault(id, changed, secret, 0).error() == Error::damaged);
    }
    auto longer = bytes;
    longer.push_back(0);
    CHECK(vault::open_vault(id, longer, secret, 0).error() == Error::damaged);
    CHECK(vault::open_vault(id, base::Bytes(1u << 20, 1), secret, 0).error() == Error::damaged);
}

TEST_CASE_FIXTURE(Fixture, "the relay sees one size, no version twice alike, and the largest vault fits")
{
    contents.assign(10, 1);
    const auto small = sealed(1);
    contents.assign(2000, 2);
    CHECK(sealed(1).size() == small.size());
    CHECK(sealed(1) != sealed(1));
    contents.assign(vault::kContentsMax, 3);
    const auto large = sealed(1);
    CHECK(large.size() == small.size());
    CHECK(large.size() <= vault::kSealedVaultMax);
    CHECK(base::equal(vault::open_vault(id, large, secret, 0)->contents.view(), contents));
    contents.clear();
    CHECK(vault::open_vault(id, sealed(1), secret, 0)->contents.empty());
}

TEST_SUITE_END();
