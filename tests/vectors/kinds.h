#pragma once
// One function for each kind of published vector: it runs one case.

#include "tests/vectors/vector.h"

namespace sinetti::vectors {

// mlswg/mls-implementations, test-vectors.md.
Outcome<void> run_tree_math(const Vector& vector);
Outcome<void> run_deserialization(const Vector& vector);
Outcome<void> run_crypto_basics(const Vector& vector);
Outcome<void> run_key_schedule(const Vector& vector);
Outcome<void> run_psk_secret(const Vector& vector);
Outcome<void> run_secret_tree(const Vector& vector);
Outcome<void> run_transcript_hashes(const Vector& vector);
Outcome<void> run_tree_operations(const Vector& vector);
Outcome<void> run_tree_validation(const Vector& vector);
Outcome<void> run_treekem(const Vector& vector);
Outcome<void> run_messages(const Vector& vector);
Outcome<void> run_message_protection(const Vector& vector);
Outcome<void> run_welcome(const Vector& vector);
Outcome<void> run_passive_client(const Vector& vector);

// RFC 9180 appendix A's form.
Outcome<void> run_hpke(const Vector& vector);

// draft-connolly-cfrg-xwing-kem, appendix.
Outcome<void> run_xwing(const Vector& vector);

// RFC 9497 appendix A.
Outcome<void> run_voprf(const Vector& vector);

// Wycheproof: `group` is the test group the case stands in.
Outcome<void> run_chacha20_poly1305(const Vector& group, const Vector& test);
Outcome<void> run_xchacha20_poly1305(const Vector& group, const Vector& test);
Outcome<void> run_x25519(const Vector& group, const Vector& test);
Outcome<void> run_ed25519(const Vector& group, const Vector& test);
Outcome<void> run_hmac_sha256(const Vector& group, const Vector& test);
Outcome<void> run_hkdf_sha256(const Vector& group, const Vector& test);
Outcome<void> run_mlkem768(const Vector& group, const Vector& test);
Outcome<void> run_mlkem768_encapsulation(const Vector& group, const Vector& test);
Outcome<void> run_mlkem768_key_generation(const Vector& group, const Vector& test);
Outcome<void> run_mlkem768_decapsulation(const Vector& group, const Vector& test);

}  // namespace sinetti::vectors
