#pragma once
// The bodies of frames, in the order in which their fields stand; one function for writing and reading each. It is called with a
// Writing coder and a frame, or with a Reading one and an empty frame, which then holds what was read unless the coder has an error.

#include "codec/writer.h"
#include "wire/frame.h"

#include <concepts>
#include <type_traits>

namespace sinetti::wire {

// Numbers are pinned.
using FrameType = std::uint8_t;
template<typename Frame>
inline constexpr FrameType kFrameType = 0;
template<>
inline constexpr FrameType kFrameType<AuthenticateDevice> = 0x01;
template<>
inline constexpr FrameType kFrameType<AuthenticateInvite> = 0x02;
template<>
inline constexpr FrameType kFrameType<AuthenticateFounder> = 0x03;
template<>
inline constexpr FrameType kFrameType<AuthenticateIdentity> = 0x04;
template<>
inline constexpr FrameType kFrameType<AuthenticateToken> = 0x32;
template<>
inline constexpr FrameType kFrameType<AuthenticateVault> = 0x40;
template<>
inline constexpr FrameType kFrameType<Hello> = 0x28;
template<>
inline constexpr FrameType kFrameType<Ping> = 0x20;
template<>
inline constexpr FrameType kFrameType<Append> = 0x10;
template<>
inline constexpr FrameType kFrameType<Read> = 0x11;
template<>
inline constexpr FrameType kFrameType<Follow> = 0x12;
template<>
inline constexpr FrameType kFrameType<TokenRequest> = 0x33;
template<>
inline constexpr FrameType kFrameType<VaultEvaluate> = 0x41;
template<>
inline constexpr FrameType kFrameType<VaultFetch> = 0x42;
template<>
inline constexpr FrameType kFrameType<VaultStore> = 0x43;
template<>
inline constexpr FrameType kFrameType<BlobCreate> = 0x50;
template<>
inline constexpr FrameType kFrameType<BlobWrite> = 0x51;
template<>
inline constexpr FrameType kFrameType<BlobRead> = 0x52;
template<>
inline constexpr FrameType kFrameType<BlobDelete> = 0x53;
template<>
inline constexpr FrameType kFrameType<MeetingPut> = 0x60;
template<>
inline constexpr FrameType kFrameType<MeetingGet> = 0x61;
template<>
inline constexpr FrameType kFrameType<MeetingEnd> = 0x62;
template<>
inline constexpr FrameType kFrameType<Challenge> = 0x81;
template<>
inline constexpr FrameType kFrameType<Accepted> = 0x82;
template<>
inline constexpr FrameType kFrameType<Refused> = 0x83;
template<>
inline constexpr FrameType kFrameType<Appended> = 0x90;
template<>
inline constexpr FrameType kFrameType<Entries> = 0x91;
template<>
inline constexpr FrameType kFrameType<Pong> = 0xa0;
template<>
inline constexpr FrameType kFrameType<SharedKey> = 0x8c;
template<>
inline constexpr FrameType kFrameType<SignedHead> = 0xe0;
template<>
inline constexpr FrameType kFrameType<Gone> = 0xe1;
template<>
inline constexpr FrameType kFrameType<TokenResponse> = 0xb2;
template<>
inline constexpr FrameType kFrameType<VaultEvaluated> = 0xc1;
template<>
inline constexpr FrameType kFrameType<VaultFetched> = 0xc2;
template<>
inline constexpr FrameType kFrameType<VaultStored> = 0xc3;
template<>
inline constexpr FrameType kFrameType<BlobState> = 0xd0;
template<>
inline constexpr FrameType kFrameType<BlobData> = 0xd2;
template<>
inline constexpr FrameType kFrameType<MeetingState> = 0xe8;

class Writing {
public:
    static constexpr bool kWrites = true;
    explicit Writing(codec::Writer& writer) : m_writer(writer) {}

    template<std::unsigned_integral T>
    void number(T value)
    {
        m_writer.integer(value);
    }
    template<typename T>
        requires std::is_enum_v<T>
    void number(T value)
    {
        m_writer.integer(static_cast<std::underlying_type_t<T>>(value));
    }
    void request(std::uint32_t id) { number(id); }
    void boolean(bool value) { m_writer.optional_marker(value); }
    template<std::size_t N>
    void array(const base::ByteArray<N>& value)
    {
        m_writer.raw(value);
    }
    void opaque(const base::Bytes& value, std::size_t size_max)
    {
        CHECK_INVARIANT(value.size() <= size_max);
        m_writer.opaque(value);
    }
    template<typename T, typename CodeElement>
    void vector(const std::vector<T>& values, std::size_t count_max, CodeElement&& code_element)
    {
        CHECK_INVARIANT(values.size() <= count_max);
        m_writer.vector([&](codec::Writer& elements) {
            Writing inner(elements);
            for (const auto& value : values) code_element(inner, value);
        });
    }
    void ensure(bool, codec::Error = {}) {}   // what a value may be is for its reader to check

private:
    codec::Writer& m_writer;
};

// After an error nothing more is read.
class Reading {
public:
    static constexpr bool kWrites = false;
    explicit Reading(codec::Reader& reader) : m_reader(reader) {}
    const std::optional<codec::Error>& error() const { return m_error; }

