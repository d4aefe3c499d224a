#include "tests/interop/peer/peer.h"

#include "tests/support/enumerator_name.h"

#include <algorithm>

namespace sinetti::interop {

using namespace mls;
using base::ByteView;

namespace {

std::string text_of(mls::Error error) { return tests::enumerator_name(error); }

}  // namespace

base::Unexpected<Peer::Complaint> Peer::wrong(std::string text)
{
    return base::Unexpected(Complaint{std::move(text)});
}

// A result of the library with its error as text.
template<typename T>
Peer::Outcome<T> Peer::said(mls::Result<T> result)
{
    if (!result) return wrong(text_of(result.error()));
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return std::move(result).value();
}

// A request's fields; each getter says what is wrong with a field.
class Peer::Request {
public:
    explicit Request(const nlohmann::json& json) : m_json(json) {}

    Outcome<std::string> text(const char* name) const
    {
        const auto* field = find(name);
        if (!field || !field->is_string()) return wrong(std::string(name) + " must be a text");
        return field->get<std::string>();
    }
    Outcome<base::Bytes> bytes(const char* name) const
    {
        const auto* field = find(name);
        if (!field) return wrong(std::string(name) + " is missing");
        return bytes_of(*field, name);
    }
    Outcome<base::Bytes> optional_bytes(const char* name) const { return find(name) ? bytes(name) : Outcome<base::Bytes>(base::Bytes{}); }
    Outcome<std::uint32_t> number(const char* name) const
    {
        const auto* field = find(name);
        if (!field) return wrong(std::string(name) + " is missing");
        return number_of(*field, name);
    }
    Outcome<std::vector<base::Bytes>> bytes_list(const char* name) const { return list<base::Bytes>(name, bytes_of); }
    Outcome<std::vector<std::uint32_t>> numbers(const char* name) const { return list<std::uint32_t>(name, number_of); }
    Outcome<std::vector<std::string>> texts(const char* name) const
    {
        return list<std::string>(name, [](const nlohmann::json& json, const char* field) -> Outcome<std::string> {
            if (!json.is_string()) return wrong(std::string(field) + " must be a list of texts");
            return json.get<std::string>();
        });
    }
    Outcome<WireFormat> wire_format() const
    {
        const auto* field = find("public");
        if (field && !field->is_boolean()) return wrong("public must be true or false");
        return field && field->get<bool>() ? WireFormat::public_message : WireFormat::private_message;
    }

private:
    const nlohmann::json* find(const char* name) const   // null counts as absent
    {
        const auto found = m_json.find(name);
        return found == m_json.end() || found->is_null() ? nullptr : &*found;
    }
    static Outcome<base::Bytes> bytes_of(const nlohmann::json& json, const char* name)
    {
        if (!json.is_string()) return wrong(std::string(name) + " must be hexadecimal");
        auto bytes = base::from_hex(json.get_ref<const std::string&>());
        if (!bytes) return wrong(std::string(name) + " must be hexadecimal");
        return std::move(*bytes);
    }
    static Outcome<std::uint32_t> number_of(const nlohmann::json& json, const char* name)
    {
        if (!json.is_number_unsigned() || json.get<std::uint64_t>() > UINT32_MAX) return wrong(std::string(name) + " must be a number below 2^32");
        return static_cast<std::uint32_t>(json.get<std::uint64_t>());
    }
    template<typename T, typename F>
    Outcome<std::vector<T>> list(const char* name, F&& read) const
    {
        std::vector<T> all;
        const auto* field = find(name);
        if (!field) return all;
        if (!field->is_array()) return wrong(std::string(name) + " must be a list");
        for (const auto& json : *field) all.push_back(TRY(read(json, name)));
        return all;
    }

