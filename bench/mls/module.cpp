// Our side of bench/mls: the steps of the procedure as functions that a page or Node calls and times. One bench at a time. A step
// returns 0, or the mls::Error that stopped it. What is larger than a number lies in the module's memory at bench_buffer().

#include "bench/operations.h"
#include "mls/group.h"
#include "store/record_sealer.h"

#include <cstdio>
#include <malloc.h>
#include <map>

using namespace sinetti;
using namespace sinetti::mls;

namespace {

base::SystemRandom g_random;

// Sealed as the client's store seals them; a backend would write the same bytes.
class SealedRecords final : public StateSink {
public:
    void put(std::string_view name, base::SecretBytes&& record) override { write(m_sealer.seal(name, record.view(), g_random)); }
    void erase(std::string_view name) override { write(m_sealer.erase(name)); }
    const store::RecordSealer& sealer() const { return m_sealer; }
    std::map<store::RecordId, Bytes> records;

private:
    void write(store::Write&& write)
    {
        if (write.value)
            records.insert_or_assign(write.id, std::move(*write.value));
        else
            records.erase(write.id);
    }
    store::RecordSealer m_sealer{store::MasterKey(base::SecretBytes(32))};
};

class OpenedRecords final : public StateSource {
public:
    explicit OpenedRecords(const store::Records& records) : m_records(records) {}
    std::optional<base::SecretBytes> get(std::string_view name) const override
    {
        const auto found = m_records.find(name);
        if (found == m_records.end()) return std::nullopt;
        return found->second.clone();
    }
    std::vector<std::string> names() const override
    {
        std::vector<std::string> names;
        for (const auto& [name, record] : m_records) names.push_back(name);
        return names;
    }

private:
    const store::Records& m_records;
};

struct Bench {
    std::optional<Group> alice;
    std::optional<Group> bob;
    std::optional<Group> newcomer;
    std::optional<KeyPackagePrivate> last;
    CommitRequest request;
    std::optional<CommitOutput> output;
    std::vector<Bytes> messages;
    SealedRecords stored;
    std::vector<store::StoredRecord> imported;
    bench::Operations operations;   // of the last step
    Bytes buffer;
};

CipherSuite g_suite = CipherSuite::x25519_chacha20poly1305_sha256_ed25519();
Bench g_bench;

// Of a form, and with capabilities, that Wire's clients take.
LeafNodeIdentity identity(unsigned number)
{
    char name[96];
    std::snprintf(name, sizeof name, "5151a1ea-0000-4000-8000-%012x:%x@sinetti.example", number, number + 1);
    LeafNodeIdentity identity{Credential::basic(base::view_of(name)), crypto::SignaturePrivateKey::generate(g_random)};
    identity.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
    return identity;
}

KeyPackagePrivate key_package(unsigned number, std::uint64_t now = 0)
{
    constexpr std::uint64_t kMonth = 27 * 24 * 3600;
    const auto lifetime = now == 0 ? Lifetime{} : Lifetime{UnixSeconds{now - 3600}, UnixSeconds{now + kMonth}};
    return KeyPackagePrivate::generate(g_suite, identity(number), lifetime, g_random);
}

template<typename F>
int step(F&& work)
{
    const auto before = bench::operations();
    const Result<void> result = work();
    g_bench.operations = bench::operations() - before;
    return result ? 0 : static_cast<int>(result.error());
}

Result<void> make_commit(const CommitRequest& request)
{
    g_bench.output = TRY(g_bench.alice->commit(request, g_random));
    return g_bench.alice->merge_pending();
}

Result<void> follow_commit()
{
    auto processed = TRY(g_bench.bob->process(g_bench.output->commit));
    auto* staged = std::get_if<StagedCommit>(&processed);
    if (!staged) return base::Unexpected(mls::Error::malformed);
    return g_bench.bob->merge(std::move(*staged));
}

void append_sized(Bytes& out, ByteView bytes)
{
    for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(bytes.size() >> shift));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

extern "C" {

int bench_set_suite(unsigned id)
{
    const auto suite = CipherSuite::from_id(static_cast<std::uint16_t>(id));
    if (!suite) return static_cast<int>(mls::Error::unsupported_suite);
    g_suite = *suite;
    return 0;
}

const std::uint8_t* bench_buffer() { return g_bench.buffer.data(); }
unsigned bench_buffer_size() { return static_cast<unsigned>(g_bench.buffer.size()); }
unsigned bench_commit_size() { return g_bench.output ? static_cast<unsigned>(g_bench.output->commit.size()) : 0; }
unsigned bench_welcome_size() { return g_bench.output && g_bench.output->welcome ? static_cast<unsigned>(g_bench.output->welcome->size()) : 0; }

// Of the last step: how often an operation ran, and what all of them take by themselves.
unsigned bench_operation_count(unsigned operation) { return static_cast<unsigned>(g_bench.operations.counts.at(operation)); }
double bench_floor() { return bench::milliseconds_alone(g_bench.operations); }

// Key packages for the peers' groups: each a u32 (little-endian) length and an MLSMessage.
void bench_make_key_packages(unsigned count, double now)
{
    g_bench.buffer.clear();
    for (unsigned i = 0; i < count; ++i) append_sized(g_bench.buffer, key_package(i, static_cast<std::uint64_t>(now)).key_package.serialize());
}

// A group of alice and bob, and the key packages of `members` newcomers.
int bench_prepare(unsigned members)
{
    g_bench = Bench{};
    return step([&]() -> Result<void> {
        g_bench.alice = TRY(Group::create(g_suite, Bytes(32, 1), identity(members + 1), g_random));
        const auto bob = key_package(members + 2);
        CommitRequest request;
        request.add.push_back(bob.key_package);
        TRY(make_commit(request));
        g_bench.bob = TRY(Group::join(*g_bench.output->welcome, bob, g_random));
        g_bench.last = key_package(members);
        for (unsigned i = 0; i + 1 < members; ++i) g_bench.request.add.push_back(key_package(i).key_package);
        if (members > 0) g_bench.request.add.push_back(g_bench.last->key_package);
        return {};
    });
}

int bench_add() { return step([] { return make_commit(g_bench.request); }); }
int bench_join()
{
    return step([]() -> Result<void> {
        g_bench.newcomer = TRY(Group::join(*g_bench.output->welcome, *g_bench.last, g_random));
        return {};
    });
}
int bench_process_commit() { return step(follow_commit); }
int bench_self_commit() { return step([] { return make_commit({}); }); }

// 200 bytes each, sealed into the store after each, as the client does.
int bench_encrypt(unsigned count)
{
    const Bytes text(200, 'x');
    g_bench.messages.clear();
    return step([&]() -> Result<void> {
        for (unsigned i = 0; i < count; ++i) {
            g_bench.messages.push_back(TRY(g_bench.alice->encrypt(text, {}, g_random)));
            g_bench.alice->flush(g_bench.stored);
        }
        return {};
    });
}
int bench_decrypt()
{
    return step([]() -> Result<void> {
        for (const auto& message : g_bench.messages) {
            TRY(g_bench.bob->process(message));
            g_bench.bob->flush(g_bench.stored);
        }
        return {};
    });
}
unsigned bench_message_size() { return g_bench.messages.empty() ? 0 : static_cast<unsigned>(g_bench.messages.front().size()); }

// The sealed records of bob's group, into the buffer: each an id of 32 bytes, a u32 length and the value.
void bench_export_records()
{
    SealedRecords records;
    g_bench.bob->flush(records);
    g_bench.buffer.clear();
    for (const auto& [id, value] : records.records) {
        g_bench.buffer.insert(g_bench.buffer.end(), id.begin(), id.end());
        append_sized(g_bench.buffer, value);
    }
}
std::uint8_t* bench_reserve(unsigned size)
{
    g_bench.buffer.assign(size, 0);
    return g_bench.buffer.data();
}
// Takes the buffer apart into records, as a backend would hand them over.
void bench_import_records()
{
    const auto& bytes = g_bench.buffer;
    for (std::size_t at = 0; at + 36 <= bytes.size();) {
        store::StoredRecord record;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 32, record.id.begin());
        std::size_t size = 0;
        for (unsigned i = 0; i < 4; ++i) size |= std::size_t{bytes[at + 32 + i]} << (8 * i);
        at += 36;
        if (size > bytes.size() - at) break;
        record.value = base::to_bytes(ByteView(bytes).subspan(at, size));
        at += size;
        g_bench.imported.push_back(std::move(record));
    }
    Bytes().swap(g_bench.buffer);
}
// Opens every record and loads the group from them; the records are let go of.
int bench_load()
{
    return step([]() -> Result<void> {
        auto opened = TRY_OR(store::open_records(g_bench.stored.sealer(), g_bench.imported), mls::Error::bad_record);
        std::vector<store::StoredRecord>().swap(g_bench.imported);
        g_bench.newcomer = TRY(Group::load(OpenedRecords(opened)));
        return {};
    });
}
unsigned bench_members() { return g_bench.newcomer ? static_cast<unsigned>(g_bench.newcomer->members().size()) : 0; }
unsigned bench_heap_in_use() { return static_cast<unsigned>(mallinfo().uordblks); }
unsigned bench_memory_size() { return static_cast<unsigned>(__builtin_wasm_memory_size(0) * 65536); }

}  // extern "C"
