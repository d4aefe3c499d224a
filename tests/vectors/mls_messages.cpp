// messages, message-protection and welcome: what goes over the wire.

#include "mls/encode.h"
#include "mls/group_context.h"
#include "mls/transcript.h"
#include "tests/vectors/kinds.h"
#include "tests/vectors/suites.h"

namespace sinetti::vectors {

using namespace mls;

namespace {

// Reads a T from all of `bytes` and writes it again.
template<typename T>
codec::Result<Bytes> round_trip(ByteView bytes)
{
    codec::Reader reader(bytes);
    const auto value = TRY(T::read(reader));
    TRY(reader.finish());
    if constexpr (requires(codec::Writer& writer) { value.write(writer); })
        return encode([&](auto& writer) { value.write(writer); });
    else
        return base::to_bytes(encode_secret([&](auto& writer) { value.write(writer); }).view());
}

struct WholeMessage {
    static codec::Result<WholeMessage> read(codec::Reader& reader)
    {
        auto message = TRY_OR(MlsMessage::parse(reader.rest()), codec::Error::bad_value);
        TRY(reader.raw(reader.rest().size()));
        return WholeMessage{std::move(message)};
    }
    void write(codec::Writer& writer) const { writer.raw(message.serialize()); }
    MlsMessage message;
};

struct WholeTree {
    static codec::Result<WholeTree> read(codec::Reader& reader)
    {
        auto tree = TRY(RatchetTree::parse(CipherSuite::x25519_chacha20poly1305_sha256_ed25519(), reader.rest()));
        TRY(reader.raw(reader.rest().size()));
        return WholeTree{std::move(tree)};
    }
    void write(codec::Writer& writer) const { writer.raw(tree.serialize()); }
    RatchetTree tree;
};

// A proposal's body as messages.json has it: without its type in front.
template<ProposalType type>
struct ProposalBody {
    static codec::Result<ProposalBody> read(codec::Reader& reader)
    {
        auto typed = encode([](auto& writer) { writer.u16(static_cast<std::uint16_t>(type)); });
        const auto prefix = typed.size();
        typed.insert(typed.end(), reader.rest().begin(), reader.rest().end());
        codec::Reader inner(typed);
        auto proposal = TRY(Proposal::read(inner));
        TRY(reader.raw(inner.consumed() - prefix));
        return ProposalBody{std::move(proposal)};
    }
    void write(codec::Writer& writer) const { writer.raw(ByteView(encode([&](auto& out) { proposal.write(out); })).subspan(2)); }
    Proposal proposal;
};

// Reads and writes the field; cut at any byte, or with a byte too many, it must not read.
template<typename T>
Outcome<void> check_decoder(const Vector& vector, const char* name)
{
    const auto bytes = TRY(vector.hex(name));
    TRY(same(name, TRY(within(name, Outcome<Bytes>(TRY(round_trip<T>(bytes))))), bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        TRY(that(!round_trip<T>(ByteView(bytes).first(size)).has_value(), std::string(name) + " cut at byte " + std::to_string(size) + " is refused"));
    auto longer = bytes;
    longer.push_back(0);
    return that(!round_trip<T>(longer).has_value(), std::string(name) + " with a byte too many is refused");
}

Bytes body_bytes(const FramedContent& content)
{
    if (const auto* data = std::get_if<ApplicationData>(&content.body)) return base::to_bytes(data->view());
    if (const auto* proposal = std::get_if<Proposal>(&content.body)) return encode([&](auto& writer) { proposal->write(writer); });
    return encode([&](auto& writer) { std::get<Commit>(content.body).write(writer); });
}

// The keys of message-protection.json: a group of two, the sender is leaf 1.
struct Protection {
    CipherSuite suite;
    const Vector& vector;
    Bytes group_context;
    Bytes public_key;
    crypto::SignaturePrivateKey private_key;
    MembershipKey membership_key;
    SenderDataSecret sender_data_secret;
    LeafIndex sender{1};

    Outcome<SecretTree> fresh_tree() const
    {
        return SecretTree(suite, LeafCount(2), TRY(vector.secret<EncryptionSecret>("encryption_secret")));
    }
    Outcome<UnverifiedContent> open(MlsMessage&& message) const
    {
        if (auto* open_message = std::get_if<PublicMessage>(&message.body))
            return TRY(unprotect_public(suite, std::move(*open_message), membership_key, group_context));
        const auto* sealed = std::get_if<PrivateMessage>(&message.body);
        TRY(that(sealed != nullptr, "the message is a PublicMessage or a PrivateMessage"));
        auto tree = TRY(fresh_tree());
        const auto sender_data = TRY(open_sender_data(suite, *sealed, sender_data_secret));
        TRY(same("sender", sender_data.leaf.value(), sender.value()));
        const auto key = TRY(tree.find(sender_data.leaf, ratchet_type(sealed->content_type), sender_data.generation));
        return TRY(unprotect_private(suite, *sealed, sender_data, key.key));
    }
    Outcome<MlsMessage> protect(AuthenticatedContent&& content, base::Random& random) const
    {
        if (content.wire_format == WireFormat::public_message)
            return MlsMessage{protect_public(suite, std::move(content), membership_key, group_context)};
        auto tree = TRY(fresh_tree());
        const auto key = TRY(tree.find_next(sender, ratchet_type(content.content.content_type())));
        return MlsMessage{protect_private(suite, content, key, sender_data_secret, 11, random)};
    }

    // The published message opens to `plain`, and so does one of our own with the same content.
    Outcome<void> check(const char* plain, const char* protected_name, WireFormat wire_format, base::Random& random) const
    {
        const auto expected = TRY(vector.hex(plain));
        auto unverified = TRY(open(TRY(MlsMessage::parse(TRY(vector.hex(protected_name))))));
        auto content = TRY(std::move(unverified).verify(suite, public_key, group_context)).release();
        TRY(that(content.wire_format == wire_format, "the wire format is the expected one"));
        TRY(same(plain, body_bytes(content.content), expected));

        auto again = AuthenticatedContent::sign(suite, wire_format, std::move(content.content), private_key, group_context);
        again.auth.confirmation_tag = content.auth.confirmation_tag;
        const auto bytes = TRY(protect(std::move(again), random)).serialize();
        auto reopened = TRY(open(TRY(MlsMessage::parse(bytes))));
        const auto opened = TRY(std::move(reopened).verify(suite, public_key, group_context));
        return same(plain, body_bytes(opened->content), expected);
    }
};

}  // namespace

Outcome<void> run_messages(const Vector& vector)
{
    TRY(check_decoder<WholeMessage>(vector, "mls_welcome"));
    TRY(check_decoder<WholeMessage>(vector, "mls_group_info"));
    TRY(check_decoder<WholeMessage>(vector, "mls_key_package"));
    TRY(check_decoder<WholeTree>(vector, "ratchet_tree"));
    TRY(check_decoder<GroupSecrets>(vector, "group_secrets"));
    TRY(check_decoder<ProposalBody<ProposalType::add>>(vector, "add_proposal"));
    TRY(check_decoder<ProposalBody<ProposalType::update>>(vector, "update_proposal"));
    TRY(check_decoder<ProposalBody<ProposalType::remove>>(vector, "remove_proposal"));
    TRY(check_decoder<ProposalBody<ProposalType::psk>>(vector, "pre_shared_key_proposal"));
    TRY(check_decoder<ProposalBody<ProposalType::reinit>>(vector, "re_init_proposal"));
    TRY(check_decoder<ProposalBody<ProposalType::external_init>>(vector, "external_init_proposal"));
    TRY(check_decoder<ProposalBody<ProposalType::group_context_extensions>>(vector, "group_context_extensions_proposal"));
    TRY(check_decoder<Commit>(vector, "commit"));
    TRY(check_decoder<WholeMessage>(vector, "public_message_application"));
    TRY(check_decoder<WholeMessage>(vector, "public_message_proposal"));
    TRY(check_decoder<WholeMessage>(vector, "public_message_commit"));
    return check_decoder<WholeMessage>(vector, "private_message");
}

Outcome<void> run_message_protection(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::whole_suite));
    GroupContext context;
    context.cipher_suite = suite.id();
    context.group_id = TRY(vector.hex("group_id"));
    context.epoch = Epoch(TRY(vector.number("epoch")));
    context.tree_hash = TRY(vector.hex("tree_hash"));
    context.confirmed_transcript_hash = TRY(vector.hex("confirmed_transcript_hash"));
    auto private_key = TRY(signature_key(vector, "signature_priv"));
    auto public_key = TRY(vector.hex("signature_pub"));
    auto membership_key = TRY(vector.secret<MembershipKey>("membership_key"));
    auto sender_data_secret = TRY(vector.secret<SenderDataSecret>("sender_data_secret"));
    const Protection group{suite,
                           vector,
                           context.serialize(),
                           std::move(public_key),
                           std::move(private_key),
                           std::move(membership_key),
                           std::move(sender_data_secret)};
    base::SeededRandom random(1);
    TRY(within("proposal_priv", group.check("proposal", "proposal_priv", WireFormat::private_message, random)));
    TRY(within("proposal_pub", group.check("proposal", "proposal_pub", WireFormat::public_message, random)));
    TRY(within("commit_priv", group.check("commit", "commit_priv", WireFormat::private_message, random)));
    TRY(within("commit_pub", group.check("commit", "commit_pub", WireFormat::public_message, random)));
    TRY(within("application_priv", group.check("application", "application_priv", WireFormat::private_message, random)));

