// tree-math, deserialization, crypto-basics, key-schedule, psk_secret, secret-tree and transcript-hashes: what MLS computes from secrets
// and numbers alone.

#include "mls/encode.h"
#include "mls/group_context.h"
#include "mls/psk.h"
#include "mls/transcript.h"
#include "tests/vectors/kinds.h"
#include "tests/vectors/suites.h"

namespace sinetti::vectors {

using namespace mls;

namespace {

Outcome<void> same_node(const char* what, std::optional<NodeIndex> found, std::optional<std::uint64_t> expected)
{
    TRY(that(found.has_value() == expected.has_value(), std::string(what) + " exists"));
    return found ? same(what, found->value(), *expected) : Outcome<void>{};
}

}  // namespace

Outcome<void> run_tree_math(const Vector& vector)
{
    const LeafCount leaves(TRY(vector.number32("n_leaves")));
    TRY(that(is_full_tree(leaves), "n_leaves is a power of two"));
    const auto count = node_count(leaves);
    TRY(same("n_nodes", count, TRY(vector.number("n_nodes"))));
    TRY(same("root", root(leaves).value(), TRY(vector.number("root"))));
    const auto lefts = TRY(vector.numbers("left"));
    const auto rights = TRY(vector.numbers("right"));
    const auto parents = TRY(vector.numbers("parent"));
    const auto siblings = TRY(vector.numbers("sibling"));
    for (const auto* list : {&lefts, &rights, &parents, &siblings}) TRY(same("nodes listed", list->size(), count));
    for (std::uint32_t i = 0; i < count; ++i) {
        const NodeIndex node(i);
        TRY(same_node("left", is_leaf(node) ? std::nullopt : std::optional(left(node)), lefts[i]));
        TRY(same_node("right", is_leaf(node) ? std::nullopt : std::optional(right(node)), rights[i]));
        TRY(same_node("parent", parent(node, leaves), parents[i]));
        TRY(same_node("sibling", sibling(node, leaves), siblings[i]));
    }
    return {};
}

Outcome<void> run_deserialization(const Vector& vector)
{
    const auto header = TRY(vector.hex("vlbytes_header"));
    codec::Reader reader(header);
    const auto length = TRY(reader.varint());
    TRY(same("length", length, TRY(vector.number("length"))));
    TRY(reader.finish());
    return same("vlbytes_header", encode([&](auto& writer) { writer.varint(length); }), header);
}

Outcome<void> run_crypto_basics(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::whole_suite));
    const auto ref = TRY(vector.object("ref_hash"));
    TRY(same("ref_hash", suite.ref_hash(TRY(ref.text("label")), TRY(ref.hex("value"))), TRY(ref.hex("out"))));

    const auto expand = TRY(vector.object("expand_with_label"));
    const auto expanded = TRY(suite.expand_with_label(TRY(expand.hex("secret")), TRY(expand.text("label")), TRY(expand.hex("context")),
                                                      TRY(expand.number32("length"))));
    TRY(same("expand_with_label", expanded, TRY(expand.hex("out"))));
    const auto derive = TRY(vector.object("derive_secret"));
    TRY(same("derive_secret", suite.derive_secret(TRY(derive.hex("secret")), TRY(derive.text("label"))), TRY(derive.hex("out"))));
    const auto tree = TRY(vector.object("derive_tree_secret"));
    TRY(same("derive_tree_secret",
             suite.derive_tree_secret(TRY(tree.hex("secret")), TRY(tree.text("label")), Generation(TRY(tree.number32("generation"))),
                                      TRY(tree.number32("length"))),
             TRY(tree.hex("out"))));

    const auto sign = TRY(vector.object("sign_with_label"));
    const auto label = TRY(sign.text("label"));
    const auto public_key = TRY(sign.hex("pub"));
    const auto content = TRY(sign.hex("content"));
    auto signature = TRY(sign.hex("signature"));
    TRY(within("verify_with_label", Outcome<void>(suite.verify_with_label(public_key, label, content, signature)
                                                      ? Outcome<void>{}
                                                      : fail("the published signature is refused"))));
    const auto key = TRY(signature_key(sign, "priv"));
    const auto ours = suite.sign_with_label(key, label, content);
    TRY(that(suite.verify_with_label(public_key, label, content, ours).has_value(), "our own signature is verified"));
    TRY(that(!suite.verify_with_label(public_key, label + "x", content, ours).has_value(), "another label is refused"));
    signature.at(0) ^= 1;
    TRY(that(!suite.verify_with_label(public_key, label, content, signature).has_value(), "a changed signature is refused"));

    const auto seal = TRY(vector.object("encrypt_with_label"));
    const auto seal_label = TRY(seal.text("label"));
    const auto private_key = TRY(seal.hex("priv"));
    const auto context = TRY(seal.hex("context"));
    const auto plaintext = TRY(seal.hex("plaintext"));
    crypto::HpkeCiphertext published;
    published.kem_output = TRY(seal.hex("kem_output"));
    published.ciphertext = TRY(seal.hex("ciphertext"));
    TRY(same("decrypt_with_label", TRY(suite.decrypt_with_label(private_key, seal_label, context, published)), plaintext));
    base::SeededRandom random(1);
    const auto sealed = TRY(suite.sealer_with_label(seal_label, context).encrypt(TRY(seal.hex("pub")), plaintext, random));
    TRY(same("decrypt_with_label of our own", TRY(suite.decrypt_with_label(private_key, seal_label, context, sealed)), plaintext));
    return that(!suite.decrypt_with_label(private_key, seal_label + "x", context, sealed).has_value(), "another label does not open");
}

