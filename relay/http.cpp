#include "relay/http.h"

#include "relay/limits.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace sinetti::relay {

namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

// connect-src 'self' covers the WebSocket of the same origin in every browser of the last years (CSP 3, "match a URL's scheme").
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr const char* kPermissionsPolicy =
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), serial=(), usb=()";

void set_common(HttpResponse& response, bool keep_alive)
{
    response.set("Content-Security-Policy", kContentSecurityPolicy);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    response.set("Cross-Origin-Embedder-Policy", "require-corp");
    response.set("Cross-Origin-Resource-Policy", "same-origin");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Permissions-Policy", kPermissionsPolicy);
    response.keep_alive(keep_alive);
}

void set_body(HttpResponse& response, std::string_view body)
{
    response.body() = {body.data(), body.size()};
    response.content_length(body.size());
}

// One element of a comma-separated list, its parameters ignored except q=0.
bool accepts_brotli(std::string_view header)
{
    while (!header.empty()) {
        const auto comma = header.find(',');
        auto element = header.substr(0, comma);
        header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
        std::string compact;
        for (const char character : element) {
            if (character != ' ' && character != '\t') compact.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(character))));
        }
        if (compact == "br") return true;
        if (compact.starts_with("br;q=")) return compact.find_first_of("123456789", 5) != std::string::npos;
    }
    return false;
}

bool matches(std::string_view if_none_match, std::string_view etag)
{
    return if_none_match.find(etag) != std::string_view::npos;
}

}  // namespace

HttpResponse refuse(http::status status, std::string_view text, unsigned version, bool keep_alive)
{
    HttpResponse response(status, version);
    set_common(response, keep_alive);
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    response.set(http::field::cache_control, "no-store");
    set_body(response, text);
    return response;
}

HttpResponse answer(const HttpRequest& request, const StaticFiles& files, Health health)
{
    const auto version = request.version();
    const bool keep_alive = request.keep_alive();
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        auto response = refuse(http::status::method_not_allowed, "only GET and HEAD\n", version, false);
        response.set(http::field::allow, "GET, HEAD");
        return response;
    }
    const auto target = view(request.target());
    if (target == "/healthz") {
        if (health == Health::well) return refuse(http::status::ok, "ok\n", version, keep_alive);
        return refuse(http::status::service_unavailable, "what is written here cannot be kept; the log says why\n", version, keep_alive);
    }
    const auto* file = files.find(target);
    if (file == nullptr) return refuse(http::status::not_found, "not here\n", version, keep_alive);

    const bool brotli = file->brotli && accepts_brotli(view(request[http::field::accept_encoding]));
    const auto& etag = brotli ? file->brotli_etag : file->etag;
    HttpResponse response(http::status::ok, version);
    set_common(response, keep_alive);
    response.set(http::field::etag, etag);
    response.set(http::field::cache_control, "no-cache");   // always asked for, answered 304 while unchanged
    if (file->brotli) response.set(http::field::vary, "Accept-Encoding");
    if (matches(view(request[http::field::if_none_match]), etag)) {
        response.result(http::status::not_modified);
        return response;
    }
    response.set(http::field::content_type, file->content_type);
    if (brotli) response.set(http::field::content_encoding, "br");
    set_body(response, brotli ? *file->brotli : file->bytes);
    return response;
}

std::optional<BlockAddress> block_address(const HttpRequest& request)
{
    constexpr std::string_view kBoard = "/board/", kBlock = "/block/";
    const auto target = view(request.target());
    if (!target.starts_with(kBoard)) return {};
    BlockAddress address;
    const char* const end = target.data() + target.size();
    const auto board = std::from_chars(target.data() + kBoard.size(), end, address.board);
    if (board.ec != std::errc() || !std::string_view(board.ptr, static_cast<std::size_t>(end - board.ptr)).starts_with(kBlock)) return {};
    const auto block = std::from_chars(board.ptr + kBlock.size(), end, address.block);
    if (block.ec != std::errc() || block.ptr != end) return {};
    const auto canonical = std::string(kBoard) + std::to_string(address.board) + std::string(kBlock) + std::to_string(address.block);
    if (target != canonical) return {};
    return address;
}

HttpResponse answer_block(const HttpRequest& request, const SharedBytes& block)
{
    if (block == nullptr) return refuse(http::status::not_found, "not here\n", request.version(), request.keep_alive());
    HttpResponse response(http::status::ok, request.version());
    set_common(response, request.keep_alive());
    response.set(http::field::content_type, "application/octet-stream");
    response.set(http::field::cache_control,
                 "public, max-age=" + std::to_string(std::chrono::seconds(kBlockMaxAge).count()) + ", immutable");
    set_body(response, {reinterpret_cast<const char*>(block->data()), block->size()});
    return response;
}

HttpResponse answer_relay_document(const HttpRequest& request, std::optional<std::string_view> document)
{
    if (!document) {
        auto response = refuse(http::status::service_unavailable, "the relay cannot be reached\n", request.version(), request.keep_alive());
        response.set(http::field::retry_after, "5");
        return response;
    }
    if (document->empty()) return refuse(http::status::not_found, "not here\n", request.version(), request.keep_alive());
    HttpResponse response(http::status::ok, request.version());
    set_common(response, request.keep_alive());
    response.set(http::field::content_type, "application/json");
    response.set(http::field::cache_control, "no-store");
    set_body(response, *document);
    return response;
}

bool is_same_origin(const HttpRequest& request)
{
    const auto host = view(request[http::field::host]);
    auto origin = view(request[http::field::origin]);
    if (host.empty()) return false;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) {
            origin.remove_prefix(scheme.size());
            return std::equal(origin.begin(), origin.end(), host.begin(), host.end(),
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
        }
    }
    return false;
}

}  // namespace sinetti::relay
