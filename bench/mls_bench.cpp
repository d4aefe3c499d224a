// How long MLS takes, by the procedure the peers are measured with: alice creates a group and adds bob; then she adds N members
// in one commit (encoding and applying included); the last of them joins by the Welcome with the tree inside; bob processes the
// commit; alice makes a commit of her own and bob processes it. Then messages of 200 bytes, stored as the client stores them.
//
// One line of JSON a step: {"bench":"mls","suite":…,"step":…,"members":N,"milliseconds":median,"minimum":…,"runs":…,"floor":…,
// "above_floor":…,"operations":{…}}. The floor is what the step's operations on curves and lattices take by themselves, and
// above_floor the fastest run as a multiple of it. On a busy machine compare minima only.

#include "base/random.h"
#include "mls/group.h"
#include "operations.h"
#include "store/record_sealer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

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

class Timings {
public:
    explicit Timings(CipherSuite suite) : m_suite(suite) {}

    template<typename F>
    auto measure(const char* step, F&& work)
    {
        const auto counted = bench::operations();
        const auto start = std::chrono::steady_clock::now();
        auto value = work();
        const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
        auto found = std::find_if(m_steps.begin(), m_steps.end(), [&](const auto& entry) { return entry.name == step; });
        if (found == m_steps.end()) found = m_steps.insert(found, {step, {}, {}});
        found->milliseconds.push_back(taken.count());
        found->operations = bench::operations() - counted;
        return value;
    }
    void print(const char* unit, std::size_t count)
    {
        for (auto& step : m_steps) {
            auto& times = step.milliseconds;
            std::sort(times.begin(), times.end());
            const auto floor = bench::milliseconds_alone(step.operations);
            std::printf("{\"bench\":\"mls\",\"suite\":%u,\"step\":\"%s\",\"%s\":%zu,\"milliseconds\":%.3f,\"minimum\":%.3f,\"runs\":%zu", m_suite.id(),
                        step.name.c_str(), unit, count, times[times.size() / 2], times.front(), times.size());
            std::printf(",\"floor\":%.3f,\"above_floor\":%.2f,\"operations\":{", floor, times.front() / floor);
            const char* separator = "";
            for (std::size_t i = 0; i < bench::kOperationNames.size(); ++i) {
                if (step.operations.counts[i] == 0) continue;
                std::printf("%s\"%s\":%llu", separator, bench::kOperationNames[i].data(), static_cast<unsigned long long>(step.operations.counts[i]));
                separator = ",";
            }
            std::printf("}}\n");
        }
        std::fflush(stdout);
    }

private:
    struct Step {
        std::string name;
        std::vector<double> milliseconds;
        bench::Operations operations;
    };
    CipherSuite m_suite;
    std::vector<Step> m_steps;
};

// Seals as the client's store does, and counts.
class SealingSink final : public StateSink {
public:
    void put(std::string_view name, base::SecretBytes&& record) override
    {
        bytes += m_sealer.seal(name, record.view(), m_random).value->size();
        ++puts;
    }
    void erase(std::string_view name) override { m_sealer.erase(name); }
    std::size_t bytes = 0;
    std::size_t puts = 0;

private:
    base::SeededRandom m_random{7};
    store::RecordSealer m_sealer{store::MasterKey(base::SecretBytes(32))};
};

KeyPackagePrivate key_package(CipherSuite suite, const std::string& name, base::Random& random)
{
    return generate_key_package(suite, {Credential::basic(base::view_of(name)), crypto::SignaturePrivateKey::generate(random)}, random, {});
}

struct Two {
    Group alice;
    Group bob;
};

Two alice_and_bob(CipherSuite suite, base::Random& random)
{
    const auto identity = crypto::SignaturePrivateKey::generate(random);
    auto alice = must(Group::create(suite, Bytes(32, 1), {Credential::basic(base::view_of("alice")), identity.clone()}, random));
    const auto bob = key_package(suite, "bob", random);
    CommitRequest request;
    request.add.push_back(bob.key_package);
    const auto output = must(alice.commit(request, random));
    must(alice.merge_pending());
    return {std::move(alice), must(Group::join(*output.welcome, bob, random))};
}

bool follow(Group& group, ByteView commit)
{
    auto processed = must(group.process(commit));
    must(group.merge(std::get<StagedCommit>(std::move(processed))));
    return true;
}

void handshakes(CipherSuite suite, std::size_t members, int runs)
{
    Timings timings(suite);
    std::size_t commit_size = 0;
    std::size_t welcome_size = 0;
    SealingSink sink;
    for (int run = 0; run < runs; ++run) {
        base::SeededRandom random(static_cast<std::uint64_t>(run) + 1);
        auto [alice, bob] = alice_and_bob(suite, random);
        CommitRequest request;
        KeyPackagePrivate last = key_package(suite, "m", random);
        for (std::size_t i = 0; i + 1 < members; ++i) request.add.push_back(key_package(suite, "m", random).key_package);
        request.add.push_back(last.key_package);
        const auto added = timings.measure("add", [&] {
            auto output = must(alice.commit(request, random));
            must(alice.merge_pending());
            return output;
        });
        timings.measure("join", [&] { return must(Group::join(*added.welcome, last, random)); });
        timings.measure("process the add", [&] { return follow(bob, added.commit); });
        const auto own = timings.measure("self-commit", [&] {
            auto output = must(alice.commit({}, random));
            must(alice.merge_pending());
            return output;
        });
        timings.measure("process it", [&] { return follow(bob, own.commit); });
        commit_size = added.commit.size();
        welcome_size = added.welcome->size();
    }
    timings.print("members", members);
    std::printf("{\"bench\":\"mls\",\"step\":\"sizes\",\"members\":%zu,\"commit_bytes\":%zu,\"welcome_bytes\":%zu}\n", members, commit_size,
                welcome_size);
}

void messages(CipherSuite suite, std::size_t count)
{
    base::SeededRandom random(1);
    auto [alice, bob] = alice_and_bob(suite, random);
    const Bytes text(200, 'x');
    SealingSink sink;
    std::vector<Bytes> sent;
    Timings timings(suite);
    timings.measure("encrypt", [&] {
        for (std::size_t i = 0; i < count; ++i) {
            sent.push_back(must(alice.encrypt(text, {}, random)));
            alice.flush(sink);
        }
        return true;
    });
    timings.measure("decrypt", [&] {
        for (const auto& message : sent) {
            must(bob.process(message));
            bob.flush(sink);
        }
        return true;
    });
    timings.print("messages", count);
    std::printf("{\"bench\":\"mls\",\"step\":\"message size\",\"bytes\":%zu}\n", sent.front().size());
}

}  // namespace

// bench-mls [runs] [largest group] [suite, 0x0003]
int main(int argc, char** argv)
{
    const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
    const auto largest = static_cast<std::size_t>(argc > 2 ? std::max(1, std::atoi(argv[2])) : 500);
    const auto suite = CipherSuite::from_id(static_cast<std::uint16_t>(argc > 3 ? std::strtoul(argv[3], nullptr, 0) : 0x0003));
    if (!suite) {
        std::fprintf(stderr, "unknown suite\n");
        return 2;
    }
    for (const std::size_t members : {std::size_t{5}, std::size_t{50}, std::size_t{500}, std::size_t{1000}})
        if (members <= largest) handshakes(*suite, members, members < 500 ? runs * 5 : runs);
    messages(*suite, 2000);
}
