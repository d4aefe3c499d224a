// What people do: members, those who want to be, and the services that a group lets propose.

#include "history.h"

#include "mls/external.h"
#include "mls/group_extensions.h"

#include <algorithm>

namespace sinetti::tests {

std::optional<base::SecretBytes> ToldSecrets::external_psk(ByteView psk_id) const
{
    if (!m_told || psk_id.size() != 1 || psk_id[0] >= kExternal) return std::nullopt;
    return base::SecretBytes(ByteView(Bytes(32, psk_id[0])));
}

std::optional<base::SecretBytes> ToldSecrets::resumption_psk(ByteView, Epoch epoch) const
{
    if (m_resumption == nullptr) return std::nullopt;
    const auto found = m_resumption->find(epoch);
    if (found == m_resumption->end()) return std::nullopt;
    return base::SecretBytes(ByteView(found->second));
}

void History::say()
{
    auto& person = anybody();
    act(person, [&](Group& group) -> Draft {
        Message message{Message::Kind::text, {}, person.name, group.epoch(), "message " + std::to_string(m_messages->size()), {}, {}};
        auto encrypted = group.encrypt(base::view_of(message.text), {}, m_random);
        if (!encrypted) {
            CHECK(encrypted.error() == Error::commit_required);
            ++m_counts.waited;
            return std::nullopt;
        }
        message.bytes = std::move(*encrypted);
        return message;
    });
}

KeyPackage History::invite(Message& message)
{
    auto name = m_name + std::to_string(++m_names);
    auto keys = KeyPackagePrivate::generate(m_suite, identity_of(name), Lifetime{}, m_random);
    auto key_package = keys.key_package;
    message.newcomers.push_back(name);
    m_invited.emplace(std::move(name), std::move(keys));
    return key_package;
}

// One that every member of the epoch can have: the application tells external ones to whoever asks, but an epoch's secret is with those
// alone who were there.
std::optional<PreSharedKeyId> History::some_psk(Group& group)
{
    if (!one_in(4)) return std::nullopt;
    ++m_counts.psks;
    if (one_in(2)) return PreSharedKeyId::external({static_cast<std::uint8_t>(pick(ToldSecrets::kExternal))});
    auto since = group.epoch().value();
    if (since >= 2 && one_in(2)) {
        std::uint64_t latest = since - 2;
        for (const auto& member : group.members()) {
            bool known = false;
            for (const auto& person : m_people) {
                if (person->name != base::to_text(member.credential.content)) continue;
                known = true;
                latest = std::max(latest, person->joined.value());
            }
            if (!known) latest = since;
        }
        since = std::min(since, latest);
    }
    const Epoch epoch(since);
    m_resumption.insert_or_assign(epoch, base::to_bytes(take(group.resumption_psk(epoch)).view()));
    return PreSharedKeyId::resumption(ResumptionPskUsage::application, base::to_bytes(group.group_id()), epoch);
}

// The services are always in it; what else is in it changes.
Extensions History::some_context()
{
    std::vector<ExternalSender> senders;
    for (const auto& service : m_services)
        senders.push_back({base::to_bytes(service.public_key()), Credential::basic(base::view_of("service"))});
    Extensions extensions{external_senders_extension(senders)};
    RequiredCapabilities required;
    if (one_in(2)) required.credentials = {CredentialType::basic};
    if (one_in(2)) required.proposals = {ProposalType::external_init};
    if (one_in(2)) extensions.push_back(required.extension());
    return extensions;
}

WireFormat History::some_format(Message& message)
{
    message.open = one_in(3);
    m_counts.open += message.open ? 1 : 0;
    return message.open ? WireFormat::public_message : WireFormat::private_message;
}

void History::propose()
{
    auto& person = anybody();
    act(person, [&](Group& group) -> Draft {
        Message message{Message::Kind::proposal, {}, person.name, group.epoch(), {}, {}, {}};
        const auto format = some_format(message);
        const auto members = group.members();
        const auto what = pick(8);
        if (what == 0 && members.size() < m_members_max)
            message.bytes = take(group.propose_add(invite(message), m_random, format));
        else if (what == 1 && members.size() > 3)
            message.bytes = take(group.propose_remove(members[pick(members.size())].leaf, m_random, format));
        else if (what == 2) {
            message.bytes = take(group.propose_group_context_extensions(some_context(), m_random, format));
            ++m_counts.contexts;
        } else if (auto psk = what == 3 ? some_psk(group) : std::nullopt)
            message.bytes = take(group.propose_psk(std::move(*psk), m_random, format));
        else
            message.bytes = take(group.propose_update(m_random, format));
        ++m_counts.proposals;
        return message;
    });
}

// For the epoch that some member is in, which may be over by now.
void History::propose_from_outside()
{
    auto& informant = anybody().group;
    Message message{Message::Kind::proposal, {}, {}, informant.epoch(), {}, {}, {}};
    message.open = true;
    const auto members = informant.members();
    const auto group_id = informant.group_id();
    const auto service = static_cast<std::uint32_t>(pick(m_services.size()));
    const auto as_service = [&](Proposal proposal) {
        return take(propose_as_external_sender(m_suite, group_id, informant.epoch(), service, m_services[service], std::move(proposal)));
    };
    const auto what = pick(4);
    if (what == 0 && members.size() < m_members_max) {
        invite(message);
        message.bytes = propose_own_add(group_id, informant.epoch(), m_invited.at(message.newcomers.front()));
    } else if (what == 1 && members.size() < m_members_max) {
        message.bytes = as_service({Add{invite(message)}});
    } else if (what == 2 && members.size() > 3) {
        message.bytes = as_service({Remove{members[pick(members.size())].leaf}});
    } else {
        message.bytes = as_service({GroupContextExtensions{some_context()}});
        ++m_counts.contexts;
    }
    m_messages->push_back(std::move(message));
    for (auto& reader : m_people) reader->waiting.insert(m_board.size());
    m_board.push_back(&m_messages->back());
    ++m_counts.outside;
}

void History::commit()
{
    auto& person = anybody();
    if (person.group.has_pending_commit()) return;   // it does not know yet what became of its last one
    act(person, [&](Group& group) { return make_commit(person.name, group); });
}

History::Draft History::make_commit(const std::string& name, Group& group)
{
    Message message{Message::Kind::commit, {}, name, group.epoch(), {}, {}, {}};
    CommitRequest request;
    const auto members = group.members();
    if (members.size() < m_members_max)
        for (auto count = pick(std::min<std::size_t>(m_members_max - members.size(), m_members_max / 4) + 1); count > 0; --count)
            request.add.push_back(invite(message));
    if (members.size() > 3 && one_in(3)) {
        const auto leaf = members[pick(members.size())].leaf;
        if (leaf != group.own_leaf()) request.remove.push_back(leaf);
    }
    if (auto psk = some_psk(group)) request.psk.push_back(std::move(*psk));
    if (one_in(6)) {
        request.group_context_extensions = some_context();
        ++m_counts.contexts;
    }
    request.wire_format = some_format(message);
    if (one_in(2)) request.path = PathUse::when_required;
    if (one_in(3)) request.welcome_tree = RatchetTreeExtension::left_out;
    const auto secrets = all_secrets();
    request.psks = &secrets;
    auto output = take(group.commit(request, m_random));
    message.bytes = std::move(output.commit);
    if (output.welcome) message.welcome = std::move(*output.welcome);
    return message;
}

// With a GroupInfo of the epoch that some member is in: a newcomer, or a member who has lost everything and comes back.
void History::join_from_outside()
{
    auto& informant = anybody().group;
    const bool with_tree = one_in(2);
    const auto info = take(informant.group_info(with_tree ? RatchetTreeExtension::included : RatchetTreeExtension::left_out));
    ExternalJoinOptions options;
    if (!with_tree) options.ratchet_tree = informant.ratchet_tree();
    const auto members = informant.members();
    if (members.size() > 3 && one_in(3)) options.resync = Resync::yes;
    if (options.resync == Resync::no && members.size() >= m_members_max) return;
    const auto name = options.resync == Resync::yes ? base::to_text(members[pick(members.size())].credential.content)
                                                    : m_name + std::to_string(++m_names);
    const auto secrets = all_secrets();
    if (one_in(3)) options.psk.push_back(PreSharedKeyId::external({static_cast<std::uint8_t>(pick(ToldSecrets::kExternal))}));
    options.psks = &secrets;
    auto join = take(Group::join_external(info, identity_of(name), m_random, options));
    m_keys.keep();
    m_counts.resyncs += options.resync == Resync::yes ? 1 : 0;

    Message message{Message::Kind::commit, std::move(join.commit), name, informant.epoch(), {}, {}, {name}};
    message.open = true;
    m_messages->push_back(std::move(message));
    const auto* sent = &m_messages->back();
    m_joining.emplace(sent, std::make_unique<Person>(Person{name, std::move(join.group), {}, sent->epoch.next()}));
    m_board.push_back(sent);
}

// Some members talk beside the group: those who are in its epoch; others cannot come along.
void History::branch()
{
    auto& founder = anybody();
    std::vector<Person*> others;
    std::vector<KeyPackagePrivate> keys;
    std::vector<KeyPackage> key_packages;
    std::set<std::string> members;
    for (const auto& member : founder.group.members()) members.insert(base::to_text(member.credential.content));
    for (auto& person : m_people) {
        if (person->name == founder.name || !members.contains(person->name) || one_in(2)) continue;
        others.push_back(person.get());
        keys.push_back(KeyPackagePrivate::generate(m_suite, identity_of(person->name), Lifetime{}, m_random));
        key_packages.push_back(keys.back().key_package);
    }
    if (others.empty()) return;
    Bytes group_id(32);
    m_random.fill(group_id);
    auto made = take(founder.group.branch(group_id, identity_of(founder.name), std::move(key_packages), m_random));
    const auto hello = take(made.group.encrypt(base::view_of("hello"), {}, m_random));
    m_keys.keep();
    for (std::size_t i = 0; i < others.size(); ++i) {
        CAPTURE(others[i]->name);
        JoinOptions options;
        options.former = &others[i]->group;
        auto joined = Group::join(*made.welcome, keys[i], m_random, options);
        if (!joined) {
            CHECK(others[i]->group.epoch() != founder.group.epoch());
            CHECK((joined.error() == Error::missing_psk || joined.error() == Error::invalid_group_info));
            continue;
        }
        CHECK(joined->epoch_authenticator() == made.group.epoch_authenticator());
        CHECK(take(read_text(*joined, hello)) == "hello");
        ++m_counts.branches;
    }
}

void History::succeed(CipherSuite suite)
{
    settle();
    m_calm = true;
    Bytes group_id(32);
    m_random.fill(group_id);
    const ReInit reinit{group_id, ProtocolVersion::mls10, suite.id(), some_context()};
    const bool proposed = one_in(2);
    if (proposed) {
        auto& proposer = anybody();
        act(proposer, [&](Group& group) -> Draft {
            Message message{Message::Kind::proposal, {}, proposer.name, group.epoch(), {}, {}, {}};
            message.bytes = take(group.propose_reinit(reinit, m_random, some_format(message)));
            return message;
        });
        deliver_all();
        m_calm = true;
    }
    auto& committer = anybody();
    act(committer, [&](Group& group) -> Draft {
        Message message{Message::Kind::commit, {}, committer.name, group.epoch(), {}, {}, {}};
        CommitRequest request;
        if (!proposed) request.reinit = reinit;
        request.wire_format = some_format(message);
        message.bytes = take(group.commit(request, m_random)).commit;
        return message;
    });
    deliver_all();

    auto& founder = anybody();
    std::map<std::string, KeyPackagePrivate> keys;
    std::vector<KeyPackage> key_packages;
    for (auto& person : m_people) {
        REQUIRE(person->group.reinit() == reinit);
        CHECK(person->group.encrypt({}, {}, m_random).error() == Error::reinitialized);
        if (person.get() == &founder) continue;
        auto fresh = KeyPackagePrivate::generate(suite, identity_of(person->name), Lifetime{}, m_random);
        key_packages.push_back(fresh.key_package);
        keys.emplace(person->name, std::move(fresh));
    }
    auto made = take(founder.group.successor(identity_of(founder.name), std::move(key_packages), m_random));
    for (auto& person : m_people) {
        JoinOptions options;
        options.former = &person->group;
        auto next = person.get() == &founder ? std::move(made.group) : take(Group::join(*made.welcome, keys.at(person->name), m_random, options));
        *person = Person{person->name, std::move(next), {}, Epoch(1)};
        person->group.flush(person->store);
        person->commits_read = m_board.size();
    }
    m_keys.keep();
    m_suite = suite;
    m_invited.clear();
    m_joining.clear();
    m_resumption.clear();
}

}  // namespace sinetti::tests