    const nlohmann::json& m_json;
};

std::string Peer::handle(std::string_view line)
{
    const auto json = nlohmann::json::parse(line, nullptr, false);
    nlohmann::json reply = nlohmann::json::object();
    const auto id = json.is_object() ? json.find("id") : json.end();
    reply["id"] = json.is_object() && id != json.end() ? *id : nlohmann::json();
    auto outcome = json.is_object() ? run(Request(json)) : Reply(wrong("not a JSON object"));
    reply["ok"] = outcome.has_value();
    if (outcome)
        reply.update(*outcome);
    else
        reply["error"] = outcome.error().text;
    return reply.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Peer::Reply Peer::run(const Request& request)
{
    static const std::map<std::string_view, Reply (Peer::*)(const Request&)> commands = {
        {"hello", &Peer::hello},
        {"keypackage", &Peer::key_package},
        {"create", &Peer::create},
        {"add", &Peer::add},
        {"remove", &Peer::remove},
        {"commit", &Peer::commit},
        {"propose", &Peer::propose},
        {"join", &Peer::join},
        {"groupinfo", &Peer::group_info},
        {"external-join", &Peer::external_join},
        {"process", &Peer::process},
        {"encrypt", &Peer::encrypt},
        {"decrypt", &Peer::decrypt},
        {"exporter", &Peer::exporter},
        {"wire-exporter", &Peer::wire_exporter},
        {"epoch-authenticator", &Peer::epoch_authenticator},
        {"info", &Peer::info},
        {"members", &Peer::members},
    };
    const auto command = TRY(request.text("cmd"));
    if (command == "quit") {
        m_quit = true;
        return nlohmann::json::object();
    }
    const auto found = commands.find(command);
    if (found == commands.end()) return wrong("no command " + command);
    return (this->*found->second)(request);
}

Peer::Outcome<Group*> Peer::find_group(const Request& request)
{
    const auto found = m_groups.find(TRY(request.bytes("group")));
    if (found == m_groups.end()) return wrong("no such group");
    return &found->second;
}

Peer::Outcome<void> Peer::check_free(ByteView group_id) const
{
    const auto found = m_groups.find(base::to_bytes(group_id));
    if (found != m_groups.end() && found->second.is_member()) return wrong("already a member of that group");
    return {};
}

LeafNodeIdentity Peer::identity(const std::string& name)
{
    LeafNodeIdentity identity{Credential::basic(base::view_of(name)), crypto::SignaturePrivateKey::generate(m_random)};
    // Wire's clients add nobody whose leaf does not list X.509 credentials as well.
    auto& credentials = identity.capabilities.credentials;
    for (const auto type : {CredentialType::basic, CredentialType::x509})
        if (std::find(credentials.begin(), credentials.end(), type) == credentials.end()) credentials.push_back(type);
    return identity;
}

nlohmann::json Peer::state_of(const Group& group) const
{
    nlohmann::json state = {{"epoch", group.epoch().value()}};
    if (group.is_member()) state["epochAuthenticator"] = base::to_hex(group.epoch_authenticator());
    return state;
}

Peer::Reply Peer::hello(const Request&)
{
    return nlohmann::json{{"impl", "sinetti"}, {"suite", m_suite.id()}};
}

Peer::Reply Peer::key_package(const Request& request)
{
    m_key_packages.push_back(KeyPackagePrivate::generate(m_suite, identity(TRY(request.text("identity"))), m_lifetime, m_random));
    return nlohmann::json{{"keyPackage", base::to_hex(m_key_packages.back().key_package.serialize())}};
}

Peer::Reply Peer::create(const Request& request)
{
    auto group_id = TRY(request.bytes("group"));
    auto owner = identity(TRY(request.text("identity")));
    TRY(check_free(group_id));
    CreateOptions options;
    options.lifetime = m_lifetime;
    auto group = TRY(said(Group::create(m_suite, group_id, std::move(owner), m_random, options)));
    auto reply = state_of(group);
    reply["group"] = base::to_hex(group_id);
    m_groups.insert_or_assign(std::move(group_id), std::move(group));
    return reply;
}

Peer::Reply Peer::commit_with(const Request& request, CommitRequest&& commit)
{
    auto* group = TRY(find_group(request));
    commit.wire_format = TRY(request.wire_format());
    commit.authenticated_data = TRY(request.optional_bytes("aad"));
    const auto output = TRY(said(group->commit(commit, m_random)));
    TRY(said(group->merge_pending()));
    auto reply = state_of(*group);
    reply["commit"] = base::to_hex(output.commit);
    if (output.welcome) reply["welcome"] = base::to_hex(*output.welcome);
    return reply;
}

Peer::Reply Peer::add(const Request& request)
{
    CommitRequest commit;
    for (const auto& bytes : TRY(request.bytes_list("keyPackages"))) commit.add.push_back(TRY(said(KeyPackage::parse(bytes))));
    if (commit.add.empty()) return wrong("keyPackages is missing or empty");
    return commit_with(request, std::move(commit));
}

Peer::Reply Peer::remove(const Request& request)
{
    const auto* group = TRY(find_group(request));
    CommitRequest commit;
    for (const auto leaf : TRY(request.numbers("leaves"))) commit.remove.push_back(LeafIndex(leaf));
    const auto present = group->members();
    for (const auto& name : TRY(request.texts("identities"))) {
        const auto credential = Credential::basic(base::view_of(name));
        const auto before = commit.remove.size();
        for (const auto& member : present)
            if (member.credential == credential) commit.remove.push_back(member.leaf);
        if (commit.remove.size() == before) return wrong("no member called " + name);
    }
    if (commit.remove.empty()) return wrong("neither leaves nor identities");
    std::sort(commit.remove.begin(), commit.remove.end());
    commit.remove.erase(std::unique(commit.remove.begin(), commit.remove.end()), commit.remove.end());
    return commit_with(request, std::move(commit));
}

Peer::Reply Peer::commit(const Request& request)
{
    return commit_with(request, {});
}

Peer::Reply Peer::propose(const Request& request)
{
    auto* group = TRY(find_group(request));
    const auto kind = TRY(request.text("kind"));
    const auto format = TRY(request.wire_format());
    base::Bytes proposal;
    if (kind == "add") {
        const auto added = TRY(said(KeyPackage::parse(TRY(request.bytes("keyPackage")))));
        proposal = TRY(said(group->propose_add(added, m_random, format)));
    } else if (kind == "remove") {
        const LeafIndex leaf(TRY(request.number("leaf")));
        proposal = TRY(said(group->propose_remove(leaf, m_random, format)));
    } else if (kind == "update") {
        proposal = TRY(said(group->propose_update(m_random, format)));
    } else {
        return wrong("kind must be add, remove or update");
    }
    return nlohmann::json{{"proposal", base::to_hex(proposal)}};
}

Peer::Reply Peer::join(const Request& request)
{
    const auto welcome = TRY(request.bytes("welcome"));
    auto error = mls::Error::no_matching_key_package;
    for (auto key_package = m_key_packages.begin(); key_package != m_key_packages.end(); ++key_package) {
        auto group = Group::join(welcome, *key_package, m_random);
        if (!group) {
            if (group.error() != mls::Error::no_matching_key_package) error = group.error();
            continue;
        }
        auto group_id = base::to_bytes(group->group_id());
        TRY(check_free(group_id));
        auto reply = state_of(*group);
        reply["group"] = base::to_hex(group_id);
        m_groups.insert_or_assign(std::move(group_id), std::move(*group));
        m_key_packages.erase(key_package);
        return reply;
    }
    return wrong(text_of(error));
}

Peer::Reply Peer::group_info(const Request& request)
{
    const auto* group = TRY(find_group(request));
    const auto info = TRY(said(group->group_info()));
    return nlohmann::json{{"groupInfo", base::to_hex(info)}};
}

Peer::Reply Peer::external_join(const Request& request)
{
    const auto info = TRY(request.bytes("groupInfo"));
    auto joined = TRY(said(Group::join_external(info, identity(TRY(request.text("identity"))), m_random)));
    auto group_id = base::to_bytes(joined.group.group_id());
    TRY(check_free(group_id));
    auto reply = state_of(joined.group);
    reply["group"] = base::to_hex(group_id);
    reply["commit"] = base::to_hex(joined.commit);
    m_groups.insert_or_assign(std::move(group_id), std::move(joined.group));
    return reply;
}

Peer::Reply Peer::process(const Request& request)
{
    auto* group = TRY(find_group(request));
    auto processed = TRY(said(group->process(TRY(request.bytes("message")))));
    if (const auto* message = std::get_if<ApplicationMessage>(&processed)) {
        auto reply = state_of(*group);
        reply["kind"] = "application";
        reply["plaintext"] = base::to_hex(message->plaintext.view());
        return reply;
    }
    const bool is_proposal = std::holds_alternative<ReceivedProposal>(processed);
    bool removed = false;
    if (auto* staged = std::get_if<StagedCommit>(&processed)) {
        removed = staged->removes_us();
        const auto merged = group->merge(std::move(*staged));
        if (!merged && !(removed && merged.error() == mls::Error::removed_from_group)) return wrong(text_of(merged.error()));
    }
    auto reply = state_of(*group);
    reply["kind"] = is_proposal ? "proposal" : "commit";
    if (removed) reply["removed"] = true;
    return reply;
}

Peer::Reply Peer::encrypt(const Request& request)
{
    auto* group = TRY(find_group(request));
    const auto plaintext = TRY(request.bytes("plaintext"));
    const auto aad = TRY(request.optional_bytes("aad"));
    const auto message = TRY(said(group->encrypt(plaintext, aad, m_random)));
    return nlohmann::json{{"message", base::to_hex(message)}};
}

Peer::Reply Peer::decrypt(const Request& request)
{
    auto* group = TRY(find_group(request));
    const auto message = TRY(request.bytes("message"));
    const auto header = TRY(said(peek(message)));
    if (header.content_type != ContentType::application) return wrong("not an application message");
    const auto processed = TRY(said(group->process(message)));
    const auto* application = std::get_if<ApplicationMessage>(&processed);
    if (!application) return wrong("not an application message");
    return nlohmann::json{{"plaintext", base::to_hex(application->plaintext.view())}};
}

Peer::Reply Peer::exporter(const Request& request)
{
    const auto* group = TRY(find_group(request));
    const auto label = TRY(request.text("label"));
    const auto context = TRY(request.optional_bytes("context"));
    const auto length = TRY(request.number("length"));
    const auto secret = TRY(said(group->export_secret(label, context, length)));
    return nlohmann::json{{"secret", base::to_hex(secret.view())}};
}

Peer::Reply Peer::wire_exporter(const Request& request)
{
    const auto* group = TRY(find_group(request));
    const auto length = TRY(request.number("length"));
    const auto secret = TRY(said(group->export_secret("exporter", {}, length)));
    return nlohmann::json{{"secret", base::to_hex(secret.view())}};
}

Peer::Reply Peer::epoch_authenticator(const Request& request)
{
    const auto* group = TRY(find_group(request));
    if (!group->is_member()) return wrong(text_of(mls::Error::removed_from_group));
    return state_of(*group);
}

Peer::Reply Peer::info(const Request& request)
{
    const auto* group = TRY(find_group(request));
    auto reply = state_of(*group);
    reply["group"] = base::to_hex(group->group_id());
    reply["suite"] = group->suite().id();
    reply["member"] = group->is_member();
    reply["leaf"] = group->own_leaf().value();
    reply["members"] = group->members().size();
    return reply;
}

Peer::Reply Peer::members(const Request& request)
{
    const auto* group = TRY(find_group(request));
    auto list = nlohmann::json::array();
    for (const auto& member : group->members()) {
        nlohmann::json entry = {{"leaf", member.leaf.value()}};
        if (member.credential.type == CredentialType::basic)
            entry["identity"] = base::to_text(member.credential.content);
        else
            entry["credential"] = base::to_hex(member.credential.content);
        list.push_back(std::move(entry));
    }
    return nlohmann::json{{"members", std::move(list)}};
}

}  // namespace sinetti::interop
