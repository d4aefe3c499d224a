#include "mls/framing.h"

#include "mls/encode.h"
#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

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
        return bytes_of(encode_secret([&](auto& writer) { value.write(writer); }));
}

template<typename T>
void check_decoder(const nlohmann::json& vector, const char* name)
{
    CAPTURE(name);
    const auto bytes = hex_field(vector, name);
    const auto again = round_trip<T>(bytes);
    REQUIRE(again.has_value());
    CHECK(*again == bytes);
    // Truncated at every byte, and with a byte too many.
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(round_trip<T>(ByteView(bytes).first(size)).has_value());
    auto longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(round_trip<T>(longer).has_value());
}

void check_message(const nlohmann::json& vector, const char* name)
{
    CAPTURE(name);
    const auto bytes = hex_field(vector, name);
    CHECK(take(MlsMessage::parse(bytes)).serialize() == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(MlsMessage::parse(ByteView(bytes).first(size)).has_value());
    auto longer = bytes;
    longer.push_back(0);
    CHECK(MlsMessage::parse(longer).error() == Error::malformed);
}

// A proposal body as messages.json has it: without its type in front.
template<typename T>
struct TypedProposal {
    static codec::Result<TypedProposal> read(codec::Reader& reader)
    {
        Bytes typed{0, 0};
        for (std::size_t i = 1; i <= 7; ++i) {
            typed[1] = static_cast<std::uint8_t>(i);
            Bytes all = typed;
            all.insert(all.end(), reader.rest().begin(), reader.rest().end());
            codec::Reader inner(all);
            auto proposal = Proposal::read(inner);
            if (!proposal || !std::holds_alternative<T>(proposal->body)) continue;
            TRY(reader.raw(inner.consumed() - 2));
            return TypedProposal{std::move(*proposal)};
        }
        return base::Unexpected(codec::Error::bad_value);
    }
    void write(codec::Writer& writer) const { writer.raw(ByteView(encode([&](auto& out) { proposal.write(out); })).subspan(2)); }
    Proposal proposal;
};

struct Tree {
    static codec::Result<Tree> read(codec::Reader& reader)
    {
        auto tree = TRY(RatchetTree::parse(kSuite, reader.rest()));
        TRY(reader.raw(reader.rest().size()));
        return Tree{std::move(tree)};
    }
    void write(codec::Writer& writer) const { writer.raw(tree.serialize()); }
    RatchetTree tree;
};

}  // namespace

