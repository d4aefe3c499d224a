#include "archive/segment.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace sinetti::archive {

namespace {

using crypto::HashAlgorithm;

constexpr std::size_t kKeySize = 32;

// The two kinds of names have labels of their own.
struct Labels {
    std::string_view segment, long_history;
};
constexpr Labels kUpload{"sinetti archive upload v1", "sinetti long history upload v1"};
constexpr Labels kSeal{"sinetti archive seal v1", "sinetti long history seal v1"};

base::SecretBytes derive(const HistoryKey& key, const Labels& labels, const Name& name)
{
    codec::Writer info;
    if (const auto* segment = std::get_if<SegmentName>(&name)) info.raw(base::view_of(labels.segment)).raw(segment->device).u32(segment->day).u16(segment->part);
    if (const auto* old = std::get_if<LongName>(&name)) info.raw(base::view_of(labels.long_history)).raw(old->device).raw(old->reader).u16(old->part);
    auto derived = crypto::hkdf_expand(HashAlgorithm::sha512, key.view(), info.view(), kKeySize);
    CHECK_INVARIANT(derived.has_value());
    return std::move(*derived);
}

base::SecretBytes seal_key(const HistoryKey& key, const Name& name) { return derive(key, kSeal, name); }

}  // namespace

HistoryKey history_key_of(const crypto::SignaturePrivateKey& identity)
{
    const auto pseudorandom_key = crypto::hkdf_extract(HashAlgorithm::sha512, {}, identity.seed());
    auto key = crypto::hkdf_expand(HashAlgorithm::sha512, pseudorandom_key.view(), base::view_of("sinetti history key v1"), kKeySize);
    CHECK_INVARIANT(key.has_value());
    return HistoryKey(std::move(*key));
}

blobs::UploadKey upload_key(const HistoryKey& key, const Name& name)
{
    const auto derived = derive(key, kUpload, name);
    blobs::UploadKey upload_key;
    std::ranges::copy(derived.view(), upload_key.begin());
    return upload_key;
}

blobs::Address address(const HistoryKey& key, const Name& name) { return blobs::address_of(upload_key(key, name)); }

base::Bytes seal_segment(const HistoryKey& key, const Name& name, base::ByteView contents, base::Random& random)
{
    CHECK_INVARIANT(contents.size() <= kContentsMax);
    codec::SecretWriter writer;
    writer.opaque(contents);
    auto padded = std::move(writer).take();
    const base::Bytes zeros(kSegmentSize - crypto::kXAeadNonceSize - crypto::kAeadTagSize - padded.size());
    padded.append(zeros);
    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    const auto sealed = crypto::xaead_seal(seal_key(key, name).view(), nonce, address(key, name), padded.view());
    base::Bytes blob(nonce.begin(), nonce.end());
    blob.insert(blob.end(), sealed.begin(), sealed.end());
    return blob;
}

std::optional<base::SecretBytes> open_segment(const HistoryKey& key, const Name& name, base::ByteView blob)
{
    if (blob.size() != kSegmentSize) return {};
    const auto padded = crypto::xaead_open(seal_key(key, name).view(), blob.first(crypto::kXAeadNonceSize), address(key, name), blob.subspan(crypto::kXAeadNonceSize));
    if (!padded) return {};
    codec::Reader reader(padded->view());
    auto contents = reader.secret(kContentsMax);
    if (!contents || !std::ranges::all_of(reader.rest(), [](std::uint8_t byte) { return byte == 0; })) return {};
    return std::move(*contents);
}

}  // namespace sinetti::archive
