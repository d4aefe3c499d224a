#include "tests/support/mls_state.h"

#include "tests/support/mls_inside.h"

namespace sinetti::tests {

namespace {

using namespace sinetti::mls;

class Collected final : public StateSink {
public:
    void put(std::string_view name, base::SecretBytes&& record) override
    {
        records.insert_or_assign(std::string(name), base::to_bytes(record.view()));
        changed = true;
    }
    void erase(std::string_view) override { changed = true; }

    std::map<std::string, Bytes> records;
    bool changed = false;
};

}  // namespace

std::map<std::string, Bytes> whole_state(Group& group)
{
    Collected sink;
    group.flush(sink);
    CHECK_INVARIANT(!sink.changed);

    auto& state = state_of(group);
    state.dirty.epoch = true;
    state.dirty.tree = chunks_of(state.epoch.tree);
    state.dirty.pending = state.pending.has_value();
    for (const auto& [ref, proposal] : state.proposals) state.dirty.proposals.insert(ref);
    for (auto& past : state.past) past.stored = false;
    group.flush(sink);
    for (const auto& past : state.past)
        sink.records.insert_or_assign("messages/" + std::to_string(past.epoch.value()), base::to_bytes(past.messages.serialize().view()));
    sink.records.insert_or_assign("messages", base::to_bytes(state.messages.serialize().view()));
    return std::move(sink.records);
}

}  // namespace sinetti::tests
