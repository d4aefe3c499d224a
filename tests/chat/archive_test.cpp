#include "chat/archive_contents.h"

#include "archive/segment.h"
#include "chat/message_record.h"
#include "codec/writer.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

api::Message message(const std::string& id, const std::string& text, std::uint64_t order = 7)
{
    api::Message message;
    message.id = id;
    message.sender = std::string(64, 'a');
    message.text = text;
    message.sent_ms = 1'700'000'000'000;
    message.order = order;
    return message;
}

ArchivedConversation conversation(std::uint8_t which)
{
    ArchivedConversation conversation;
    conversation.group_id.fill(which);
    conversation.board = 1;
    conversation.title = "Valmius";
    return conversation;
}

base::SecretBytes two_conversations()
{
    ArchiveWriter writer(archive::kContentsMax);
    writer.begin(conversation(1));
    REQUIRE(writer.add(message("a", "hyvää päivää")));
    REQUIRE(writer.add(message("b", "")));
    writer.begin(conversation(2));   // nothing of it: it leaves no trace
    writer.begin(conversation(3));
    REQUIRE(writer.add(message("c", "kolme")));
    return std::move(writer).take();
}

bool is_refused(const api::Message& unfit)
{
    ArchiveWriter writer(archive::kContentsMax);
    writer.begin(conversation(1));
    REQUIRE(writer.add(unfit));
    return !parse_archive(std::move(writer).take().view()).has_value();
}

}  // namespace

TEST_SUITE_BEGIN("chat.archive");

TEST_CASE("what is written into the archive is read again, conversation by conversation")
{
    const auto contents = two_conversations();
    const auto parsed = parse_archive(contents.view());
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->size() == 2);
    CHECK((*parsed)[0].group_id == conversation(1).group_id);
    CHECK((*parsed)[0].title == "Valmius");
    REQUIRE((*parsed)[0].messages.size() == 2);
    CHECK((*parsed)[0].messages[0].text == "hyvää päivää");
    CHECK((*parsed)[0].messages[0].sent_ms == 1'700'000'000'000);
    CHECK((*parsed)[1].group_id == conversation(3).group_id);
    CHECK((*parsed)[1].messages[0].id == "c");
    CHECK(parse_archive(ArchiveWriter(100).take().view())->empty());
}

TEST_CASE("the archive cut at any byte, longer, or of another version is refused")
{
    const auto contents = two_conversations();
    for (std::size_t size = 0; size < contents.view().size(); ++size) CHECK_FALSE(parse_archive(contents.view().first(size)).has_value());
    auto bytes = base::to_bytes(contents.view());
    bytes.push_back(0);
    CHECK_FALSE(parse_archive(bytes).has_value());
    bytes.pop_back();
    bytes[0] = 2;
    CHECK_FALSE(parse_archive(bytes).has_value());
}

TEST_CASE("a message that no device would leave in the archive is refused with all of it")
{
    auto waiting = message("a", "x");
    waiting.delivery = api::Delivery::waiting;
    CHECK(is_refused(waiting));
    CHECK(is_refused(message("a", "x", kWaitingOrder)));
    auto unreadable = message("a", "x");
    unreadable.kind = api::MessageKind::unreadable;
    CHECK(is_refused(unreadable));
    auto removed = message("a", "x");
    removed.kind = api::MessageKind::removed_us;
    CHECK(is_refused(removed));
}

TEST_CASE("a conversation that is begun again goes on, and takes no more room than if its messages had come together")
{
    ArchiveWriter together(archive::kContentsMax), in_turns(archive::kContentsMax);
    for (std::uint8_t which = 1; which <= 2; ++which) {
        together.begin(conversation(which));
        for (int i = 0; i < 3; ++i) REQUIRE(together.add(message(std::to_string(which) + "-" + std::to_string(i), "x")));
    }
    for (int i = 0; i < 3; ++i)
        for (std::uint8_t which = 2; which >= 1; --which) {
            in_turns.begin(conversation(which));
            REQUIRE(in_turns.add(message(std::to_string(which) + "-" + std::to_string(i), "x")));
        }
    CHECK(std::move(in_turns).take() == std::move(together).take());
}

TEST_CASE("a segment is never filled beyond its size")
{
    for (const std::size_t size_max : {std::size_t{300}, std::size_t{5000}, archive::kContentsMax}) {
        ArchiveWriter writer(size_max);
        std::size_t added = 0;
        for (std::uint8_t which = 1; which < 100; ++which) {
            writer.begin(conversation(which));
            for (int i = 0; i < 20 && writer.add(message(std::to_string(which) + "-" + std::to_string(i), std::string(200, 'x'))); ++i) ++added;
        }
        const auto contents = std::move(writer).take();
        CHECK(contents.view().size() <= size_max);
        std::size_t found = 0;
        const auto parsed = parse_archive(contents.view());
        REQUIRE(parsed.has_value());
        for (const auto& archived : *parsed) found += archived.messages.size();
        CHECK(found == added);
    }
}

TEST_SUITE_END();
