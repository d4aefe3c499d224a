#include "tests/fuzz/mls_world.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::fuzz;

namespace {

const Records& stored()
{
    static const Records made = [] {
        base::SeededRandom random(1);
        auto group = make_live_group(random);
        CHECK_INVARIANT(group.alice.encrypt(base::view_of("hei"), {}, random).has_value());
        CommitRequest request;
        request.remove.push_back(LeafIndex(1));
        CHECK_INVARIANT(group.alice.commit({}, random).has_value() && group.alice.merge_pending().has_value());
        CHECK_INVARIANT(group.alice.propose_update(random).has_value() && group.alice.commit(request, random).has_value());
        Records records;
        group.alice.flush(records);
        return records;
    }();
    return made;
}

// One stored record, the one the first byte names, holds the input instead. The group loads or says that its record is bad.
void run(base::ByteView input)
{
    if (input.empty()) return;
    (void)KeyPackagePrivate::parse(input.subspan(1));
    Records records = stored();
    auto chosen = records.records.begin();
    std::advance(chosen, input[0] % records.records.size());
    chosen->second = base::to_bytes(input.subspan(1));
    auto group = Group::load(records);
    if (!group) return;
    base::SeededRandom random(2);
    (void)group->members();
    (void)group->export_secret("label", {}, 32);
    (void)group->encrypt(base::view_of("hei"), {}, random);
    if (group->merge_pending()) {
        (void)group->commit({}, random);
        (void)group->merge_pending();
        (void)group->encrypt(base::view_of("hei"), {}, random);
    }
    (void)group->commit({}, random);
    group->flush(records);
}

std::vector<base::Bytes> seeds()
{
    std::vector<base::Bytes> list;
    std::uint8_t number = 0;
    for (const auto& [name, record] : stored().records) {
        base::Bytes bytes{number++};
        bytes.insert(bytes.end(), record.begin(), record.end());
        list.push_back(std::move(bytes));
    }
    base::Bytes key_package{0};
    const auto record = person(0).serialize();
    key_package.insert(key_package.end(), record.view().begin(), record.view().end());
    list.push_back(std::move(key_package));
    return list;
}

const fuzz::Target kTarget("mls_record", run, seeds);

}  // namespace
