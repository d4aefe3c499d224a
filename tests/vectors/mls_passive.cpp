// passive-client-*: one client follows a whole group, stored and loaded again at every epoch.

#include "mls/group.h"
#include "tests/vectors/kinds.h"
#include "tests/vectors/suites.h"

#include <map>

namespace sinetti::vectors {

using namespace mls;

namespace {

class Psks final : public PskSource {
public:
    static Outcome<Psks> of(const Vector& vector)
    {
        Psks psks;
        for (const auto& entry : TRY(vector.objects("external_psks"))) psks.m_psks[TRY(entry.hex("psk_id"))] = TRY(entry.hex("psk"));
        return psks;
    }
    std::optional<base::SecretBytes> external_psk(ByteView psk_id) const override
    {
        const auto found = m_psks.find(base::to_bytes(psk_id));
        if (found == m_psks.end()) return std::nullopt;
        return base::SecretBytes(ByteView(found->second));
    }

private:
    std::map<Bytes, Bytes> m_psks;
};

class Records final : public StateSink, public StateSource {
public:
    void put(std::string_view name, base::SecretBytes&& record) override { m_records.insert_or_assign(std::string(name), std::move(record)); }
    void erase(std::string_view name) override { m_records.erase(std::string(name)); }
    std::optional<base::SecretBytes> get(std::string_view name) const override
    {
        const auto found = m_records.find(std::string(name));
        if (found == m_records.end()) return std::nullopt;
        return found->second.clone();
    }
    std::vector<std::string> names() const override
    {
        std::vector<std::string> names;
        for (const auto& [name, record] : m_records) names.push_back(name);
        return names;
    }

private:
    std::map<std::string, base::SecretBytes> m_records;
};

Outcome<KeyPackagePrivate> key_package_of(const Vector& vector)
{
    auto key_package = TRY(KeyPackage::parse(TRY(vector.hex("key_package"))));
    auto init_key = TRY(vector.secret<InitPrivateKey>("init_priv"));
    auto encryption_key = TRY(vector.secret<EncryptionPrivateKey>("encryption_priv"));
    auto signing_key = TRY(signature_key(vector, "signature_priv"));
    return KeyPackagePrivate{std::move(key_package), std::move(init_key), std::move(encryption_key), std::move(signing_key)};
}

Outcome<void> reload(Group& group, Records& records)
{
    group.flush(records);
    group = TRY(Group::load(records));
    return {};
}

Outcome<void> follow_epoch(Group& group, const Vector& epoch, const Psks& psks, Records& records)
{
    for (const auto& proposal : TRY(epoch.hex_list("proposals"))) {
        const auto processed = TRY(group.process(proposal));
        TRY(that(std::holds_alternative<ReceivedProposal>(processed), "a proposal is a proposal"));
    }
    TRY(reload(group, records));
    auto processed = TRY(group.process(TRY(epoch.hex("commit")), &psks));
    auto* staged = std::get_if<StagedCommit>(&processed);
    TRY(that(staged != nullptr, "the commit is somebody else's commit"));
    TRY(group.merge(std::move(*staged)));
    TRY(same("epoch_authenticator", group.epoch_authenticator(), TRY(epoch.hex("epoch_authenticator"))));
    return reload(group, records);
}

}  // namespace

Outcome<void> run_passive_client(const Vector& vector)
{
    TRY(suite_of(vector, Needs::whole_suite));
    base::SeededRandom random(1);
    const auto psks = TRY(Psks::of(vector));
    const auto key_package = TRY(key_package_of(vector));
    TRY(key_package.key_package.validate(std::nullopt));
    JoinOptions options;
    options.psks = &psks;
    if (vector.has("ratchet_tree")) options.ratchet_tree = TRY(vector.hex("ratchet_tree"));
    auto group = TRY(Group::join(TRY(vector.hex("welcome")), key_package, random, options));
    TRY(same("initial_epoch_authenticator", group.epoch_authenticator(), TRY(vector.hex("initial_epoch_authenticator"))));

    Records records;
    std::size_t count = 0;
    for (const auto& epoch : TRY(vector.objects("epochs")))
        TRY(within("epoch " + std::to_string(count++), follow_epoch(group, epoch, psks, records)));
    if (!vector.has("final_messages")) return {};
    for (const auto& message : TRY(vector.objects("final_messages"))) {
        const auto processed = TRY(group.process(TRY(message.hex("message"))));
        const auto* application = std::get_if<ApplicationMessage>(&processed);
        TRY(that(application != nullptr, "a final message is an application message"));
        TRY(same("sender_leaf", application->sender.value(), TRY(message.number("sender_leaf"))));
        TRY(same("plaintext", application->plaintext, TRY(message.hex("plaintext"))));
    }
    return {};
}

}  // namespace sinetti::vectors
