#pragma once
// What a relay says of itself to whoever has no link: which organisation's it is, and its keys. The text of GET /relay.json is
//
//   {"sinetti":1,"organisation":"<hex>","channel":"<hex>","signing":"<hex>"}⏎
//
// with the organisation's root public key and the relay's two public keys. It is JSON for everybody, and here one spelling alone:
// anything else is refused. Nothing vouches for it but TLS; who signs in with it compares it with what the opened vault names.

#include "directory/errors.h"
#include "directory/relay_keys.h"

#include <string>
#include <string_view>

namespace sinetti::directory {

struct RelayDocument {
    crypto::SignaturePublicKey root_public_key{};
    RelayKeys relay_keys;
    friend bool operator==(const RelayDocument&, const RelayDocument&) = default;
};

std::string encode(const RelayDocument& document);
// Errors: malformed, unknown_version.
Result<RelayDocument> parse_relay_document(std::string_view text);

}  // namespace sinetti::directory
