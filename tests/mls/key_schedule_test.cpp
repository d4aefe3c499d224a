#include "mls/key_schedule.h"

#include "mls/group_context.h"
#include "mls/psk.h"
#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.key_schedule")
{
    TEST_CASE("every secret of five epochs is that of key-schedule.json")
    {
        for_each_vector("mls/key-schedule.json", [](const nlohmann::json& vector) {
            auto init_secret = secret_field<InitSecret>(vector, "initial_init_secret");
            std::uint64_t number_of_epoch = 0;
            for (const auto& epoch : vector.at("epochs")) {
                GroupContext context;
                context.cipher_suite = kSuite.id();
                context.group_id = hex_field(vector, "group_id");
                context.epoch = Epoch(number_of_epoch++);
                context.tree_hash = hex_field(epoch, "tree_hash");
                context.confirmed_transcript_hash = hex_field(epoch, "confirmed_transcript_hash");
                const auto serialized = context.serialize();
                CHECK(serialized == hex_field(epoch, "group_context"));

                const auto commit_secret = secret_field<CommitSecret>(epoch, "commit_secret");
                const auto psk_secret = secret_field<PskSecret>(epoch, "psk_secret");
                const auto joiner = derive_joiner_secret(kSuite, init_secret, commit_secret, serialized);
                CHECK(bytes_of(joiner) == hex_field(epoch, "joiner_secret"));
                CHECK(bytes_of(derive_welcome_secret(kSuite, joiner, psk_secret)) == hex_field(epoch, "welcome_secret"));
                const auto epoch_secret = derive_epoch_secret(kSuite, joiner, psk_secret, serialized);
                CHECK(bytes_of(derive_encryption_secret(kSuite, epoch_secret)) == hex_field(epoch, "encryption_secret"));

                auto secrets = EpochSecrets::derive(kSuite, epoch_secret);
                CHECK(bytes_of(secrets.sender_data_secret) == hex_field(epoch, "sender_data_secret"));
                CHECK(bytes_of(secrets.exporter_secret) == hex_field(epoch, "exporter_secret"));
                CHECK(bytes_of(secrets.external_secret) == hex_field(epoch, "external_secret"));
                CHECK(bytes_of(secrets.confirmation_key) == hex_field(epoch, "confirmation_key"));
                CHECK(bytes_of(secrets.membership_key) == hex_field(epoch, "membership_key"));
                CHECK(bytes_of(secrets.resumption_psk) == hex_field(epoch, "resumption_psk"));
                CHECK(secrets.epoch_authenticator == hex_field(epoch, "epoch_authenticator"));
                CHECK(bytes_of(secrets.init_secret) == hex_field(epoch, "init_secret"));
                CHECK(external_key_pair(kSuite, secrets.external_secret).public_key == hex_field(epoch, "external_pub"));

                const auto& exporter = epoch.at("exporter");
                CHECK(bytes_of(take(mls_exporter(kSuite, secrets.exporter_secret, exporter.at("label").get<std::string>(),
                                                 hex_field(exporter, "context"), number(exporter, "length")))) ==
                      hex_field(exporter, "secret"));
                init_secret = std::move(secrets.init_secret);
            }
        });
    }

    TEST_CASE("an exporter length beyond the key derivation function is refused")
    {
        const ExporterSecret exporter{base::SecretBytes(32)};
        CHECK(mls_exporter(kSuite, exporter, "x", {}, 255 * 32).has_value());
        CHECK(mls_exporter(kSuite, exporter, "x", {}, 255 * 32 + 1).error() == Error::bad_length);
        CHECK(mls_exporter(kSuite, exporter, "x", {}, 1 << 20).error() == Error::bad_length);
    }

    TEST_CASE("pre-shared keys chain as in psk_secret.json")
    {
        for (const auto* path : {"mls/psk_secret.json", "mls/suite1-noaead/psk_secret.json"}) {
            for_each_vector(path, [](const nlohmann::json& vector) {
                std::vector<PreSharedKey> psks;
                for (const auto& entry : vector.at("psks")) {
                    PreSharedKey psk;
                    psk.id.psk_id = hex_field(entry, "psk_id");
                    psk.id.psk_nonce = hex_field(entry, "psk_nonce");
                    psk.secret = base::SecretBytes(base::ByteView(hex_field(entry, "psk")));
                    psks.push_back(std::move(psk));
                }
                CHECK(bytes_of(derive_psk_secret(kSuite, psks)) == hex_field(vector, "psk_secret"));
            });
        }
    }
}
