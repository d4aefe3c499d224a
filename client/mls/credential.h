#pragma once
// Credentials (RFC 9420 §5.3). Basic ones are used; X.509 chains are parsed and carried, never trusted.

#include "codec/reader.h"
#include "codec/writer.h"
#include "mls/types.h"

namespace sinetti::mls {

struct Credential {
    CredentialType type = CredentialType::basic;
    Bytes content;   // basic: the identity. x509: the bytes of certificates<V>, checked to be a list of opaque<V>

    static Credential basic(ByteView identity) { return {CredentialType::basic, base::to_bytes(identity)}; }
    static codec::Result<Credential> read(codec::Reader& reader);   // bad_value for a type whose shape we do not know
    void write(codec::Writer& writer) const;
    friend bool operator==(const Credential&, const Credential&) = default;
};

}  // namespace sinetti::mls
