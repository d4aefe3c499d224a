#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

class VectorPsks final : public PskSource {
public:
    explicit VectorPsks(const nlohmann::json& vector)
    {
        for (const auto& entry : vector.at("external_psks")) m_psks[hex_field(entry, "psk_id")] = hex_field(entry, "psk");
    }
    std::optional<base::SecretBytes> external_psk(ByteView psk_id) const override
    {
        const auto found = m_psks.find(base::to_bytes(psk_id));
        if (found == m_psks.end()) return std::nullopt;
        return base::SecretBytes(base::ByteView(found->second));
    }

private:
    std::map<Bytes, Bytes> m_psks;
};

KeyPackagePrivate key_package_of(const nlohmann::json& vector)
{
    auto signature_key = crypto::SignaturePrivateKey::from_seed(hex_field(vector, "signature_priv"));
    REQUIRE(signature_key.has_value());
    return {take(KeyPackage::parse(hex_field(vector, "key_package"))), secret_field<InitPrivateKey>(vector, "init_priv"),
            secret_field<EncryptionPrivateKey>(vector, "encryption_priv"), std::move(*signature_key)};
}

Group reload(Group& group, RecordStore& store)
{
    group.flush(store);
    return take(Group::load(store));
}

// Follows one client through a whole file entry, stored and loaded again after every epoch.
void follow(const nlohmann::json& vector)
{
    base::SeededRandom random(1);
    const VectorPsks psks(vector);
    const auto key_package = key_package_of(vector);
    CHECK(key_package.key_package.validate(std::nullopt).has_value());
    JoinOptions options;
    options.psks = &psks;
    if (!vector.at("ratchet_tree").is_null()) options.ratchet_tree = hex_field(vector, "ratchet_tree");
    auto group = take(Group::join(hex_field(vector, "welcome"), key_package, random, options));
    CHECK(group.epoch_authenticator() == hex_field(vector, "initial_epoch_authenticator"));

    RecordStore store;
    std::size_t count = 0;
    for (const auto& epoch : vector.at("epochs")) {
        CAPTURE(count++);
        for (const auto& proposal : epoch.at("proposals")) {
            auto processed = take(group.process(*base::from_hex(proposal.get<std::string>())));
            CHECK(std::holds_alternative<ReceivedProposal>(processed));
        }
        group = reload(group, store);
        auto processed = take(group.process(hex_field(epoch, "commit"), &psks));
        auto* staged = std::get_if<StagedCommit>(&processed);
        REQUIRE(staged != nullptr);
        REQUIRE(group.merge(std::move(*staged)).has_value());
        CHECK(group.epoch_authenticator() == hex_field(epoch, "epoch_authenticator"));
        group = reload(group, store);
    }
    if (!vector.contains("final_messages")) return;
    for (const auto& message : vector.at("final_messages")) {
        auto processed = take(group.process(hex_field(message, "message")));
        const auto& application = std::get<ApplicationMessage>(processed);
        CHECK(application.sender.value() == number(message, "sender_leaf"));
        CHECK(bytes_of(application.plaintext) == hex_field(message, "plaintext"));
    }
}

}  // namespace

TEST_SUITE("mls.passive_client")
{
    TEST_CASE("a passive client joins as in passive-client-welcome.json") { for_each_vector("mls/passive-client-welcome.json", follow); }
    TEST_CASE("a passive client follows passive-client-handling-commit.json")
    {
        for_each_vector("mls/passive-client-handling-commit.json", follow);
    }
    TEST_CASE("a passive client follows the 80 epochs of passive-random-s3-a.json")
    {
        for_each_vector("mls-generated/passive-random-s3-a.json", follow);
    }
    TEST_CASE("a passive client follows the 40 epochs of passive-random-s3-b.json")
    {
        for_each_vector("mls-generated/passive-random-s3-b.json", follow);
    }
}
