#include "store/memory_backend.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::store;

TEST_SUITE("store.memory_backend")
{
    TEST_CASE("a batch is durable when its callback comes, in order, and not before")
    {
        MemoryBackend backend;
        backend.set_delayed(true);
        int durable = 0;
        backend.commit({{RecordId{1}, base::Bytes{1}}, {RecordId{2}, base::Bytes{2}}}, [&](auto result) { durable += result.has_value() ? 1 : 100; });
        backend.commit({{RecordId{1}, std::nullopt}}, [&](auto result) { durable += result.has_value() ? 1 : 100; });
        CHECK(durable == 0);
        CHECK(backend.records().empty());
        CHECK(backend.deliver_one());
        CHECK(durable == 1);
        CHECK(backend.records().size() == 2);
        CHECK(backend.deliver_one());
        CHECK(backend.records().size() == 1);
        CHECK_FALSE(backend.deliver_one());
    }

    TEST_CASE("a failed batch changes nothing")
    {
        MemoryBackend backend;
        backend.fail_with(BackendError::full);
        std::optional<BackendError> error;
        backend.commit({{RecordId{1}, base::Bytes{1}}}, [&](auto result) { error = result.error(); });
        CHECK(error == BackendError::full);
        CHECK(backend.records().empty());
        backend.fail_with(std::nullopt);
        backend.load([&](auto records) { CHECK(records->empty()); });
        backend.commit({{RecordId{1}, base::Bytes{1}}}, [](auto) {});
        backend.wipe([](auto) {});
        CHECK(backend.records().empty());
    }
}
