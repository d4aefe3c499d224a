#include "tests/support/mls_encodings.h"

#include "tests/fuzz/mls_world.h"

namespace sinetti::tests {

namespace {

using namespace sinetti::mls;
using fuzz::kSuite;
using fuzz::person;

template<typename T>
Bytes bytes_of(const T& value)
{
    return encode([&](auto& writer) { value.write(writer); });
}

template<typename T>
Bytes secret_bytes_of(const T& value)
{
    return base::to_bytes(encode_secret([&](auto& writer) { value.write(writer); }).view());
}

// T::read and what writes a T.
template<typename T, Bytes (*kWrite)(const T&)>
std::optional<Bytes> read_again(base::ByteView input)
{
    codec::Reader reader(input);
    const auto value = T::read(reader);
    if (!value || !reader.finish()) return std::nullopt;
    return kWrite(*value);
}

template<typename T>
constexpr auto kPublic = read_again<T, bytes_of<T>>;
template<typename T>
constexpr auto kSecret = read_again<T, secret_bytes_of<T>>;

template<typename T>
Bytes serialize(const T& value)
{
    return base::to_bytes(value.serialize().view());
}

LeafNode leaf_of(LeafNodeSource source)
{
    auto leaf = person(1).key_package.leaf_node;
    leaf.source = source;
    if (source == LeafNodeSource::commit) leaf.parent_hash = Bytes(32, 4);
    leaf.extensions.push_back({ExtensionType::application_id, {1, 2, 3}});
    leaf.extensions.push_back({static_cast<ExtensionType>(0x1a1a), {}});   // GREASE
    leaf.sign(kSuite, person(1).signature_key, LeafNodePosition{Bytes(32, 9), LeafIndex(1)});
    return leaf;
}

Extensions extensions()
{
    return {{ExtensionType::required_capabilities, {2, 0, 1, 2, 0, 1, 2, 0, 1}}, {static_cast<ExtensionType>(0x0a0a), Bytes(70, 1)}};
}

std::vector<PreSharedKeyId> psk_ids()
{
    PreSharedKeyId external;
    external.psk_id = {1, 2};
    external.psk_nonce = Bytes(32, 3);
    std::vector<PreSharedKeyId> ids{external};
    for (const auto usage : {ResumptionPskUsage::application, ResumptionPskUsage::reinit, ResumptionPskUsage::branch})
        ids.push_back({PskType::resumption, {}, usage, Bytes(32, 9), Epoch(5), Bytes(32, 6)});
    return ids;
}

std::vector<Proposal> proposals()
{
    std::vector<Proposal> list{{Add{person(5).key_package}}, {Update{leaf_of(LeafNodeSource::update)}},
                               {Remove{LeafIndex(2)}},       {ReInit{Bytes(32, 1), ProtocolVersion::mls10, kSuite.id(), extensions()}},
                               {ExternalInit{Bytes(32, 9)}}, {GroupContextExtensions{extensions()}},
                               {GroupContextExtensions{}}};
    for (auto& id : psk_ids()) list.push_back({PreSharedKeyProposal{std::move(id)}});
    return list;
}

UpdatePath update_path()
{
    base::SeededRandom random(4);
    auto made = fuzz::make_public_group();
    const auto path = fuzz::refresh_path(made, 1, random);
    auto sealed = encrypt_path(made.tree, LeafIndex(1), path, {}, made.context.serialize(), random);
    CHECK_INVARIANT(sealed.has_value());
    return std::move(*sealed);
}

std::vector<Commit> commits()
{
    Commit empty;
    Commit full;
    for (auto& proposal : proposals()) full.proposals.push_back({std::move(proposal)});
    full.proposals.push_back({ProposalRef(32, 7)});
    full.path = update_path();
    return {empty, full};
}

decltype(FramedContent::body) body_of(ContentType type)
{
    switch (type) {
    case ContentType::application: return ApplicationData(base::view_of("hei"));
    case ContentType::proposal: return Proposal{Remove{LeafIndex(2)}};
    case ContentType::commit: break;
    }
    return commits().back();
}

AuthenticatedContent content_of(WireFormat wire_format, ContentType type, Sender sender)
{
    FramedContent content{Bytes(32, 9), Epoch(5), sender, Bytes(3, 1), body_of(type)};
    auto authenticated = AuthenticatedContent::sign(kSuite, wire_format, std::move(content), person(1).signature_key, {});
    if (type == ContentType::commit) authenticated.auth.confirmation_tag = Bytes(32, 2);
    return authenticated;
}

std::vector<AuthenticatedContent> private_contents()
{
    std::vector<AuthenticatedContent> list;
    for (const auto type : {ContentType::application, ContentType::proposal, ContentType::commit})
        list.push_back(content_of(WireFormat::private_message, type, Sender::member(LeafIndex(1))));
    return list;
}

std::vector<AuthenticatedContent> public_contents()
{
    std::vector<AuthenticatedContent> list;
    for (const auto type : {ContentType::proposal, ContentType::commit})
        for (const auto sender : {Sender::member(LeafIndex(1)), Sender{SenderType::external, 0}, Sender{SenderType::new_member_proposal, 0},
                                  Sender{SenderType::new_member_commit, 0}})
            list.push_back(content_of(WireFormat::public_message, type, sender));
    return list;
}

GroupInfo group_info()
{
    const auto group = fuzz::make_public_group();
    GroupInfo info;
    info.group_context = group.context;
    info.extensions = {{ExtensionType::ratchet_tree, group.tree.serialize()}, {ExtensionType::external_pub, Bytes(32, 9)}};
    info.confirmation_tag = Bytes(32, 2);
    info.signer = LeafIndex(3);
    info.sign(kSuite, person(3).signature_key);
    return info;
}

GroupSecrets group_secrets(bool with_path)
{
    GroupSecrets secrets;
    secrets.joiner_secret = JoinerSecret(base::ByteView(Bytes(32, 1)));
    if (with_path) secrets.path_secret = PathSecret(base::ByteView(Bytes(32, 2)));
    if (with_path) secrets.psks = psk_ids();
    return secrets;
}

std::vector<Bytes> messages()
{
    base::SeededRandom random(1);
    std::vector<Bytes> list;
    for (auto& content : public_contents())
        list.push_back(MlsMessage{protect_public(kSuite, std::move(content), MembershipKey(base::ByteView(Bytes(32, 1))), {})}.serialize());
    auto group = fuzz::make_live_group(random);
    auto text = group.alice.encrypt(base::view_of("hei"), base::view_of("aad"), random);
    CommitRequest request;
    request.add.push_back(person(5).key_package);
    auto output = group.alice.commit(request, random);
    CHECK_INVARIANT(text.has_value() && output.has_value() && output->welcome.has_value());
    list.push_back(std::move(*text));
    list.push_back(std::move(output->commit));
    list.push_back(std::move(*output->welcome));
    list.push_back(MlsMessage{group_info()}.serialize());
    list.push_back(person(6).key_package.serialize());
    return list;
}

SecretTree secret_tree()
{
    SecretTree tree(kSuite, LeafCount(4), EncryptionSecret(base::ByteView(Bytes(32, 1))));
    auto found = tree.find(LeafIndex(1), RatchetType::application, Generation(2));   // two skipped keys
    CHECK_INVARIANT(found.has_value());
    tree.consume(std::move(*found));
    return tree;
}

std::optional<Bytes> message_again(base::ByteView input)
{
    const auto message = MlsMessage::parse(input);
    if (!message) return std::nullopt;
    return message->serialize();
}

std::optional<Bytes> key_package_again(base::ByteView input)
{
    const auto key_package = KeyPackage::parse(input);
    if (!key_package) return std::nullopt;
    return key_package->serialize();
}

std::optional<Bytes> tree_again(base::ByteView input)
{
    const auto tree = RatchetTree::parse(kSuite, input);
    if (!tree) return std::nullopt;
    return tree->serialize();
}

std::optional<Bytes> extensions_again(base::ByteView input)
{
    codec::Reader reader(input);
    const auto list = read_extensions(reader);
    if (!list || !reader.finish()) return std::nullopt;
    return encode([&](auto& writer) { write_extensions(writer, *list); });
}

std::optional<Bytes> required_capabilities_again(base::ByteView input)
{
    const auto required = RequiredCapabilities::parse(input);
    if (!required) return std::nullopt;
    return encode([&](auto& writer) {
        const auto write = [&](const auto& values) {
            writer.varint(values.size() * 2);
            for (const auto value : values) writer.u16(static_cast<std::uint16_t>(value));
        };
        write(required->extensions);
        write(required->proposals);
        write(required->credentials);
    });
}

std::optional<Bytes> external_senders_again(base::ByteView input)
{
    const auto senders = read_external_senders(input);
    if (!senders) return std::nullopt;
    return external_senders_extension(*senders).data;
}

std::optional<Bytes> external_pub_again(base::ByteView input)
{
    const auto external_pub = read_external_pub(input);
    if (!external_pub) return std::nullopt;
    return external_pub_extension(*external_pub).data;
}

std::optional<Bytes> hpke_ciphertext_again(base::ByteView input)
{
    codec::Reader reader(input);
    const auto ciphertext = read_hpke_ciphertext(reader);
    if (!ciphertext || !reader.finish()) return std::nullopt;
    return encode([&](auto& writer) { write_hpke_ciphertext(writer, *ciphertext); });
}

std::optional<Bytes> psk_ids_again(base::ByteView input)
{
    codec::Reader reader(input);
    const auto ids = read_psk_ids(reader);
    if (!ids || !reader.finish()) return std::nullopt;
    return encode([&](auto& writer) {
        writer.vector([&](codec::Writer& list) {
            for (const auto& id : *ids) id.write(list);
        });
    });
}

std::optional<Bytes> key_package_record_again(base::ByteView input)
{
    const auto keys = KeyPackagePrivate::parse(input);
    if (!keys) return std::nullopt;
    return serialize(*keys);
}

std::optional<Bytes> private_keys_again(base::ByteView input)
{
    codec::Reader reader(input);
    const auto keys = TreeKemPrivate::read(reader);
    if (!keys || !reader.finish()) return std::nullopt;
    return serialize(*keys);
}

std::optional<Bytes> secret_tree_again(base::ByteView input)
{
    codec::Reader reader(input);
    const auto tree = SecretTree::read(kSuite, reader);
    if (!tree || !reader.finish()) return std::nullopt;
    return serialize(*tree);
}

template<typename T, typename F>
std::vector<Bytes> each(const std::vector<T>& values, F&& write)
{
    std::vector<Bytes> list;
    for (const auto& value : values) list.push_back(write(value));
    return list;
}

std::vector<Encoding> make_encodings()
{
    const auto whole = fuzz::make_public_group();
    auto with_blanks = whole.tree;
    with_blanks.remove_leaf(LeafIndex(1));
    auto with_unmerged = whole.tree;
    with_unmerged.add_leaf(person(4).key_package.leaf_node);
    const std::vector<LeafNode> leaves{leaf_of(LeafNodeSource::key_package), leaf_of(LeafNodeSource::update),
                                       leaf_of(LeafNodeSource::commit)};
    const std::vector<Credential> credentials{Credential::basic(base::view_of("aino")), {CredentialType::x509, {2, 7, 7, 1, 9}}};
    const std::vector<ExternalSender> external_senders{{Bytes(32, 1), credentials[0]}, {Bytes(32, 2), credentials[1]}};
    const ParentNode parent{Bytes(32, 1), Bytes(32, 2), {LeafIndex(3), LeafIndex(70000)}};
    const std::vector<ProposalOrRef> by_value_or_reference{{Proposal{Remove{LeafIndex(2)}}}, {ProposalRef(32, 7)}};
    const auto ids = encode([&](auto& writer) {
        writer.vector([&](codec::Writer& list) {
            for (const auto& id : psk_ids()) id.write(list);
        });
    });
    base::SeededRandom random(1);
    std::vector<PrivateMessage> sealed;
    for (const auto& content : private_contents()) {
        auto tree = secret_tree();
        const auto key = tree.find_next(LeafIndex(1), ratchet_type(content.content.content_type()));
        CHECK_INVARIANT(key.has_value());
        sealed.push_back(protect_private(kSuite, content, *key, SenderDataSecret(base::ByteView(Bytes(32, 1))), 10, random));
    }

    return {
        {"Credential", kPublic<Credential>, each(credentials, bytes_of<Credential>)},
        {"Capabilities", kPublic<Capabilities>, {bytes_of(Capabilities::ours())}},
        {"RequiredCapabilities", required_capabilities_again, {{0, 0, 0}, extensions()[0].data}},
        {"Extension<V>", extensions_again, {{0}, encode([&](auto& writer) { write_extensions(writer, extensions()); })}},
        {"external_senders", external_senders_again, {{0}, external_senders_extension(external_senders).data}},
        {"external_pub", external_pub_again, {external_pub_extension(Bytes(32, 4)).data}},
        {"LeafNode", kPublic<LeafNode>, each(leaves, bytes_of<LeafNode>)},
        {"KeyPackage", key_package_again, {person(6).key_package.serialize()}},
        {"ParentNode", kPublic<ParentNode>, {bytes_of(parent)}},
        {"ratchet_tree", tree_again, {whole.tree.serialize(), with_blanks.serialize(), with_unmerged.serialize()}},
        {"HPKECiphertext", hpke_ciphertext_again, {encode([](auto& writer) {
             write_hpke_ciphertext(writer, {Bytes(32, 1), Bytes(48, 2)});
         })}},
        {"UpdatePath", kPublic<UpdatePath>, {bytes_of(update_path())}},
        {"PreSharedKeyID", kPublic<PreSharedKeyId>, each(psk_ids(), bytes_of<PreSharedKeyId>)},
        {"PreSharedKeyID<V>", psk_ids_again, {{0}, ids}},
        {"Proposal", kPublic<Proposal>, each(proposals(), bytes_of<Proposal>)},
        {"ProposalOrRef", kPublic<ProposalOrRef>, each(by_value_or_reference, bytes_of<ProposalOrRef>)},
        {"Commit", kPublic<Commit>, each(commits(), bytes_of<Commit>)},
        {"FramedContent", read_again<FramedContent, serialize<FramedContent>>,
         each(private_contents(), [](const auto& content) { return serialize(content.content); })},
        {"AuthenticatedContent", read_again<AuthenticatedContent, serialize<AuthenticatedContent>>,
         each(private_contents(), serialize<AuthenticatedContent>)},
        {"PrivateMessage", kSecret<PrivateMessage>, each(sealed, secret_bytes_of<PrivateMessage>)},
        {"GroupContext", kPublic<GroupContext>, {bytes_of(whole.context)}},
        {"GroupInfo", kPublic<GroupInfo>, {bytes_of(group_info())}},
        {"GroupSecrets", kSecret<GroupSecrets>, {secret_bytes_of(group_secrets(false)), secret_bytes_of(group_secrets(true))}},
        {"MLSMessage", message_again, messages()},
        {"stored key package", key_package_record_again, {serialize(person(0))}},
        {"stored private keys", private_keys_again, {serialize(whole.keys[0]), serialize(whole.keys[3])}},
        {"stored secret tree", secret_tree_again, {serialize(secret_tree())}},
    };
}

}   // namespace

const std::vector<Encoding>& mls_encodings()
{
    static const std::vector<Encoding> made = make_encodings();
    return made;
}

}   // namespace sinetti::tests
