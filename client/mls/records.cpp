#include "mls/records.h"

#include <charconv>

namespace sinetti::mls::records {

std::string secret_prefix(Epoch epoch)
{
    return "secret/" + std::to_string(epoch.value()) + "/";
}

std::string ratchet_prefix(Epoch epoch)
{
    return "ratchet/" + std::to_string(epoch.value()) + "/";
}

std::string secret(Epoch epoch, NodeIndex node)
{
    return secret_prefix(epoch) + std::to_string(node.value());
}

std::string ratchet(Epoch epoch, LeafIndex leaf)
{
    return ratchet_prefix(epoch) + std::to_string(leaf.value());
}

std::string past(Epoch epoch)
{
    return "past/" + std::to_string(epoch.value());
}

std::string tree_chunk(std::uint32_t chunk)
{
    return std::string(kTree) + "/" + std::to_string(chunk);
}

std::string proposal(ByteView ref)
{
    return std::string(kProposalPrefix) + base::to_hex(ref);
}

std::optional<std::uint32_t> index_of(std::string_view name, std::string_view prefix)
{
    if (!name.starts_with(prefix)) return std::nullopt;
    name.remove_prefix(prefix.size());
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return value;
}

}  // namespace sinetti::mls::records
