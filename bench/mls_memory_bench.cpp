// What one group costs a client that starts: the memory of the WebAssembly module and the time, when nothing but the group's
// records is read from the store.
//
//   bench_mls_memory make FILE MEMBERS [SUITE]   a group in which everybody has committed once, so that every node of the tree has a key
//   bench_mls_memory load FILE                   a line of JSON: {"bench":"mls memory","records":…,"record_bytes":…,"load_ms":…,…}
//
// Memory only grows in WebAssembly, so the group is made by another process than the one that is measured, and records are read
// from the file one by one.

#include "base/random.h"
#include "codec/writer.h"
#include "mls/group.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <unistd.h>

#ifdef __EMSCRIPTEN__
#include <emscripten/heap.h>
#endif

using namespace sinetti;
using namespace sinetti::mls;

namespace {

template<typename T>
T must(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "mls error %d\n", static_cast<int>(result.error()));
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

// A file of name<V> value<V>, read where a record is asked for.
class FileRecords final : public StateSource {
public:
    explicit FileRecords(const char* path) : m_file(std::fopen(path, "rb"))
    {
        if (m_file == nullptr) std::exit(1);
        std::uint32_t header[2];
        while (std::fread(header, sizeof header, 1, m_file) == 1) {
            std::string name(header[0], '\0');
            if (std::fread(name.data(), 1, name.size(), m_file) != name.size()) std::exit(1);
            m_index.emplace(std::move(name), Place{std::ftell(m_file), header[1]});
            std::fseek(m_file, static_cast<long>(header[1]), SEEK_CUR);
            bytes += header[1];
        }
    }
    std::optional<base::SecretBytes> get(std::string_view name) const override
    {
        const auto found = m_index.find(name);
        if (found == m_index.end()) return std::nullopt;
        base::SecretBytes record(found->second.size);
        std::fseek(m_file, found->second.offset, SEEK_SET);
        if (std::fread(record.data(), 1, record.size(), m_file) != record.size()) return std::nullopt;
        return record;
    }
    std::vector<std::string> names() const override
    {
        std::vector<std::string> names;
        for (const auto& [name, place] : m_index) names.push_back(name);
        return names;
    }
    std::size_t count() const { return m_index.size(); }
    std::size_t bytes = 0;

private:
    struct Place {
        long offset;
        std::uint32_t size;
    };
    std::FILE* m_file;
    std::map<std::string, Place, std::less<>> m_index;
};

class FileSink final : public StateSink {
public:
    explicit FileSink(const char* path) : m_file(std::fopen(path, "wb")) {}
    ~FileSink() override { std::fclose(m_file); }
    void put(std::string_view name, base::SecretBytes&& record) override
    {
        const std::uint32_t header[2] = {static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(record.size())};
        std::fwrite(header, sizeof header, 1, m_file);
        std::fwrite(name.data(), 1, name.size(), m_file);
        std::fwrite(record.data(), 1, record.size(), m_file);
    }
    void erase(std::string_view) override {}

private:
    std::FILE* m_file;
};

// Each member adds the next one, and goes.
int make(const char* path, std::size_t members, CipherSuite suite)
{
    base::SeededRandom random(1);
    auto group = must(Group::create(suite, Bytes(32, 1), {Credential::basic(base::view_of("member 0")), crypto::SignaturePrivateKey::generate(random)}, random));
    for (std::size_t i = 1; i < members; ++i) {
        const auto name = "member " + std::to_string(i);
        const auto next = generate_key_package(suite, {Credential::basic(base::view_of(name)), crypto::SignaturePrivateKey::generate(random)}, random, {});
        CommitRequest request;
        request.add.push_back(next.key_package);
        const auto output = must(group.commit(request, random));
        must(group.merge_pending());
        group = must(Group::join(*output.welcome, next, random));
    }
    must(group.commit({}, random));
    must(group.merge_pending());
    FileSink sink(path);
    group.flush(sink);
    return 0;
}

struct Memory {
    std::size_t module = 0;   // bytes of WebAssembly memory; natively 0
    std::size_t heap = 0;     // up to the end of the heap

    static Memory now()
    {
        Memory memory;
#ifdef __EMSCRIPTEN__
        memory.module = emscripten_get_heap_size();
#endif
        memory.heap = reinterpret_cast<std::size_t>(sbrk(0));
        return memory;
    }
};

int load(const char* path)
{
    const FileRecords records(path);
    const auto before = Memory::now();
    const auto start = std::chrono::steady_clock::now();
    auto group = must(Group::load(records));
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    const auto after = Memory::now();
    std::printf("{\"bench\":\"mls memory\",\"suite\":%u,\"members\":%zu,\"records\":%zu,\"record_bytes\":%zu,\"load_ms\":%.2f,\"group_bytes\":%zu,"
                "\"module_bytes\":%zu}\n",
                group.suite().id(), group.members().size(), records.count(), records.bytes, taken.count(), after.heap - before.heap, after.module);
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc >= 4 && std::strcmp(argv[1], "make") == 0) {
        const auto suite = CipherSuite::from_id(static_cast<std::uint16_t>(argc > 4 ? std::strtoul(argv[4], nullptr, 0) : 0x0003));
        if (suite) return make(argv[2], static_cast<std::size_t>(std::max(1, std::atoi(argv[3]))), *suite);
    }
    if (argc == 3 && std::strcmp(argv[1], "load") == 0) return load(argv[2]);
    std::fprintf(stderr, "bench_mls_memory make FILE MEMBERS [SUITE] | load FILE\n");
    return 2;
}