    template<std::unsigned_integral T>
    void number(T& value)
    {
        take(value, [&] { return m_reader.integer<T>(); });
    }
    template<typename T>
        requires std::is_enum_v<T>
    void number(T& value)   // also one without a name
    {
        std::underlying_type_t<T> plain{};
        number(plain);
        value = T(plain);
    }
    void request(std::uint32_t& id)
    {
        number(id);
        ensure(id != kNoRequest);
    }
    void boolean(bool& value)
    {
        take(value, [&] { return m_reader.optional_marker(); });
    }
    template<std::size_t N>
    void array(base::ByteArray<N>& value)
    {
        take(value, [&] { return m_reader.array<N>(); });
    }
    void opaque(base::Bytes& value, std::size_t size_max)
    {
        take(value, [&] { return m_reader.opaque(size_max); });
    }
    template<typename T, typename CodeElement>
    void vector(std::vector<T>& values, std::size_t count_max, CodeElement&& code_element)
    {
        codec::Reader elements{{}};
        take(elements, [&] { return m_reader.vector(); });
        Reading inner(elements);
        while (!m_error && !elements.empty()) {
            ensure(values.size() < count_max, codec::Error::too_large);
            if (m_error) return;
            code_element(inner, values.emplace_back());
            m_error = inner.m_error;
        }
    }
    void ensure(bool holds, codec::Error otherwise = codec::Error::bad_value)
    {
        if (!m_error && !holds) m_error = otherwise;
    }

private:
    template<typename T, typename Read>
    void take(T& value, Read&& read)
    {
        if (m_error) return;
        auto result = read();
        if (result)
            value = std::move(*result);
        else
            m_error = result.error();
    }

    codec::Reader& m_reader;
    std::optional<codec::Error> m_error;
};

// A frame as its coder sees it.
template<typename Coder, typename Frame>
using Coded = std::conditional_t<Coder::kWrites, const Frame, Frame>;

template<typename Coder, typename T>
void code_optional(Coder& coder, Coded<Coder, std::optional<T>>& value)
{
    bool present = value.has_value();
    coder.boolean(present);
    if (!present) return;
    if constexpr (!Coder::kWrites) value.emplace();
    coder.array(*value);
}

template<typename Coder>
void code_elements(Coder& coder, Coded<Coder, std::vector<base::ByteArray<32>>>& elements)
{
    coder.vector(elements, kTokensPerRequestMax, [](Coder& inner, auto& element) { inner.array(element); });
    coder.ensure(!elements.empty(), codec::Error::bad_length);
}

// --- client to relay -------------------------------------------------------------------------------------------------

template<typename Coder>
void code(Coder& coder, Coded<Coder, AuthenticateDevice>& frame)
{
    coder.array(frame.device_public_key);
    coder.array(frame.signature);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, AuthenticateInvite>& frame)
{
    coder.opaque(frame.invite_certificate, kInviteCertificateSizeMax);
    coder.array(frame.signature);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, AuthenticateFounder>& frame)
{
    coder.array(frame.token);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, AuthenticateIdentity>& frame)
{
    coder.array(frame.identity_public_key);
    coder.array(frame.signature);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, AuthenticateToken>& frame)
{
    coder.array(frame.token);
}
template<typename Coder>
void code(Coder&, Coded<Coder, AuthenticateVault>&)
{
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Hello>& frame)
{
    coder.number(frame.version);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Ping>& frame)
{
    coder.number(frame.value);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Append>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.board);
    coder.opaque(frame.entry, kRecordSizeMax);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Read>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.board);
    coder.number(frame.block);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Follow>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.board);
    coder.number(frame.from_position);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, TokenRequest>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.token_type);
    coder.number(frame.truncated_token_key_id);
    code_elements(coder, frame.blinded_elements);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, VaultEvaluate>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.vault);
    coder.array(frame.blinded_element);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, VaultFetch>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.vault);
    coder.array(frame.access_public_key);
    coder.array(frame.signature);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, VaultStore>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.vault);
    coder.number(frame.previous);
    coder.number(frame.version);
    coder.ensure(frame.version > frame.previous && frame.version <= kVaultVersionMax);
    coder.array(frame.passphrase_access_key);
    coder.array(frame.recovery_access_key);
    coder.opaque(frame.sealed, kVaultSizeMax);
    coder.array(frame.access_public_key);
    coder.array(frame.signature);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, BlobCreate>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.upload_key);
    coder.number(frame.size_class);
    coder.ensure(frame.size_class < kBlobSizeClasses);
    coder.number(frame.days);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, BlobWrite>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.upload_key);
    coder.number(frame.chunk);
    coder.ensure(frame.chunk < kBlobChunksMax);
    coder.opaque(frame.data, kBlobChunkSize);
    coder.ensure(frame.data.size() == kBlobChunkSize, codec::Error::bad_length);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, BlobRead>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.address);
    coder.number(frame.chunk);
    coder.ensure(frame.chunk < kBlobChunksMax && frame.chunk % kBlobChunksRead == 0);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, BlobDelete>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.upload_key);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, MeetingPut>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.meeting);
    coder.number(frame.number);
    coder.ensure(frame.number < kMeetingMessages);
    coder.opaque(frame.message, kMeetingMessageSize);
    coder.ensure(frame.message.size() == kMeetingMessageSize, codec::Error::bad_length);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, MeetingGet>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.meeting);
    coder.number(frame.number);
    coder.ensure(frame.number < kMeetingMessages);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, MeetingEnd>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.meeting);
}

