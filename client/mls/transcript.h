#pragma once
// Transcript hashes (RFC 9420 §8.2): the running hash over every commit there has been.

#include "mls/framing.h"

namespace sinetti::mls {

// `commit` holds a Commit. interim is the hash before it.
Bytes confirmed_transcript_hash(CipherSuite suite, ByteView interim, const AuthenticatedContent& commit);
Bytes interim_transcript_hash(CipherSuite suite, ByteView confirmed, ByteView confirmation_tag);
Bytes confirmation_tag(CipherSuite suite, const ConfirmationKey& key, ByteView confirmed_transcript_hash);   // §6.1

}  // namespace sinetti::mls
