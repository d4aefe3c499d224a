#pragma once
// A small world of MLS members for tests: identities from one seeded generator, groups, and a store of records.

#include "base/check.h"
#include "base/random.h"
#include "mls/group.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <map>
#include <set>

namespace sinetti::tests {

using namespace sinetti::mls;

// The suite the people of the tests live in: 0x0003, that of the published vectors, or the one $SINETTI_MLS_SUITE names in hex. The
// test program runs its group tests once in each suite (CMakeLists.txt).
inline CipherSuite suite_under_test()
{
    const char* const named = std::getenv("SINETTI_MLS_SUITE");
    if (named == nullptr) return CipherSuite::x25519_chacha20poly1305_sha256_ed25519();
    const auto suite = CipherSuite::from_id(static_cast<std::uint16_t>(std::strtoul(named, nullptr, 16)));
    CHECK_INVARIANT(suite.has_value());
    return *suite;
}

inline const CipherSuite kSuite = suite_under_test();

// Takes the value out of a Result that must have one; says the error when it has none.
template<typename T>
T take(Result<T> result)
{
    if (!result) INFO("error ", static_cast<int>(result.error()));
    REQUIRE(result.has_value());
    return std::move(result).value();
}

inline LeafNodeIdentity make_identity(const std::string& name, base::Random& random)
{
    return {Credential::basic(base::view_of(name)), crypto::SignaturePrivateKey::generate(random)};
}

inline KeyPackagePrivate make_key_package(const std::string& name, base::Random& random)
{
    return generate_key_package(kSuite, make_identity(name, random), random, Lifetime{});
}

inline Group make_group(const std::string& name, base::Random& random)
{
    Bytes group_id(32);
    random.fill(group_id);
    return take(Group::create(kSuite, group_id, make_identity(name, random), random));
}

// Adds one member and lets every present member but the committer process the commit.
inline Group add_member(Group& committer, std::vector<Group*> others, const std::string& name, base::Random& random)
{
    const auto newcomer = make_key_package(name, random);
    CommitRequest request;
    request.add.push_back(newcomer.key_package);
    const auto output = take(committer.commit(request, random));
    for (auto* other : others) {
        auto processed = take(other->process(output.commit));
        auto* staged = std::get_if<StagedCommit>(&processed);
        REQUIRE(staged != nullptr);
        REQUIRE(other->merge(std::move(*staged)).has_value());
    }
    REQUIRE(committer.merge_pending().has_value());
    REQUIRE(output.welcome.has_value());
    return take(Group::join(*output.welcome, newcomer, random));
}

// Others apply the commit; returns the first error.
inline std::optional<Error> apply_commit(Group& group, ByteView commit)
{
    auto processed = group.process(commit);
    if (!processed) return processed.error();
    if (std::holds_alternative<OwnCommit>(*processed)) {
        const auto merged = group.merge_pending();
        return merged ? std::nullopt : std::optional(merged.error());
    }
    auto* staged = std::get_if<StagedCommit>(&*processed);
    REQUIRE(staged != nullptr);
    const auto merged = group.merge(std::move(*staged));
    return merged ? std::nullopt : std::optional(merged.error());
}

inline std::string text_of(const ApplicationMessage& message)
{
    return base::to_text(message.plaintext.view());
}

// The text of an application message, or the error.
inline Result<std::string> read_text(Group& group, ByteView message)
{
    auto processed = group.process(message);
    if (!processed) return Unexpected(processed.error());
    const auto* application = std::get_if<ApplicationMessage>(&*processed);
    REQUIRE(application != nullptr);
    return text_of(*application);
}

class RecordStore final : public StateSink, public StateSource {
public:
    void put(std::string_view name, base::SecretBytes&& record) override
    {
        m_records.insert_or_assign(std::string(name), base::to_bytes(record.view()));
        ++puts;
        bytes += record.size();
    }
    void erase(std::string_view name) override
    {
        const auto found = m_records.find(std::string(name));
        if (found != m_records.end()) m_records.erase(found);
    }
    std::optional<base::SecretBytes> get(std::string_view name) const override
    {
        const auto found = m_records.find(std::string(name));
        if (found == m_records.end()) return std::nullopt;
        return base::SecretBytes(found->second);
    }
    std::vector<std::string> names() const override
    {
        std::vector<std::string> names;
        for (const auto& [name, record] : m_records) names.push_back(name);
        return names;
    }
    std::map<std::string, Bytes>& records() { return m_records; }
    int puts = 0;
    std::size_t bytes = 0;   // put in all

private:
    std::map<std::string, Bytes> m_records;
};

}  // namespace sinetti::tests