// --- relay to client -------------------------------------------------------------------------------------------------

template<typename Coder>
void code(Coder& coder, Coded<Coder, Challenge>& frame)
{
    coder.number(frame.version);
    coder.array(frame.nonce);
    code_optional<Coder, PublicKey>(coder, frame.organisation);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Accepted>& frame)
{
    coder.number(frame.session_kind);
    coder.vector(frame.boards, kBoardsMax, [](Coder& inner, auto& info) {
        inner.number(info.board);
        inner.number(info.kind);
        inner.number(info.level);
        inner.number(info.cipher_suite);
        inner.number(info.retention_days);
    });
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Refused>& frame)
{
    coder.number(frame.request_id);
    coder.number(frame.code);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Appended>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.board);
    coder.number(frame.position);
}
// What stands before the entries themselves.
template<typename Coder>
void code_entries_head(Coder& coder, Coded<Coder, Entries>& frame)
{
    coder.number(frame.request_id);
    coder.number(frame.board);
    coder.number(frame.first_position);
    coder.boolean(frame.last);
    coder.array(frame.head);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Entries>& frame)
{
    code_entries_head(coder, frame);
    coder.vector(frame.entries, kBlockEntries - frame.first_position % kBlockEntries, [](Coder& inner, auto& entry) { inner.opaque(entry, kRecordSizeMax); });
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Pong>& frame)
{
    coder.number(frame.value);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, SharedKey>& frame)
{
    coder.number(frame.board);
    coder.array(frame.secret);
    coder.number(frame.next);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, SignedHead>& frame)
{
    coder.number(frame.board);
    coder.number(frame.position);
    coder.array(frame.head);
    coder.array(frame.signature);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, Gone>& frame)
{
    coder.number(frame.request_id);
    code(coder, frame.cut);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, TokenResponse>& frame)
{
    coder.request(frame.request_id);
    code_elements(coder, frame.evaluated_elements);
    coder.array(frame.proof);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, VaultEvaluated>& frame)
{
    coder.request(frame.request_id);
    coder.array(frame.evaluated_element);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, VaultFetched>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.version);
    coder.opaque(frame.sealed, kVaultSizeMax);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, VaultStored>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.version);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, BlobState>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.chunks);
    coder.number(frame.size_class);
    coder.ensure(frame.size_class < kBlobSizeClasses && frame.chunks <= blob_chunks(frame.size_class));
    coder.number(frame.days);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, BlobData>& frame)
{
    coder.request(frame.request_id);
    coder.opaque(frame.data, kBlobChunkSize * kBlobChunksRead);
}
template<typename Coder>
void code(Coder& coder, Coded<Coder, MeetingState>& frame)
{
    coder.request(frame.request_id);
    coder.number(frame.messages);
    coder.ensure(frame.messages <= kMeetingMessages);
    coder.opaque(frame.message, kMeetingMessageSize);
    coder.ensure(frame.message.empty() || frame.message.size() == kMeetingMessageSize, codec::Error::bad_length);
}

}  // namespace sinetti::wire