Outcome<void> run_key_schedule(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::no_aead));
    auto init_secret = TRY(vector.secret<InitSecret>("initial_init_secret"));
    std::uint64_t number_of_epoch = 0;
    for (const auto& epoch : TRY(vector.objects("epochs"))) {
        GroupContext context;
        context.cipher_suite = static_cast<std::uint16_t>(TRY(vector.number32("cipher_suite")));
        context.group_id = TRY(vector.hex("group_id"));
        context.epoch = Epoch(number_of_epoch++);
        context.tree_hash = TRY(epoch.hex("tree_hash"));
        context.confirmed_transcript_hash = TRY(epoch.hex("confirmed_transcript_hash"));
        const auto serialized = context.serialize();
        TRY(same("group_context", serialized, TRY(epoch.hex("group_context"))));

        const auto commit_secret = TRY(epoch.secret<CommitSecret>("commit_secret"));
        const auto psk_secret = TRY(epoch.secret<PskSecret>("psk_secret"));
        const auto joiner = derive_joiner_secret(suite, init_secret, commit_secret, serialized);
        TRY(same("joiner_secret", joiner, TRY(epoch.hex("joiner_secret"))));
        TRY(same("welcome_secret", derive_welcome_secret(suite, joiner, psk_secret), TRY(epoch.hex("welcome_secret"))));
        const auto epoch_secret = derive_epoch_secret(suite, joiner, psk_secret, serialized);
        TRY(same("encryption_secret", derive_encryption_secret(suite, epoch_secret), TRY(epoch.hex("encryption_secret"))));

        auto secrets = EpochSecrets::derive(suite, epoch_secret);
        TRY(same("sender_data_secret", secrets.sender_data_secret, TRY(epoch.hex("sender_data_secret"))));
        TRY(same("exporter_secret", secrets.exporter_secret, TRY(epoch.hex("exporter_secret"))));
        TRY(same("external_secret", secrets.external_secret, TRY(epoch.hex("external_secret"))));
        TRY(same("confirmation_key", secrets.confirmation_key, TRY(epoch.hex("confirmation_key"))));
        TRY(same("membership_key", secrets.membership_key, TRY(epoch.hex("membership_key"))));
        TRY(same("resumption_psk", secrets.resumption_psk, TRY(epoch.hex("resumption_psk"))));
        TRY(same("epoch_authenticator", secrets.epoch_authenticator, TRY(epoch.hex("epoch_authenticator"))));
        TRY(same("init_secret", secrets.init_secret, TRY(epoch.hex("init_secret"))));
        TRY(same("external_pub", external_key_pair(suite, secrets.external_secret).public_key, TRY(epoch.hex("external_pub"))));

        if (epoch.has("exporter")) {
            const auto exporter = TRY(epoch.object("exporter"));
            const auto exported = TRY(mls_exporter(suite, secrets.exporter_secret, TRY(exporter.text("label")), TRY(exporter.hex("context")),
                                                   TRY(exporter.number32("length"))));
            TRY(same("exporter secret", exported, TRY(exporter.hex("secret"))));
        }
        init_secret = std::move(secrets.init_secret);
    }
    return that(number_of_epoch > 0, "there are epochs");
}

