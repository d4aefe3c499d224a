#pragma once
// HTTP requests to answers: the app's files, /healthz, /relay.json, blocks of boards, and which requests may become a WebSocket.

#include "relay/static_files.h"
#include "relay/store.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>

namespace sinetti::relay {

using HttpRequest = boost::beast::http::request<boost::beast::http::empty_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::span_body<const char>>;   // its body is owned by StaticFiles, the server, a block, or static

inline constexpr std::string_view kWebSocketPath = "/ws";
inline constexpr std::string_view kBatchPath = "/batch";   // an ingress's WebSocket, for what it has mixed
inline constexpr std::string_view kRelayDocumentPath = "/relay.json";

enum class Health : std::uint8_t { well, ill };   // ill: it serves, and somebody has to look after it

// The answer to anything but a WebSocket upgrade. For HEAD: the same head, and no body.
HttpResponse answer(const HttpRequest& request, const StaticFiles& files, Health health);
HttpResponse refuse(boost::beast::http::status status, std::string_view text, unsigned version, bool keep_alive);

// The document of directory/relay_document.h; empty, as before the organisation is founded: not here; nullopt: not now. It must outlive the answer.
HttpResponse answer_relay_document(const HttpRequest& request, std::optional<std::string_view> document);

// "/board/B/block/K", both decimal without leading zeros, so that every block has one address. nullopt: no such address.
struct BlockAddress {
    std::uint32_t board = 0;
    std::uint64_t block = 0;
};
std::optional<BlockAddress> block_address(const HttpRequest& request);
HttpResponse answer_block(const HttpRequest& request, const SharedBytes& block);   // nullptr: it is not here. `block` must outlive the answer

// Same origin only: a page of another origin may not open a session through a member's browser (RFC 6455 §10.2).
bool is_same_origin(const HttpRequest& request);

}  // namespace sinetti::relay
