#include "mls/transcript.h"

#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.transcript")
{
    TEST_CASE("transcript hashes and the confirmation tag are those of transcript-hashes.json")
    {
        for_each_vector("mls/transcript-hashes.json", [](const nlohmann::json& vector) {
            const auto bytes = hex_field(vector, "authenticated_content");
            codec::Reader reader(bytes);
            const auto commit = AuthenticatedContent::read(reader);
            REQUIRE(commit.has_value());
            CHECK(reader.empty());
            const auto confirmed = confirmed_transcript_hash(kSuite, hex_field(vector, "interim_transcript_hash_before"), *commit);
            CHECK(confirmed == hex_field(vector, "confirmed_transcript_hash_after"));
            CHECK(confirmation_tag(kSuite, secret_field<ConfirmationKey>(vector, "confirmation_key"), confirmed) == commit->auth.confirmation_tag);
            CHECK(interim_transcript_hash(kSuite, confirmed, commit->auth.confirmation_tag) ==
                  hex_field(vector, "interim_transcript_hash_after"));
        });
    }
}
