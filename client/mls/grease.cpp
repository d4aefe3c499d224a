#include "mls/grease.h"

namespace sinetti::mls {

namespace {

std::uint16_t random_grease(base::Random& random)
{
    return grease_value(static_cast<std::size_t>(random.below(kGreaseValues)));
}

// "Extensions included in the extensions or leaf_node.extensions fields MUST be included in the leaf_node.capabilities field" (§10).
void add_extension(Extensions& extensions, Capabilities& capabilities, std::size_t size, base::Random& random)
{
    Extension extension{static_cast<ExtensionType>(random_grease(random)), Bytes(size)};
    random.fill(extension.data);
    capabilities.extensions.push_back(extension.type);
    if (!find_extension(extensions, extension.type)) extensions.push_back(std::move(extension));
}

}  // namespace

void add_grease(LeafNode& leaf, base::Random& random)
{
    auto& capabilities = leaf.capabilities;
    capabilities.cipher_suites.push_back(random_grease(random));
    capabilities.proposals.push_back(static_cast<ProposalType>(random_grease(random)));
    capabilities.credentials.push_back(static_cast<CredentialType>(random_grease(random)));
    add_extension(leaf.extensions, capabilities, 0, random);
}

void add_grease(KeyPackage& key_package, base::Random& random)
{
    add_grease(key_package.leaf_node, random);
    add_extension(key_package.extensions, key_package.leaf_node.capabilities, static_cast<std::size_t>(random.below(kGreaseDataMax + 1)), random);
}

Extension grease_extension_for(ByteView confirmation_tag)
{
    CHECK_INVARIANT(confirmation_tag.size() > kGreaseDataMax);
    const auto data = confirmation_tag.subspan(1, confirmation_tag[0] % (kGreaseDataMax + 1));
    return {static_cast<ExtensionType>(grease_value(confirmation_tag[0])), base::to_bytes(data)};
}

}  // namespace sinetti::mls
