#include "directory/link.h"

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::directory;

namespace {

const DirectoryKey kDirectoryKey{base::Bytes(kDirectoryKeySize, 7)};

void parse(const std::string& text)
{
    if (const auto link = parse_invite_link(text)) {
        const auto again = encode_link(*link);
        CHECK_INVARIANT(again.has_value() && text.find(*again) != std::string::npos);
    }
    if (const auto link = parse_founder_link(text)) CHECK_INVARIANT(text.find(encode_link(*link)) != std::string::npos);
}

// The input as a link, and as what a link with a right checksum or a rightly sealed name holds.
void run(base::ByteView input)
{
    parse(base::to_text(input));

    auto content = base::to_bytes(input);
    const auto digest = crypto::sha256(input);
    content.insert(content.end(), digest.begin(), digest.begin() + 4);
    parse("#i=" + base::to_base64url(content));
    parse("#f=" + base::to_base64url(content));

    base::Bytes padded = base::to_bytes(input.first(std::min<std::size_t>(input.size(), 128)));
    padded.resize(128);
    const base::Bytes nonce(crypto::kXAeadNonceSize, 1);
    auto sealed = nonce;
    const auto text = crypto::xaead_seal(kDirectoryKey.view(), nonce, base::view_of("sinetti profile v1"), padded);
    sealed.insert(sealed.end(), text.begin(), text.end());
    const auto name = open_name(kDirectoryKey, NameOf::person, sealed);
    if (name) CHECK_INVARIANT(!name->name.empty());
    CHECK_INVARIANT(name.has_value() || name.error() == Error::malformed);   // never open_failed: the label above is the right one
    (void)open_name(kDirectoryKey, NameOf::organisation, input);
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    const auto root = SignaturePrivateKey::generate(random);
    const auto invite = SignaturePrivateKey::generate(random);
    InviteLink link{sign_invite(root, invite.public_key(), {2'000'000'000'000}, Role::member),
                    base::Secret<32>(invite.seed().first<32>()),
                    kDirectoryKey.clone(),
                    RelayKeys{.channel_public_key = {1}, .signing_public_key = root.public_key()},
                    "Virasto",
                    "Eero Esimerkki",
                    "Aino Alku"};
    const auto text = encode_link(link);
    CHECK_INVARIANT(text.has_value() && parse_invite_link(*text).has_value());
    const auto content = base::from_base64url(std::string_view(*text).substr(3));
    CHECK_INVARIANT(content.has_value());
    const base::Bytes name{4, 'A', 'i', 'n', 'o', 3, 'P', 0xc3, 0xa4};
    return {base::to_bytes(base::view_of("https://sinetti.example/" + *text + " ")),
            base::to_bytes(base::view_of(encode_link(FounderLink{.token = base::Secret<32>(invite.seed().first<32>()), .relay_keys = {}}))),
            base::to_bytes(base::ByteView(*content).first(content->size() - 4)), name};
}

const fuzz::Target kTarget("directory_link", run, seeds);

}  // namespace
