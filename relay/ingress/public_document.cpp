#include "relay/ingress/public_document.h"

#include "directory/relay_document.h"
#include "relay/http.h"

namespace sinetti::ingress {

namespace {

constexpr std::size_t kDocumentSizeMax = 1024;   // bytes
constexpr unsigned kOk = 200, kNotFound = 404;   // RFC 9110

}  // namespace

void PublicDocument::ask(Done done)
{
    if (!m_document.empty()) return done(m_document);
    m_waiting.push_back(std::move(done));
    if (m_waiting.size() > 1) return;
    uplink::fetch(m_io, m_upstream, std::string(relay::kRelayDocumentPath), kDocumentSizeMax, [this](std::optional<uplink::Fetched> fetched) {
        if (fetched && fetched->status == kNotFound) return answer("");
        if (!fetched || fetched->status != kOk || !directory::parse_relay_document(fetched->body)) return answer({});
        m_document = std::move(fetched->body);
        answer(m_document);
    });
}

void PublicDocument::answer(std::optional<std::string_view> document)
{
    for (const auto& done : std::exchange(m_waiting, {})) done(document);
}

}  // namespace sinetti::ingress