    auto tampered = TRY(MlsMessage::parse(TRY(vector.hex("commit_pub"))));
    std::get<PublicMessage>(tampered.body).membership_tag.at(0) ^= 1;
    return that(!group.open(std::move(tampered)).has_value(), "a changed membership tag is refused");
}

Outcome<void> run_welcome(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::whole_suite));
    const auto key_package = TRY(KeyPackage::parse(TRY(vector.hex("key_package"))));
    const auto message = TRY(MlsMessage::parse(TRY(vector.hex("welcome"))));
    const auto* welcome = std::get_if<Welcome>(&message.body);
    TRY(that(welcome != nullptr, "welcome is a Welcome"));
    const auto ours = std::find_if(welcome->secrets.begin(), welcome->secrets.end(),
                                   [&](const auto& secrets) { return secrets.new_member == key_package.ref(); });
    TRY(that(ours != welcome->secrets.end(), "the Welcome is for the key package"));
    const auto opened = TRY(suite.decrypt_with_label(TRY(vector.hex("init_priv")), "Welcome", welcome->encrypted_group_info,
                                                     ours->encrypted_group_secrets));
    codec::Reader reader(opened.view());
    const auto secrets = TRY(GroupSecrets::read(reader));
    const auto welcome_secret = derive_welcome_secret(suite, secrets.joiner_secret, no_psk_secret(suite));
    const auto info = TRY(open_group_info(suite, welcome_secret, welcome->encrypted_group_info));
    TRY(info.verify(suite, TRY(vector.hex("signer_pub"))));
    const auto epoch_secret = derive_epoch_secret(suite, secrets.joiner_secret, no_psk_secret(suite), info.group_context.serialize());
    const auto epoch_secrets = EpochSecrets::derive(suite, epoch_secret);
    return same("confirmation_tag", confirmation_tag(suite, epoch_secrets.confirmation_key, info.group_context.confirmed_transcript_hash),
                info.confirmation_tag);
}

}  // namespace sinetti::vectors
