#include "relay/admissions.h"

#include <doctest/doctest.h>
#include <vector>

using namespace sinetti;
using relay::Admissions;
using relay::AddressSet;

namespace {

boost::asio::ip::address at(const char* address) { return boost::asio::ip::make_address(address); }

}  // namespace

TEST_SUITE_BEGIN("relay.admissions");

TEST_CASE("each address has so many, all together have so many, and a ticket that goes gives its place back")
{
    Admissions admissions(5, 2, *AddressSet::parse("none"));
    std::vector<Admissions::Ticket> tickets;
    const auto admit = [&](const char* address) {
        auto ticket = admissions.admit(at(address));
        if (ticket) tickets.push_back(std::move(*ticket));
        return ticket.has_value();
    };
    CHECK(admit("192.0.2.1"));
    CHECK(admit("::ffff:192.0.2.1"));   // the same one
    CHECK_FALSE(admit("192.0.2.1"));
    CHECK(admit("2001:db8::1"));
    CHECK(admit("2001:db8::2:0:0:1"));  // the same network
    CHECK_FALSE(admit("2001:db8::3"));
    CHECK(admit("2001:db8:0:1::1"));
    CHECK(admissions.refused_by_address() == 2);
    CHECK(admissions.refused() == 0);
    CHECK_FALSE(admit("198.51.100.1"));
    CHECK(admissions.refused() == 1);
    CHECK(admissions.count() == 5);
    tickets.pop_back();
    CHECK_FALSE(admit("192.0.2.1"));
    CHECK(admit("198.51.100.1"));
    tickets.clear();
    CHECK(admissions.count() == 0);
    CHECK(admit("192.0.2.1"));
}

TEST_CASE("trusted addresses are counted together only, and 0 is no limit by address")
{
    for (const auto& [limit, trusted] : {std::pair(std::size_t{1}, "192.0.2.0/24"), {std::size_t{0}, "none"}}) {
        Admissions admissions(3, limit, *AddressSet::parse(trusted));
        std::vector<Admissions::Ticket> tickets;
        for (int i = 0; i < 3; ++i) {
            auto ticket = admissions.admit(at("192.0.2.1"));
            REQUIRE(ticket.has_value());
            tickets.push_back(std::move(*ticket));
        }
        CHECK_FALSE(admissions.admit(at("192.0.2.1")));
    }
}

TEST_SUITE_END();