TEST_SUITE("mls.framing")
{
    TEST_CASE("every message of messages.json reads, writes and is truncated at every byte")
    {
        for_each_vector("mls/messages.json", [](const nlohmann::json& vector) {
            check_message(vector, "mls_welcome");
            check_message(vector, "mls_group_info");
            check_message(vector, "mls_key_package");
            check_decoder<Tree>(vector, "ratchet_tree");
            check_decoder<GroupSecrets>(vector, "group_secrets");
            check_decoder<TypedProposal<Add>>(vector, "add_proposal");
            check_decoder<TypedProposal<Update>>(vector, "update_proposal");
            check_decoder<TypedProposal<Remove>>(vector, "remove_proposal");
            check_decoder<TypedProposal<PreSharedKeyProposal>>(vector, "pre_shared_key_proposal");
            check_decoder<TypedProposal<ReInit>>(vector, "re_init_proposal");
            check_decoder<TypedProposal<ExternalInit>>(vector, "external_init_proposal");
            check_decoder<TypedProposal<GroupContextExtensions>>(vector, "group_context_extensions_proposal");
            check_decoder<Commit>(vector, "commit");
            check_message(vector, "public_message_application");
            check_message(vector, "public_message_proposal");
            check_message(vector, "public_message_commit");
            check_message(vector, "private_message");
        });
    }

    TEST_CASE("lengths are read as in deserialization.json")
    {
        for_each_vector("mls/deserialization.json", [](const nlohmann::json& vector) {
            const auto header = hex_field(vector, "vlbytes_header");
            codec::Reader reader(header);
            const auto length = reader.varint();
            REQUIRE(length.has_value());
            CHECK(*length == number(vector, "length"));
            CHECK(reader.empty());
            CHECK(encode([&](auto& writer) { writer.varint(*length); }) == header);
        });
    }

    TEST_CASE("messages are protected and unprotected as in message-protection.json")
    {
        for_each_vector("mls/message-protection.json", [](const nlohmann::json& vector) {
            GroupContext context;
            context.cipher_suite = kSuite.id();
            context.group_id = hex_field(vector, "group_id");
            context.epoch = Epoch(number(vector, "epoch"));
            context.tree_hash = hex_field(vector, "tree_hash");
            context.confirmed_transcript_hash = hex_field(vector, "confirmed_transcript_hash");
            const auto serialized = context.serialize();
            const auto public_key = hex_field(vector, "signature_pub");
            const auto private_key = crypto::SignaturePrivateKey::from_seed(hex_field(vector, "signature_priv"));
            REQUIRE(private_key.has_value());
            const auto membership_key = secret_field<MembershipKey>(vector, "membership_key");
            const auto sender_data_secret = secret_field<SenderDataSecret>(vector, "sender_data_secret");
            const auto fresh_tree = [&] { return SecretTree(kSuite, LeafCount(2), secret_field<EncryptionSecret>(vector, "encryption_secret")); };
            base::SeededRandom random(1);

            const auto body_bytes = [](const FramedContent& content) {
                if (const auto* data = std::get_if<ApplicationData>(&content.body)) return bytes_of(*data);
                if (const auto* proposal = std::get_if<Proposal>(&content.body))
                    return encode([&](auto& writer) { proposal->write(writer); });
                return encode([&](auto& writer) { std::get<Commit>(content.body).write(writer); });
            };
            const auto open_private = [&](ByteView bytes) {
                auto tree = fresh_tree();
                auto message = take(MlsMessage::parse(bytes));
                const auto& sealed = std::get<PrivateMessage>(message.body);
                const auto sender = take(open_sender_data(kSuite, sealed, sender_data_secret));
                CHECK(sender.leaf == LeafIndex(1));
                const auto key = take(tree.find(sender.leaf, ratchet_type(sealed.content_type), sender.generation));
                return take(unprotect_private(kSuite, sealed, sender, key.key));
            };
            const auto open_public = [&](ByteView bytes) {
                auto message = take(MlsMessage::parse(bytes));
                return take(unprotect_public(kSuite, std::move(std::get<PublicMessage>(message.body)), membership_key, serialized));
            };
            const auto check = [&](const char* plain, AuthenticatedContent content) {
                CAPTURE(plain);
                CHECK(content.verify_signature(kSuite, public_key, serialized).has_value());
                CHECK(body_bytes(content.content) == hex_field(vector, plain));

                // And once more with our own protection.
                const auto wire_format = content.wire_format;
                auto again = AuthenticatedContent::sign(kSuite, wire_format, std::move(content.content), *private_key, serialized);
                again.auth.confirmation_tag = content.auth.confirmation_tag;
                MlsMessage message;
                if (wire_format == WireFormat::private_message) {
                    auto tree = fresh_tree();
                    const auto key = take(tree.find_next(LeafIndex(1), ratchet_type(again.content.content_type())));
                    message.body = protect_private(kSuite, again, key, sender_data_secret, 11, random);
                    const auto opened = open_private(message.serialize());
                    CHECK(opened.verify_signature(kSuite, public_key, serialized).has_value());
                    CHECK(body_bytes(opened.content) == hex_field(vector, plain));
                } else {
                    message.body = protect_public(kSuite, std::move(again), membership_key, serialized);
                    const auto opened = open_public(message.serialize());
                    CHECK(opened.verify_signature(kSuite, public_key, serialized).has_value());
                    CHECK(body_bytes(opened.content) == hex_field(vector, plain));
                }
            };
            check("proposal", open_private(hex_field(vector, "proposal_priv")));
            check("proposal", open_public(hex_field(vector, "proposal_pub")));
            check("commit", open_private(hex_field(vector, "commit_priv")));
            check("commit", open_public(hex_field(vector, "commit_pub")));
            check("application", open_private(hex_field(vector, "application_priv")));

            auto tampered = take(MlsMessage::parse(hex_field(vector, "commit_pub")));
            std::get<PublicMessage>(tampered.body).membership_tag[0] ^= 1;
            CHECK(unprotect_public(kSuite, std::move(std::get<PublicMessage>(tampered.body)), membership_key, serialized).error() ==
                  Error::bad_membership_tag);
        });
    }
}
