#include "mls/welcome.h"

#include "mls/transcript.h"
#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.welcome")
{
    TEST_CASE("welcome.json opens to a signed group info with the right confirmation tag")
    {
        for_each_vector("mls/welcome.json", [](const nlohmann::json& vector) {
            const auto key_package = take(KeyPackage::parse(hex_field(vector, "key_package")));
            auto message = take(MlsMessage::parse(hex_field(vector, "welcome")));
            const auto& welcome = std::get<Welcome>(message.body);
            REQUIRE(welcome.secrets.size() == 1);
            CHECK(welcome.secrets[0].new_member == key_package.ref());
            const auto opened = take(kSuite.decrypt_with_label(hex_field(vector, "init_priv"), "Welcome", welcome.encrypted_group_info,
                                                               welcome.secrets[0].encrypted_group_secrets));
            codec::Reader reader(opened.view());
            const auto secrets = GroupSecrets::read(reader);
            REQUIRE(secrets.has_value());
            const auto welcome_secret = derive_welcome_secret(kSuite, secrets->joiner_secret, no_psk_secret(kSuite));
            const auto info = take(open_group_info(kSuite, welcome_secret, welcome.encrypted_group_info));
            CHECK(info.verify(kSuite, hex_field(vector, "signer_pub")).has_value());
            const auto epoch_secret =
                derive_epoch_secret(kSuite, secrets->joiner_secret, no_psk_secret(kSuite), info.group_context.serialize());
            const auto epoch_secrets = EpochSecrets::derive(kSuite, epoch_secret);
            CHECK(confirmation_tag(kSuite, epoch_secrets.confirmation_key, info.group_context.confirmed_transcript_hash) ==
                  info.confirmation_tag);
        });
    }
}
