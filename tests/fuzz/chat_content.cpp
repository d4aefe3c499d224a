#include "chat/content.h"

#include "chat/account.h"
#include "codec/writer.h"
#include "crypto/hpke.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::chat;

namespace {

const crypto::DhPrivateKey& contact_key()
{
    static const auto key = crypto::DhPrivateKey::from_bytes(base::Bytes(32, 1));
    return key.value();
}
const crypto::SignaturePublicKey kFrom{1};
const crypto::SignaturePublicKey kTo{2};

// What stands inside a message or an invitation that is rightly sealed. There is one encoding of each.
void run(base::ByteView input)
{
    if (const auto content = Content::parse(input)) CHECK_INVARIANT(base::equal(content->serialize().view(), input));
    if (const auto invitation = Invitation::parse(input)) CHECK_INVARIANT(base::equal(invitation->serialize().view(), input));
    (void)open_invitation(input, contact_key(), kFrom, kTo);
    (void)Account::parse(input);
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    std::vector<base::Bytes> list;
    const auto keep = [&](const base::SecretBytes& bytes) { list.push_back(base::to_bytes(bytes.view())); };
    keep(Content{1'700'000'000'000, {1, 256, {}, {}}, wire::SignedHead{0, 13, {4}, {7}}, {}, TextBody{{}, "hyvää päivää 🦭"}}.serialize());
    keep(Content{0, {.board = 1, .position = 256, .head = {}, .signature = wire::Signature{1}}, {}, {}, ProfileBody{"Ryhmä"}}.serialize());
    keep(Content{0, {}, {}, {}, ProfileBody{"Ryhmä"}}.serialize());
    keep(Content{1, {}, {}, {}, UnknownBody{77, {1, 2, 3}}}.serialize());
    keep(Content{1, {}, {}, {Release{7, {1}}, Release{7, {1}}}, ProfileBody{"Ryhmä"}}.serialize());
    keep(Content{1, {}, {}, {Release{7, {1}}, Release{8, {2}}}, ProfileBody{"Ryhmä"}}.serialize());
    const Invitation invitation{api::ConversationKind::group, 1, 256, "Ryhmä", base::Bytes(200, 3)};
    keep(invitation.serialize());
    const auto sealed = seal_invitation(invitation, contact_key().public_key(), kFrom, kTo, random);
    CHECK_INVARIANT(sealed.has_value() && open_invitation(*sealed, contact_key(), kFrom, kTo) == invitation);
    list.push_back(*sealed);
    return list;
}

const fuzz::Target kTarget("chat_content", run, seeds);

}  // namespace
