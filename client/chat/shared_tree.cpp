#include "chat/shared_tree.h"

#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kTreeVersion = 1;
constexpr std::string_view kTreeExporterLabel = "sinetti tree v1";
constexpr std::size_t kTreeSecretSize = 32;

// Named after the first of its tags, which both sides know.
Channel tree_channel(ChannelKind kind, SenderSecret&& secret)
{
    Channel channel;
    channel.kind = kind;
    channel.owner = base::to_hex(cell_tag(secret, 0));
    channel.secret = std::move(secret);
    return channel;
}

codec::Result<SenderSecret> read_start(codec::Reader& reader)
{
    if (TRY(reader.u16()) != kTreeVersion) return base::Unexpected(codec::Error::bad_value);
    SenderSecret secret(TRY(reader.secret(kTreeSecretSize)));
    if (secret.size() != kTreeSecretSize) return base::Unexpected(codec::Error::bad_value);
    return secret;
}

codec::Result<SharedTree> read_shared(codec::Reader& reader)
{
    auto secret = TRY(read_start(reader));
    SharedTree tree(std::move(secret), TRY(reader.u32()));
    tree.counter = TRY(reader.u64());
    tree.channel.window = TRY(CellWindow::read(reader));
    TRY(reader.finish());
    tree.changed = false;
    return tree;
}

codec::Result<AwaitedTree> read_awaited(codec::Reader& reader)
{
    auto secret = TRY(read_start(reader));
    auto window = TRY(CellWindow::read(reader));
    ReceivedInvitation received;
    received.device = TRY(reader.array<32>());
    received.board = TRY(reader.u32());
    received.position = TRY(reader.u64());
    auto invitation = Invitation::parse(TRY(reader.secret(kPayloadMax)).view());
    TRY(reader.finish());
    if (!invitation) return base::Unexpected(codec::Error::bad_value);
    received.invitation = std::move(*invitation);
    AwaitedTree tree(std::move(secret), std::move(received));
    tree.channel.window = std::move(window);
    tree.changed = false;
    return tree;
}

}  // namespace

void choose_welcome_tree(mls::CommitRequest& request)
{
    request.welcome_tree = request.add.size() < kTreeSharersMin ? mls::RatchetTreeExtension::included : mls::RatchetTreeExtension::left_out;
}

bool fits(const mls::CommitOutput& output)
{
    return (!output.welcome || output.welcome->size() <= kWelcomeSizeMax) && (!output.ratchet_tree || output.ratchet_tree->size() <= kPayloadMax);
}

SenderSecret tree_secret(const mls::Group& group)
{
    auto exported = group.export_secret(kTreeExporterLabel, {}, kTreeSecretSize);
    CHECK_INVARIANT(exported.has_value());
    return SenderSecret(std::move(*exported));
}

mls::Result<SenderSecret> tree_secret(base::ByteView welcome, const mls::KeyPackagePrivate& key_package)
{
    return SenderSecret(TRY(mls::Group::export_from_welcome(welcome, key_package, kTreeExporterLabel, {}, kTreeSecretSize)));
}

SharedTree::SharedTree(SenderSecret&& secret, std::uint32_t on_board)
    : channel(tree_channel(ChannelKind::tree_outgoing, std::move(secret))), board(on_board), lane{{LaneKind::tree, channel.owner}, {}}
{
}

std::optional<SharedTree> SharedTree::parse(base::ByteView record)
{
    codec::Reader reader(record);
    auto tree = read_shared(reader);
    if (!tree) return std::nullopt;
    return std::move(*tree);
}

void SharedTree::take_counters(std::size_t count, std::vector<std::uint64_t>& counters)
{
    for (std::size_t i = 0; i < count; ++i) counters.push_back(counter++);
    changed = true;
}

void SharedTree::persist(Effects& effects)
{
    if (!std::exchange(changed, false)) return;
    codec::SecretWriter writer;
    writer.u16(kTreeVersion).opaque(channel.secret.view()).u32(board).u64(counter);
    channel.window.write(writer);
    effects.put(std::string(kSharedTreePrefix) + name(), writer.view());
}

AwaitedTree::AwaitedTree(SenderSecret&& secret, ReceivedInvitation&& invitation)
    : channel(tree_channel(ChannelKind::tree_incoming, std::move(secret))), received(std::move(invitation))
{
}

std::optional<AwaitedTree> AwaitedTree::parse(base::ByteView record)
{
    codec::Reader reader(record);
    auto tree = read_awaited(reader);
    if (!tree) return std::nullopt;
    return std::move(*tree);
}

void AwaitedTree::persist(Effects& effects)
{
    if (!std::exchange(changed, false)) return;
    codec::SecretWriter writer;
    writer.u16(kTreeVersion).opaque(channel.secret.view());
    channel.window.write(writer);
    writer.raw(received.device).u32(received.board).u64(received.position).opaque(received.invitation.serialize().view());
    effects.put(std::string(kAwaitedTreePrefix) + name(), writer.view());
}

}  // namespace sinetti::chat
