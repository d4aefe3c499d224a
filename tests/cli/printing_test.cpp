#include "cli/printing.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sinetti;
using namespace sinetti::cli;

namespace {

api::Message message(std::string text)
{
    api::Message one;
    one.id = "11";
    one.sender = "aa";
    one.text = std::move(text);
    one.sent_ms = 1'795'391'089'000;
    one.order = 7;
    return one;
}

bool is_safe(const std::string& text)
{
    return std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; });
}

}  // namespace

TEST_SUITE("cli.printing")
{
    TEST_CASE("no byte of a control character reaches the terminal, in text or in JSON")
    {
        const Names names{{"aa", "Aino\x1b[2J"}};
        for (int c = 0; c < 0x20; ++c) {
            const auto evil = message(std::string("a") + static_cast<char>(c) + "[31mb");
            for (const auto format : {Format::text, Format::json}) CHECK(is_safe(cli::format(evil, nullptr, names, true, format)));
        }
        for (const std::string evil : {"\x7f", "\xc2\x9b" "31m", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\xa8", "\xd8\x9c", "\xff", "\xc2"}) {
            CHECK(printable(evil).find(evil) == std::string::npos);
            CHECK(printable_lines(evil).find(evil) == std::string::npos);
        }
        CHECK(printable("\x1b[31m") == "\\u{1b}[31m");
        CHECK(printable("\xff") == "\\x{ff}");
    }

    TEST_CASE("letters of every language and emoji stay as they are")
    {
        for (const std::string text : {"Hyvää yötä, Åland", "Привет", "漢字", "👍🏽", "👩‍👩‍👧", "e\xcc\x81"}) CHECK(printable(text) == text);
    }

    TEST_CASE("a second line does not pass for another message")
    {
        const auto text = format(message("ensin\n2026-11-26T10:00:00Z  Bertta: väärä"), nullptr, {{"aa", "Aino"}}, false, Format::text);
        CHECK(text == "2026-11-22T23:44:49Z  Aino: ensin\n    2026-11-26T10:00:00Z  Bertta: väärä");
        CHECK(printable("a\nb") == "a\\u{a}b");
    }

    TEST_CASE("a board is a line that says how it is used, and whether an administrator has signed it")
    {
        CHECK(format(api::Board{.number = 2, .name = "Ministerit\x1b", .level = api::Level::mixed, .post_quantum = false, .retention_days = 0, .is_signed = true}, Format::text) ==
              "2  Ministerit\\u{1b}  mixed, classical, kept for ever");
        CHECK(format(api::Board{.number = 1, .retention_days = 30}, Format::text) == "1  (no name)  prompt, post-quantum, kept 30 days  [no administrator has signed this]");
        CHECK(format(api::Board{.number = 3, .name = "x", .retention_days = 7, .waiting = true}, Format::text) == "3  x  prompt, post-quantum, kept 7 days  [waits for the relay]");
        CHECK(format(api::Board{.number = 3, .name = "x", .retention_days = 7, .is_signed = true, .closed = true}, Format::text) == "3  x  prompt, post-quantum, kept 7 days  [closed]");
        const auto json = nlohmann::json::parse(format(api::Board{.number = 2, .name = "Ministerit", .level = api::Level::mixed, .retention_days = 7, .is_signed = true}, Format::json));
        CHECK(json.at("board") == 2);
        CHECK(json.at("level") == "mixed");
        CHECK(json.at("suite") == "post-quantum");
        CHECK(json.at("retention_days") == 7);
        CHECK(json.at("signed") == true);
        CHECK(json.at("closed") == false);
    }

    TEST_CASE("a device is a line that says since when, and when it was last there, as exactly as that is known")
    {
        api::Device device{.id = "0123456789abcdef", .name = {}, .created_ms = 0};
        CHECK(format(device, Format::text) == "0123456789ab  (the first device)  since 1970-01-01T00:00:00Z");
        device.name = "Kone\x1b";
        device.seen_ms = 86'400'000 * 3 / 2;
        device.seen_day_only = true;
        CHECK(format(device, Format::text) == "0123456789ab  Kone\\u{1b}  since 1970-01-01T00:00:00Z, last seen 1970-01-02");
        device.seen_day_only = false;
        device.shared = device.revoked = device.here = true;
        CHECK(format(device, Format::text) ==
              "0123456789ab  Kone\\u{1b}  since 1970-01-01T00:00:00Z, last seen 1970-01-02T12:00:00Z  [a shared machine]  [signed out]  [this one]");
        CHECK(format(device, Format::json).find("\"revoked\":true") != std::string::npos);
    }

    TEST_CASE("a JSON line says everything about a message and reads back the same")
    {
        api::ConversationSummary conversation;
        conversation.id = "cc";
        conversation.title = "Ryhmä";
        const auto text = "rivi\n\"toinen\" ää \x1b";
        const auto line = format(message(text), &conversation, {{"aa", "Aino"}}, false, Format::json);
        CHECK(line.find('\n') == std::string::npos);
        const auto json = nlohmann::json::parse(line);
        CHECK(json.at("text").get<std::string>() == text);
        CHECK(json.at("sender_name").get<std::string>() == "Aino");
        CHECK(json.at("conversation").get<std::string>() == "cc");
        CHECK(json.at("title").get<std::string>() == "Ryhmä");
        CHECK(json.at("delivery").get<std::string>() == "received");
        CHECK(json.at("order").get<std::uint64_t>() == 7);
        CHECK(json.at("sent").get<std::string>() == "2026-11-22T23:44:49Z");
    }
}
