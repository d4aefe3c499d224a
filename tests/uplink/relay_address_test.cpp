#include "uplink/relay_address.h"

#include <doctest/doctest.h>

using namespace sinetti::uplink;

TEST_SUITE("uplink.relay_address")
{
    TEST_CASE("the address before a link's fragment says host, port and whether there is TLS")
    {
        CHECK(parse_relay_address("http://localhost:8080/") == RelayAddress{false, "localhost", 8080});
        CHECK(parse_relay_address("https://sinetti.example.fi") == RelayAddress{true, "sinetti.example.fi", 443});
        CHECK(parse_relay_address("ws://10.0.0.1") == RelayAddress{false, "10.0.0.1", 80});
        CHECK(parse_relay_address("wss://[::1]:8443/ws?x#y") == RelayAddress{true, "::1", 8443});
    }

    TEST_CASE("url() leads back to the same address, without the scheme's own port")
    {
        for (const auto* text : {"http://localhost:8080", "https://sinetti.example.fi", "http://[fe80::1]:81", "https://[::1]"}) {
            const auto address = parse_relay_address(text);
            REQUIRE(address.has_value());
            CHECK(address->url() == text);
            CHECK(parse_relay_address(address->url()) == *address);
        }
    }

    TEST_CASE("what is no address of a relay is none")
    {
        for (const auto* text : {"", "localhost", "ftp://a", "http://", "http://a:", "http://a:0", "http://a:65536", "http://a:8x", "http://a b", "http://[::1", "http://[]:1",
                                 "http://[a]", "https://user@host", "http://a\r\nX: y", "http://a:80:80"})
            CHECK_MESSAGE(!parse_relay_address(text), text);
    }
}
