#include "directory/link.h"

#include "crypto/hash.h"

#include <algorithm>

namespace sinetti::directory {

using base::Unexpected;
using codec::Reader;

namespace {

constexpr std::uint8_t kLinkVersion = 2;   // 1 had no relay keys
constexpr std::size_t kVersion1FounderSize = 32;   // a token and nothing else
constexpr std::size_t kChecksumSize = 4;
constexpr std::size_t kLinkTextMax = 4096;   // characters; no link is as long
constexpr std::string_view kInvitePrefix = "#i=";
constexpr std::string_view kFounderPrefix = "#f=";

base::ByteArray<kChecksumSize> checksum(base::ByteView content)
{
    const auto digest = crypto::sha256(content);
    base::ByteArray<kChecksumSize> sum;
    std::copy_n(digest.begin(), sum.size(), sum.begin());
    return sum;
}

std::string to_fragment(std::string_view prefix, base::SecretBytes content)
{
    content.append(checksum(content.view()));
    return std::string(prefix) + base::to_base64url(content.view());
}

Result<base::SecretBytes> from_fragment(std::string_view prefix, std::string_view text)
{
    if (text.size() > kLinkTextMax) return Unexpected(Error::link_mangled);
    const auto start = text.find(prefix);
    if (start == std::string_view::npos) return Unexpected(Error::link_mangled);
    text.remove_prefix(start + prefix.size());
    const auto end = text.find_last_not_of(" \t\r\n");
    text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);

    auto decoded = base::from_base64url(text);
    if (!decoded || decoded->size() < kChecksumSize) return Unexpected(Error::link_mangled);
    base::SecretBytes content{base::ByteView(*decoded)};
    base::wipe(*decoded);
    const auto size = content.size() - kChecksumSize;
    if (!base::equal(checksum(content.view().first(size)), content.view().subspan(size))) return Unexpected(Error::link_mangled);
    content.resize(size);
    return content;
}

bool fits(std::string_view name)
{
    return name.size() <= kLinkNameSizeMax;
}

codec::Result<InviteLink> read_invite_link(Reader& reader)
{
    InviteLink link;
    link.certificate = TRY(read_invite_certificate(reader));
    const auto seed = TRY(reader.raw(crypto::kSignatureSeedSize));
    link.invite_seed = base::Secret<crypto::kSignatureSeedSize>(seed.first<crypto::kSignatureSeedSize>());
    link.directory_key = DirectoryKey(TRY(reader.raw(kDirectoryKeySize)));
    link.relay_keys = TRY(read_relay_keys(reader));
    link.organisation_name = TRY(reader.text(kLinkNameSizeMax));
    link.invitee_name = TRY(reader.text(kLinkNameSizeMax));
    link.inviter_name = TRY(reader.text(kLinkNameSizeMax));
    TRY(reader.finish());
    return link;
}

codec::Result<FounderLink> read_founder_link(Reader& reader)
{
    FounderLink link;
    const auto token = TRY(reader.raw(base::Secret<32>::kSize));
    link.token = base::Secret<32>(token.first<32>());
    link.relay_keys = TRY(read_relay_keys(reader));
    TRY(reader.finish());
    return link;
}

}  // namespace

Result<std::string> encode_link(const InviteLink& link)
{
    CHECK_INVARIANT(link.directory_key.size() == kDirectoryKeySize);
    codec::SecretWriter writer;
    writer.u8(kLinkVersion).raw(encode(link.certificate)).raw(link.invite_seed.view()).raw(link.directory_key.view());
    write_relay_keys(writer, link.relay_keys);
    for (const auto* name : {&link.organisation_name, &link.invitee_name, &link.inviter_name}) {
        if (!fits(*name)) return Unexpected(Error::name_too_long);
        if (!base::is_valid_utf8(base::view_of(*name))) return Unexpected(Error::malformed);
        writer.text(*name);
    }
    return to_fragment(kInvitePrefix, std::move(writer).take());
}

std::string encode_link(const FounderLink& link)
{
    codec::SecretWriter writer;
    writer.u8(kLinkVersion).raw(link.token.view());
    write_relay_keys(writer, link.relay_keys);
    return to_fragment(kFounderPrefix, std::move(writer).take());
}

Result<InviteLink> parse_invite_link(std::string_view text)
{
    const auto content = TRY(from_fragment(kInvitePrefix, text));
    Reader reader(content.view());
    if (TRY_OR(reader.u8(), Error::link_mangled) != kLinkVersion) return Unexpected(Error::unknown_version);
    auto link = TRY_OR(read_invite_link(reader), Error::link_mangled);
    TRY_OR(verify(link.certificate), Error::link_mangled);
    const auto key = TRY_OR(SignaturePrivateKey::from_seed(link.invite_seed.view()), Error::link_mangled);
    if (key.public_key() != link.certificate.invite_public_key) return Unexpected(Error::link_mangled);
    return link;
}

Result<FounderLink> parse_founder_link(std::string_view text)
{
    const auto content = TRY(from_fragment(kFounderPrefix, text));
    if (content.size() == kVersion1FounderSize) return Unexpected(Error::unknown_version);
    Reader reader(content.view());
    if (TRY_OR(reader.u8(), Error::link_mangled) != kLinkVersion) return Unexpected(Error::unknown_version);
    return TRY_OR(read_founder_link(reader), Error::link_mangled);
}

}  // namespace sinetti::directory
