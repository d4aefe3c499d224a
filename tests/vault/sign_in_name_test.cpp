#include "vault/sign_in_name.h"

#include <doctest/doctest.h>

using namespace sinetti;
using vault::normalised_name;

TEST_SUITE_BEGIN("vault.sign_in_name");

TEST_CASE("a name is the same in any case, with any spaces, and however its letters were typed")
{
    const auto anna = normalised_name("Änna-Maija Öhman");
    REQUIRE(anna);
    CHECK(*anna == "änna-maija öhman");
    CHECK(normalised_name("  änna-maija \t ÖHMAN ") == anna);
    CHECK(normalised_name("A\u0308nna-Maija\u00a0O\u0308hman") == anna);
    CHECK(normalised_name("A\u030asa") == normalised_name("Åsa"));
    CHECK(normalised_name("André Šimůnek") == "andre simunek");
    CHECK(normalised_name("Andre\u0301 S\u030cimu\u030anek") == "andre simunek");
    CHECK(normalised_name("ЁЛКА") == normalised_name("ёлка"));
    CHECK(normalised_name("Łukasz 🙂 漢") == "łukasz 🙂 漢");
}

TEST_CASE("letters that tell people apart stay letters")
{
    CHECK(normalised_name("Hamalainen") != normalised_name("Hämäläinen"));
    CHECK(normalised_name("Åsa") != normalised_name("Äsa"));
    CHECK(normalised_name("Anna B") != normalised_name("Annab"));
}

TEST_CASE("a name that is empty, too long or not UTF-8 is none")
{
    CHECK_FALSE(normalised_name(""));
    CHECK_FALSE(normalised_name(" \t\u00a0 "));
    CHECK_FALSE(normalised_name("\u0308"));
    CHECK_FALSE(normalised_name("anna\xff"));
    CHECK_FALSE(normalised_name("anna\xc3"));
    CHECK(normalised_name(std::string(vault::kSignInNameMax, 'a')));
    CHECK_FALSE(normalised_name(std::string(vault::kSignInNameMax + 1, 'a')));
}

TEST_CASE("a normalised name is its own normal form")
{
    for (const char* name : {"Änna-Maija Öhman", "André Šimůnek", "ЁЛКА", "Łukasz 🙂", "ÅSA  ß ŸÝ Ħ"}) {
        const auto once = normalised_name(name);
        REQUIRE(once);
        CHECK(normalised_name(*once) == once);
    }
}

TEST_CASE("a vault is of one organisation and one name")
{
    const base::ByteArray<32> one{1}, two{2};
    CHECK(vault::vault_id(one, "anna") == vault::vault_id(one, "anna"));
    CHECK(vault::vault_id(one, "anna") != vault::vault_id(two, "anna"));
    CHECK(vault::vault_id(one, "anna") != vault::vault_id(one, "bert"));
}

TEST_SUITE_END();
