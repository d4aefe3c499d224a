#pragma once
// HTTP requests to answers: the app's files, /healthz, and which requests may become a WebSocket.

#include "relay/static_files.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>

namespace sinetti::relay {

using HttpRequest = boost::beast::http::request<boost::beast::http::empty_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::span_body<const char>>;   // its body is owned by StaticFiles or static

inline constexpr std::string_view kWebSocketPath = "/ws";

// The answer to anything but a WebSocket upgrade. For HEAD: the same head, and no body.
HttpResponse answer(const HttpRequest& request, const StaticFiles& files);
HttpResponse refuse(boost::beast::http::status status, std::string_view text, unsigned version, bool keep_alive);

// Same origin only: a page of another origin may not open a session through a member's browser (RFC 6455 §10.2).
bool is_same_origin(const HttpRequest& request);

}  // namespace sinetti::relay
