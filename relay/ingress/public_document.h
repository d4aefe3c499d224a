#pragma once
// What the relay says of itself at /relay.json, handed on. It is the same for everybody and for ever, so it is fetched once, when
// somebody first asks; one fetch is under way at the most, and all who ask meanwhile wait for it.

#include "uplink/fetch.h"

#include <string_view>
#include <vector>

namespace sinetti::ingress {

class PublicDocument {
public:
    // Empty: there is none yet. nullopt: the relay cannot be reached, or says what is none. What it is given lives as long as we do.
    using Done = std::function<void(std::optional<std::string_view>)>;

    PublicDocument(boost::asio::io_context& io, const uplink::Settings& upstream) : m_io(io), m_upstream(upstream) {}
    void ask(Done done);

private:
    void answer(std::optional<std::string_view> document);

    boost::asio::io_context& m_io;
    const uplink::Settings& m_upstream;
    std::string m_document;          // empty until it was fetched
    std::vector<Done> m_waiting;     // for the fetch under way
};

}  // namespace sinetti::ingress