Outcome<void> run_psk_secret(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::no_aead));
    std::vector<PreSharedKey> psks;
    for (const auto& entry : TRY(vector.objects("psks"))) {
        PreSharedKey psk;
        psk.id.psk_id = TRY(entry.hex("psk_id"));
        psk.id.psk_nonce = TRY(entry.hex("psk_nonce"));
        psk.secret = TRY(entry.secret<base::SecretBytes>("psk"));
        psks.push_back(std::move(psk));
    }
    return same("psk_secret", derive_psk_secret(suite, psks), TRY(vector.hex("psk_secret")));
}

Outcome<void> run_secret_tree(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::whole_suite));
    const auto sender = TRY(vector.object("sender_data"));
    const auto sender_key =
        sender_data_key_and_nonce(suite, TRY(sender.secret<SenderDataSecret>("sender_data_secret")), TRY(sender.hex("ciphertext")));
    TRY(same("sender data key", sender_key.key, TRY(sender.hex("key"))));
    TRY(same("sender data nonce", sender_key.nonce, TRY(sender.hex("nonce"))));

    const auto leaves = TRY(vector.object_lists("leaves"));
    const LeafCount leaf_count(static_cast<std::uint32_t>(leaves.size()));
    TRY(that(is_full_tree(leaf_count), "the number of leaves is a power of two"));
    SecretTree tree(suite, leaf_count, TRY(vector.secret<EncryptionSecret>("encryption_secret")));
    for (std::uint32_t leaf = 0; leaf < leaves.size(); ++leaf) {
        for (const auto& entry : leaves[leaf]) {
            const Generation generation(TRY(entry.number32("generation")));
            auto handshake = TRY(tree.find(LeafIndex(leaf), RatchetType::handshake, generation));
            TRY(same("handshake_key", handshake.key.key, TRY(entry.hex("handshake_key"))));
            TRY(same("handshake_nonce", handshake.key.nonce, TRY(entry.hex("handshake_nonce"))));
            tree.consume(std::move(handshake));
            auto application = TRY(tree.find(LeafIndex(leaf), RatchetType::application, generation));
            TRY(same("application_key", application.key.key, TRY(entry.hex("application_key"))));
            TRY(same("application_nonce", application.key.nonce, TRY(entry.hex("application_nonce"))));
            tree.consume(std::move(application));
        }
    }
    return {};
}

Outcome<void> run_transcript_hashes(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::no_aead));
    const auto bytes = TRY(vector.hex("authenticated_content"));
    codec::Reader reader(bytes);
    const auto commit = TRY(AuthenticatedContent::read(reader));
    TRY(reader.finish());
    TRY(that(commit.content.content_type() == ContentType::commit, "authenticated_content is a commit"));
    const auto confirmed = confirmed_transcript_hash(suite, TRY(vector.hex("interim_transcript_hash_before")), commit);
    TRY(same("confirmed_transcript_hash_after", confirmed, TRY(vector.hex("confirmed_transcript_hash_after"))));
    const auto tag = confirmation_tag(suite, TRY(vector.secret<ConfirmationKey>("confirmation_key")), confirmed);
    TRY(same("confirmation_tag", tag, commit.auth.confirmation_tag));
    return same("interim_transcript_hash_after", interim_transcript_hash(suite, confirmed, tag),
                TRY(vector.hex("interim_transcript_hash_after")));
}

}  // namespace sinetti::vectors
