#include "archive/segment.h"
#include "chat/archive_contents.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::chat;

namespace {

// What stands inside a segment of the archive that is rightly sealed; and a segment that is not.
void run(base::ByteView input)
{
    (void)parse_archive(input);
    static const archive::HistoryKey key(base::ByteView(base::Bytes(32, 1)));
    (void)archive::open_segment(key, {}, input);
}

std::vector<base::Bytes> seeds()
{
    ArchiveWriter writer(archive::kContentsMax);
    ArchivedConversation conversation;
    conversation.title = "Ryhmä";
    api::Message message;
    message.text = "hyvää päivää 🦭";
    for (std::uint8_t which = 0; which < 3; ++which) {
        conversation.group_id.fill(which);
        writer.begin(ArchivedConversation(conversation));
        CHECK_INVARIANT(writer.add(message) && writer.add(message));
    }
    const auto contents = std::move(writer).take();
    return {base::to_bytes(contents.view()), base::to_bytes(ArchiveWriter(100).take().view())};
}

const fuzz::Target kTarget("chat_archive", run, seeds);

}  // namespace
