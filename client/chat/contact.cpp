#include "chat/contact.h"

#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

std::string contact_record_name(const Contact& contact) { return "contact/" + contact.lane.name.owner; }

std::unique_ptr<Channel> make_channel(ChannelKind kind, const std::string& owner, SenderSecret&& secret)
{
    auto channel = std::make_unique<Channel>();
    channel->kind = kind;
    channel->owner = owner;
    channel->secret = std::move(secret);
    return channel;
}

}  // namespace

std::unique_ptr<Contact> Contact::create(const Account& account, const directory::Device& device, TagTable& tags)
{
    const auto& own = account.device.public_key();
    auto incoming = first_contact_sender_secret(account.contact, device.contact_public_key, device.public_key, own);
    auto outgoing = first_contact_sender_secret(account.contact, device.contact_public_key, own, device.public_key);
    if (!incoming || !outgoing) return nullptr;
    auto contact = std::make_unique<Contact>();
    const auto owner = base::to_hex(device.public_key);
    contact->device = device.public_key;
    contact->identity = device.identity_public_key;
    contact->contact_public_key = device.contact_public_key;
    contact->lane.name = {LaneKind::contact, owner};
    contact->incoming = make_channel(ChannelKind::contact_incoming, owner, std::move(*incoming));
    contact->outgoing = make_channel(ChannelKind::contact_outgoing, owner, std::move(*outgoing));
    tags.watch(*contact->incoming);
    return contact;
}

bool Contact::load(const store::Records& records, TagTable& tags)
{
    const auto record = records.find(contact_record_name(*this));
    if (record == records.end()) return true;
    codec::Reader reader(record->second.view());
    const auto counter = reader.u64();
    auto incoming_window = CellWindow::read(reader);
    auto outgoing_window = CellWindow::read(reader);
    if (!counter || !incoming_window || !outgoing_window || !reader.empty()) return false;
    tags.unwatch(*incoming);
    outgoing_counter = *counter;
    incoming->window = std::move(*incoming_window);
    outgoing->window = std::move(*outgoing_window);
    tags.watch(*incoming);
    if (outgoing_counter > 0) tags.watch(*outgoing);
    return true;
}

void Contact::take_counters(std::size_t count, std::vector<std::uint64_t>& counters, TagTable& tags)
{
    if (outgoing_counter == 0) tags.watch(*outgoing);
    for (std::size_t i = 0; i < count; ++i) counters.push_back(outgoing_counter++);
    changed = true;
}

void Contact::persist(Effects& effects)
{
    if (!std::exchange(changed, false)) return;
    codec::SecretWriter writer;
    writer.u64(outgoing_counter);
    incoming->window.write(writer);
    outgoing->window.write(writer);
    effects.put(contact_record_name(*this), writer.view());
}

}  // namespace sinetti::chat
