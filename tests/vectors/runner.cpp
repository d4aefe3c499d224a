#include "tests/vectors/runner.h"

#include "tests/vectors/kinds.h"

#include <algorithm>

namespace sinetti::vectors {

namespace {

// A list of cases, told by the fields they all have.
struct ListKind {
    const char* name;
    std::vector<const char*> fields;
    Outcome<void> (*run)(const Vector&);
};

const std::vector<ListKind>& list_kinds()
{
    static const std::vector<ListKind> kinds = {
        {"tree-math", {"n_leaves", "n_nodes", "root", "left", "right", "parent", "sibling"}, run_tree_math},
        {"deserialization", {"vlbytes_header", "length"}, run_deserialization},
        {"crypto-basics", {"cipher_suite", "ref_hash", "expand_with_label", "sign_with_label", "encrypt_with_label"}, run_crypto_basics},
        {"key-schedule", {"cipher_suite", "group_id", "initial_init_secret", "epochs"}, run_key_schedule},
        {"psk_secret", {"cipher_suite", "psks", "psk_secret"}, run_psk_secret},
        {"secret-tree", {"cipher_suite", "sender_data", "encryption_secret", "leaves"}, run_secret_tree},
        {"transcript-hashes", {"cipher_suite", "authenticated_content", "confirmation_key"}, run_transcript_hashes},
        {"tree-operations", {"cipher_suite", "tree_before", "proposal", "proposal_sender", "tree_after"}, run_tree_operations},
        {"tree-validation", {"cipher_suite", "tree", "group_id", "tree_hashes", "resolutions"}, run_tree_validation},
        {"treekem", {"cipher_suite", "ratchet_tree", "leaves_private", "update_paths"}, run_treekem},
        {"messages", {"mls_welcome", "mls_group_info", "mls_key_package", "ratchet_tree", "private_message"}, run_messages},
        {"message-protection", {"cipher_suite", "membership_key", "proposal_pub", "commit_priv", "application_priv"}, run_message_protection},
        {"welcome", {"cipher_suite", "init_priv", "key_package", "signer_pub", "welcome"}, run_welcome},
        {"passive-client", {"cipher_suite", "key_package", "init_priv", "welcome", "initial_epoch_authenticator", "epochs"}, run_passive_client},
        {"hpke", {"mode", "kem_id", "kdf_id", "aead_id", "ikmE", "ikmR", "enc", "exports"}, run_hpke},
        {"xwing", {"seed", "eseed", "ss", "sk", "pk", "ct"}, run_xwing},
        {"voprf", {"identifier", "mode", "seed", "keyInfo", "skSm", "vectors"}, run_voprf},
    };
    return kinds;
}

// A file of Wycheproof, told by its algorithm and the type of its test groups.
struct GroupedKind {
    const char* name;
    std::string_view algorithm;
    std::string_view type;
    Outcome<void> (*run)(const Vector&, const Vector&);
};

constexpr GroupedKind kGroupedKinds[] = {
    {"wycheproof ChaCha20-Poly1305", "CHACHA20-POLY1305", "AeadTest", run_chacha20_poly1305},
    {"wycheproof XChaCha20-Poly1305", "XCHACHA20-POLY1305", "AeadTest", run_xchacha20_poly1305},
    {"wycheproof X25519", "XDH", "XdhComp", run_x25519},
    {"wycheproof Ed25519", "EDDSA", "EddsaVerify", run_ed25519},
    {"wycheproof HMAC-SHA-256", "HMACSHA256", "MacTest", run_hmac_sha256},
    {"wycheproof HKDF-SHA-256", "HKDF-SHA-256", "HkdfTest", run_hkdf_sha256},
    {"wycheproof ML-KEM-768", "ML-KEM", "MLKEMTest", run_mlkem768},
    {"wycheproof ML-KEM-768 encapsulation", "ML-KEM", "MLKEMEncapsTest", run_mlkem768_encapsulation},
    {"wycheproof ML-KEM-768 key generation", "ML-KEM", "MLKEMKeyGen", run_mlkem768_key_generation},
    {"wycheproof ML-KEM-768 decapsulation", "ML-KEM", "MLKEMDecapsValidationTest", run_mlkem768_decapsulation},
};

void record(Report& report, const std::string& which, const Outcome<void>& outcome)
{
    if (outcome)
        ++report.passed;
    else if (outcome.error().skipped)
        ++report.skipped[outcome.error().what];
    else
        report.failures.push_back(which + ": " + outcome.error().what);
}

const std::string* text_in(const nlohmann::json& object, const char* name)
{
    const auto found = object.find(name);
    return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

void run_list(const nlohmann::json& document, Report& report)
{
    if (document.empty() || !document.front().is_object()) return;
    const auto& kinds = list_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const ListKind& candidate) {
        return std::all_of(candidate.fields.begin(), candidate.fields.end(), [&](const char* field) { return document.front().contains(field); });
    });
    if (kind == kinds.end()) return;
    report.kind = kind->name;
    for (std::size_t i = 0; i < document.size(); ++i) {
        const auto which = "case " + std::to_string(i);
        if (document[i].is_object())
            record(report, which, kind->run(Vector(document[i])));
        else
            report.failures.push_back(which + ": not an object");
    }
}

void run_groups(const nlohmann::json& document, const nlohmann::json& groups, Report& report)
{
    const auto* algorithm = text_in(document, "algorithm");
    for (const auto& group : groups) {
        const auto* type = group.is_object() ? text_in(group, "type") : nullptr;
        const auto tests = group.is_object() ? group.find("tests") : group.end();
        if (!algorithm || !type || tests == group.end() || !tests->is_array()) continue;
        const auto kind = std::find_if(std::begin(kGroupedKinds), std::end(kGroupedKinds), [&](const GroupedKind& candidate) {
            return candidate.algorithm == *algorithm && candidate.type == *type;
        });
        if (kind == std::end(kGroupedKinds)) continue;
        report.kind = kind->name;
        for (const auto& test : *tests) {
            const auto number = test.is_object() ? test.find("tcId") : test.end();
            const auto which = "tcId " + (number == test.end() ? std::string("?") : number->dump());
            if (test.is_object())
                record(report, which, kind->run(Vector(group), Vector(test)));
            else
                report.failures.push_back(which + ": not an object");
        }
    }
}

}  // namespace

std::size_t Report::skipped_count() const
{
    std::size_t count = 0;
    for (const auto& [why, cases] : skipped) count += cases;
    return count;
}

std::string Report::summary() const
{
    std::string text = kind + ", " + std::to_string(passed) + " passed, " + std::to_string(failures.size()) + " failed";
    if (skipped.empty()) return text;
    text += ", " + std::to_string(skipped_count()) + " skipped (";
    const char* separator = "";
    for (const auto& [why, cases] : skipped) {
        text += separator + std::to_string(cases) + " of " + why;
        separator = ", ";
    }
    return text + ")";
}

Report run_document(const nlohmann::json& document)
{
    Report report;
    if (document.is_array()) run_list(document, report);
    if (document.is_object()) {
        const auto groups = document.find("testGroups");
        if (groups != document.end() && groups->is_array()) run_groups(document, *groups, report);
    }
    return report;
}

}  // namespace sinetti::vectors
