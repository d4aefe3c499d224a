#include "base/utf8.h"

#include <doctest/doctest.h>

using namespace sinetti::base;

TEST_SUITE("base.utf8")
{
    TEST_CASE("malformed UTF-8 comes out as one replacement character a byte")
    {
        CHECK(code_point_at("\xC3\xA4", 0).value == 0xE4);
        CHECK(code_point_at("\xF0\x9F\x91\x8D", 0).value == 0x1F44D);
        for (const std::string_view bad : {"\x80", "\xC0\xAF", "\xE2\x82", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC3"}) {
            CAPTURE(bad);
            CHECK(code_point_at(bad, 0).value == 0xFFFD);
            CHECK(code_point_at(bad, 0).size == 1);
        }
        CHECK(code_point_at("", 0).size == 0);
        CHECK(code_point_at("ä", 1).value == 0xfffd);
        CHECK(code_point_at("ä", 2).size == 0);
    }
}
