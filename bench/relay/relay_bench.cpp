// bench-relay: the relay beside nats-server and mosquitto over WebSocket, in one run on the same cores; bench/relay/run builds and starts it.
//   bench-relay [--relay PROGRAM] [--data DIR] [--seconds N] [--only fanout,append,jetstream,memory,catchup,ingress,hostile] [--followers 100,1000,4000]
//               [--writers 1,8,64] [--peers nats,mosquitto] [--connections 10000] [--behind-ingress 100,1000] [--attacks WORDS]
// The figures as JSON on standard output, a line for each on standard error. What counts is processor time of the server, because clients
// share the machine with it. The relay does more than the peers: it seals what it sends, and acknowledges only what fsync has seen.

#include "bench/relay/hostile.h"
#include "bench/relay/ingress.h"
#include "bench/relay/load.h"
#include "channel/channel.h"
#include "wire/frame.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdlib.h>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace sinetti::bench;
using sinetti::base::ByteView;
using Json = nlohmann::ordered_json;

constexpr unsigned kWindow = 256;              // payloads in the air when saturated, all writers together
constexpr double kTrickle = 20'000;            // deliveries per second
constexpr double kMebi = 1 << 20;
constexpr unsigned kCellsMixed = 10;           // a second, of all clients of an ingress that batches

struct Options {
    std::filesystem::path relay, data = std::filesystem::temp_directory_path();
    double seconds = 3;
    std::vector<std::string> only{"fanout", "append", "jetstream", "memory", "catchup", "ingress", "hostile"}, followers{"100", "1000", "4000"}, writers{"1", "8", "64"},
        peers{"nats", "mosquitto"}, behind_ingress{"100", "1000"};
    unsigned connections = 10'000;
    std::string attacks;                       // those with this in their name; empty: all

    bool wants(const std::string& part) const { return std::ranges::find(only, part) != only.end(); }
};

std::vector<std::string> list_of(const std::string& text)
{
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
    return words;
}

unsigned number(const std::string& word) { return static_cast<unsigned>(std::stoul(word)); }

class Folder {
public:
    explicit Folder(const std::filesystem::path& parent)
    {
        auto name = (parent / "bench-relay-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) give_up("cannot write in " + parent.string());
        m_path = name;
    }
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

std::unique_ptr<Server> start(const std::string& name, const Options& options, const std::filesystem::path& folder)
{
    if (name == "nats") return start_nats(folder);
    if (name == "mosquitto") return start_mosquitto(folder);
    return RelayServer::start(options.relay, folder);
}

Json milliseconds(const Latencies& latencies, double share)
{
    const auto value = latencies.milliseconds(share);
    return value ? Json(std::round(*value * 100) / 100) : Json();
}

Json fan_out_point(const FanOutFigures& figures)
{
    return {{"deliveries_per_cpu_second", std::round(figures.deliveries / std::max(figures.cpu_seconds, 1e-3))},
            {"deliveries_per_second", std::round(figures.deliveries / figures.seconds)},
            {"cpu", std::round(figures.cpu_seconds / figures.seconds * 1000) / 1000},
            {"bytes_per_delivery", std::round(figures.bytes_per_delivery)},
            {"sessions_lost", figures.sessions_lost},
            {"median_ms", milliseconds(figures.latencies, 0.5)},
            {"p99_ms", milliseconds(figures.latencies, 0.99)}};
}

std::string shown(const Json& value) { return value.is_null() ? "-" : value.dump(); }

// One point of every server: { "relay": …, "nats": …, "mosquitto": … } with the ratios and whether the targets are met.
Json compared(const Json& points, const char* target_name, double target, double absolute)
{
    Json result = points;
    const auto ours = points["relay"]["deliveries_per_cpu_second"].get<double>();
    double best = 0;
    std::optional<double> best_p99;
    for (const auto& [name, point] : points.items()) {
        if (name == "relay") continue;
        if (std::string(target_name) == "better peer" || name == target_name) best = std::max(best, point["deliveries_per_cpu_second"].get<double>());
        if (point["p99_ms"].is_number()) best_p99 = std::min(best_p99.value_or(1e9), point["p99_ms"].get<double>());
    }
    if (best > 0) {
        result["ratio"] = std::round(ours / best * 100) / 100;
        result["target_ratio"] = target;
        result["met"] = ours / best >= target && ours >= absolute && points["relay"]["sessions_lost"] == 0;
    }
    if (best_p99 && points["relay"]["p99_ms"].is_number()) result["p99_no_worse"] = points["relay"]["p99_ms"].get<double>() <= *best_p99;
    return result;
}

void say(const std::string& what, const Json& point)
{
    std::string line = what;
    line.resize(std::max<std::size_t>(line.size() + 1, 26), ' ');
    for (const auto& [name, value] : point.items()) {
        if (value.is_object())
            line += name + " " + shown(value["deliveries_per_cpu_second"]) + "/cpu-s p99 " + shown(value["p99_ms"]) + " ms" + (value["sessions_lost"] == 0 ? "   " : " (" + shown(value["sessions_lost"]) + " sessions lost)   ");
        else
            line += name + " " + shown(value) + "  ";
    }
    std::fprintf(stderr, "%s\n", line.c_str());
}

Json measure_fan_out(const Options& options)
{
    Json result = Json::object();
    for (const auto& followers : options.followers) {
        std::map<std::string, Json> saturated;
        Json trickle = Json::object();
        auto servers = options.peers;
        servers.insert(servers.begin(), "relay");
        for (const auto& name : servers) {
            const Folder folder(options.data);
            const auto server = start(name, options, folder.path());
            std::fprintf(stderr, "-- %s, %s followers\n", name.c_str(), followers.c_str());
            Load load(*server, number(followers));
            trickle[name] = fan_out_point(load.trickle(4, kTrickle / number(followers), options.seconds));
            for (const auto& writers : options.writers) {
                if (!saturated.contains(writers)) saturated[writers] = Json::object();
                saturated[writers][name] = fan_out_point(load.saturate(number(writers), kWindow, options.seconds));
            }
        }
        const auto title = "C=" + followers;
        for (const auto& writers : options.writers) {
            result["saturated " + title + " W=" + writers] = compared(saturated[writers], "nats", 3, 1.2e6);
            say("saturated " + title + " W=" + writers, result["saturated " + title + " W=" + writers]);
        }
        const auto count = number(followers);
        result["trickle " + title] = compared(trickle, "better peer", count <= 100 ? 1.0 : count <= 1000 ? 1.2 : 1.5, 0);
        say("trickle " + title, result["trickle " + title]);
    }
    return result;
}

Json append_point(const AppendFigures& figures, double target)
{
    return {{"cells_per_second", std::round(double(figures.acknowledged) / figures.seconds)},
            {"target", target},
            {"cells_per_cpu_second", std::round(double(figures.acknowledged) / std::max(figures.cpu_seconds, 1e-3))},
            {"cpu", std::round(figures.cpu_seconds / figures.seconds * 1000) / 1000},
            {"median_ms", milliseconds(figures.latencies, 0.5)},
            {"p99_ms", milliseconds(figures.latencies, 0.99)}};
}

void say_line(const std::string& what, const Json& point) { std::fprintf(stderr, "%-25s %s\n", what.c_str(), point.dump().c_str()); }

Json measure_appends(const Options& options)
{
    Json result = Json::object();
    const Folder folder(options.data);
    const auto relay = RelayServer::start(options.relay, folder.path());
    {
        Load load(*relay, 0);
        result["64 x 1"] = append_point(load.append(64, 1, options.seconds), 8000);
        say_line("append 64 x 1", result["64 x 1"]);
        result["64 x 64"] = append_point(load.append(64, 64, options.seconds), 50000);
        say_line("append 64 x 64", result["64 x 64"]);
    }
    const Folder another(options.data);
    const auto followed = RelayServer::start(options.relay, another.path());
    Load load(*followed, 1000);
    const auto before = followed->resident_bytes();
    const auto figures = load.append(64, 64, options.seconds);
    auto point = append_point(figures, 50000);
    point["followers"] = 1000;
    point["cells_behind"] = figures.lag;
    point["relay_grew_by_mib"] = std::round((followed->resident_bytes() - before) / kMebi);
    result["64 x 64, 1000 followers"] = point;
    say_line("append 64 x 64, C=1000", point);
    return result;
}

// The same over three nats-servers: acknowledged when two of them have it and the relay's copy has too.
Json measure_jetstream(const Options& options)
{
    Json result = Json::object();
    const Folder folder(options.data);
    const NatsCluster cluster(folder.path());
    const auto relay = RelayServer::start(options.relay, folder.path(), {"--store", cluster.addresses()});
    Load load(*relay, 0);
    for (const unsigned in_flight : {1u, 64u}) {
        const auto before = cluster.cpu_seconds();
        auto point = append_point(load.append(64, in_flight, options.seconds), 0);
        point.erase("target");
        point["cpu_of_nats_servers"] = std::round((cluster.cpu_seconds() - before) / options.seconds * 1000) / 1000;
        result["64 x " + std::to_string(in_flight)] = point;
        say_line("JetStream 64 x " + std::to_string(in_flight), point);
    }
    return result;
}

Json measure_memory(const Options& options)
{
    Json result = Json::object();
    auto servers = options.peers;
    servers.insert(servers.begin(), "relay");
    for (const auto& name : servers) {
        const Folder folder(options.data);
        const auto server = start(name, options, folder.path());
        {
            Load warm(*server, 10);
            warm.deliver_one();
        }
        const auto before = server->resident_bytes();
        Load load(*server, options.connections);
        load.deliver_one();
        result[name] = std::round((server->resident_bytes() - before) / options.connections / 1024 * 10) / 10;
    }
    result["target"] = 8;
    say_line("KiB per idle connection", result);
    return result;
}

Json measure_catch_up(const Options& options)
{
    constexpr std::size_t kCells = 100'000'000 / kPayloadSize;
    const Folder folder(options.data);
    {
        const auto relay = RelayServer::start(options.relay, folder.path());
        Load load(*relay, 0);
        for (std::size_t written = 0; written < kCells;) written += load.append(64, 64, 0.5).acknowledged;
    }
    double disk = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path() / "data")) disk += double(file.file_size());
    const auto relay = RelayServer::start(options.relay, folder.path());   // with nothing in its memory
    const auto session = relay->follow_from_start();
    const auto cpu = relay->cpu_seconds();
    const auto begin = now_ns();
    std::size_t cells = 0;
    while (cells < kCells) session->take(session->stream().receive(), [&](ByteView) { ++cells; });
    const double seconds = double(now_ns() - begin) / 1e9, cpu_seconds = relay->cpu_seconds() - cpu;
    const double megabytes = double(cells * kPayloadSize) / 1e6;
    // The writers have appended more than were counted: all that is there, until nothing comes for half a second.
    session->stream().set_non_blocking();
    for (auto end = now_ns() + 500'000'000; now_ns() < end;) {
        if (session->stream().receive_all([&](ByteView received) { session->take(received, [&](ByteView) { ++cells; }); }) > 0) end = now_ns() + 500'000'000;
    }
    Json result{{"megabytes", std::round(megabytes)}, {"mb_per_cpu_second", std::round(megabytes / cpu_seconds)}, {"target", 400}, {"mb_per_second", std::round(megabytes / seconds)},
                {"disk_bytes_per_cell", std::round(disk / double(cells))}};
    say_line("catch-up", result);

    // Live followers meanwhile: what comes to them, evenly, while one session after the other reads everything.
    constexpr unsigned kFollowers = 20;
    constexpr double kPayloadsPerSecond = 200;
    Load load(*relay, kFollowers);
    const auto alone = load.trickle(4, kPayloadsPerSecond, options.seconds);
    std::vector<std::unique_ptr<Session>> readers;
    for (double reading = 0; reading < options.seconds + 1; reading += seconds) readers.push_back(relay->follow_from_start());
    std::atomic<bool> done = false;
    std::size_t read = 0;
    std::thread reading([&] {
        (void)::setpriority(PRIO_PROCESS, 0, 19);   // of this thread: who catches up is at another machine
        for (auto& reader : readers) {
            if (done) return;
            reader->stream().set_non_blocking();
            for (std::size_t bytes = 0; bytes < cells * kPayloadSize && !done; std::this_thread::yield()) bytes += reader->stream().discard_all();
            ++read;
        }
    });
    const auto beside = load.trickle(4, kPayloadsPerSecond, options.seconds);
    done = true;
    reading.join();
    result["live"] = {{"followers", kFollowers}, {"p99_ms", milliseconds(alone.latencies, 0.99)}, {"p99_ms_beside_catch_up", milliseconds(beside.latencies, 0.99)}, {"caught_up_meanwhile", read}};
    say_line("live followers meanwhile", result["live"]);
    return result;
}

// What one ingress carries, by its own processor: cells to followers, and a message a second from each client in batches.
Json measure_ingress(const Options& options)
{
    Json result = Json::object();
    for (const auto& clients : options.behind_ingress) {
        const auto count = number(clients);
        {
            const Folder folder(options.data);
            const auto relay = RelayServer::start(options.relay, folder.path());
            Ingress ingress(options.relay, folder.path(), *relay, Ingress::Batching::off);
            Load load(ingress, count);
            auto& forwarding = result["forwarding C=" + clients] = Json::object();
            forwarding["trickle"] = fan_out_point(load.trickle(4, kTrickle / count, options.seconds));
            for (const auto& writers : options.writers) forwarding["saturated W=" + writers] = fan_out_point(load.saturate(number(writers), kWindow, options.seconds));
            for (const auto& [name, point] : forwarding.items()) say_line("ingress C=" + clients + " " + name, point);
        }
        const Folder folder(options.data);
        RelayServer::start(options.relay, folder.path());   // makes what is to become mixed
        run_to_end({options.relay.string(), "board", "policy", "--data", (folder.path() / "data").string(), "--board", "1", "--level", "mixed"});
        const auto relay = RelayServer::start(options.relay, folder.path(), {"--batches-from", "127.0.0.0/8"});
        Ingress ingress(options.relay, folder.path(), *relay, Ingress::Batching::on);
        const auto figures = mix(ingress, count, kCellsMixed, options.seconds);
        const auto microseconds_each = [&](double cpu) { return std::round(cpu / figures.messages * 1e7) / 10; };
        auto& batching = result["batching N=" + clients];
        batching = {{"messages_per_second", std::round(figures.messages / figures.seconds)},
                    {"cells_per_second", kCellsMixed},
                    {"cpu", std::round(figures.cpu_seconds / figures.seconds * 1000) / 1000},
                    {"cpu_microseconds_per_message", microseconds_each(figures.cpu_seconds)},
                    {"relay_cpu_microseconds_per_message", microseconds_each(figures.relay_cpu_seconds)},
                    {"median_ms", milliseconds(figures.latencies, 0.5)},
                    {"p99_ms", milliseconds(figures.latencies, 0.99)}};
        say_line("ingress batching N=" + clients, batching);
    }
    return result;
}

// What honest clients wait for beside each attacker in turn, held against what they wait for undisturbed: before each, and at the end.
Json measure_hostile(const Options& options)
{
    constexpr unsigned kFollowers = 50, kWriters = 4;
    constexpr double kCellsPerSecond = 100, kBeginning = 2, kTarget = 2;
    constexpr std::uint64_t kHistory = 4096;           // cells that are there for who reads
    const Folder folder(options.data);
    const auto relay = RelayServer::start(options.relay, folder.path(), {"--cell-rate", "2000"});
    {
        Load load(*relay, 0);
        for (std::uint64_t written = 0; written < kHistory;) written += load.append(64, 1, 0.1).acknowledged;
    }
    Load load(*relay, kFollowers);
    Latencies appends, deliveries;
    std::vector<double> noise;                         // p99 of each time undisturbed
    const auto add = [](Latencies& all, const Latencies& more) { all.nanoseconds.insert(all.nanoseconds.end(), more.nanoseconds.begin(), more.nanoseconds.end()); };
    const auto undisturbed = [&] {
        const auto figures = load.trickle(kWriters, kCellsPerSecond, options.seconds);
        add(appends, figures.append_latencies);
        add(deliveries, figures.latencies);
        noise.push_back(figures.latencies.milliseconds(0.99).value_or(0));
    };
    const auto point = [](const FanOutFigures& figures) -> Json {
        return {{"append_median_ms", milliseconds(figures.append_latencies, 0.5)}, {"append_p99_ms", milliseconds(figures.append_latencies, 0.99)},
                {"median_ms", milliseconds(figures.latencies, 0.5)},               {"p99_ms", milliseconds(figures.latencies, 0.99)},
                {"cpu", std::round(figures.cpu_seconds / figures.seconds * 1000) / 1000}, {"sessions_lost", figures.sessions_lost}};
    };
    Json beside = Json::object();
    for (const auto& [name, unit, prepare] : attacks()) {
        if (name.find(options.attacks) == std::string::npos) continue;
        undisturbed();
        const auto attack = prepare(*relay);
        const Attacker attacker(attack);
        (void)load.trickle(kWriters, kCellsPerSecond, kBeginning);
        const auto before = attacker.count();
        const auto begin = now_ns();
        auto& result = beside[name] = point(load.trickle(kWriters, kCellsPerSecond, options.seconds));
        const auto count = double(attacker.count() - (unit == "a second" ? before : 0));
        result[unit] = std::round(unit == "a second" ? count / (double(now_ns() - begin) / 1e9) : count);
    }
    undisturbed();
    Json result{{"followers", kFollowers}, {"cells_per_second", kCellsPerSecond}};
    result["undisturbed"] = {{"append_median_ms", milliseconds(appends, 0.5)}, {"append_p99_ms", milliseconds(appends, 0.99)}, {"median_ms", milliseconds(deliveries, 0.5)},
                             {"p99_ms", milliseconds(deliveries, 0.99)}, {"least_p99_ms", *std::ranges::min_element(noise)}, {"most_p99_ms", *std::ranges::max_element(noise)}};
    say_line("undisturbed", result["undisturbed"]);
    for (auto& [name, figures] : beside.items()) {
        bool met = figures["sessions_lost"] == 0;
        for (const auto& [key, ratio] : {std::pair{"append_p99_ms", "append_ratio"}, {"p99_ms", "ratio"}}) {
            if (!figures[key].is_number()) give_up("nothing arrived beside " + name);
            figures[ratio] = std::round(figures[key].get<double>() / result["undisturbed"][key].get<double>() * 100) / 100;
            met = met && figures[ratio] <= kTarget;
        }
        figures["met"] = met;
        say_line(name, figures);
    }
    result["beside"] = beside;
    return result;
}

}  // namespace

int main(int argument_count, char** arguments)
{
    Options options;
    options.relay = std::filesystem::path(arguments[0]).parent_path() / "sinetti-relay";
    for (int i = 1; i < argument_count; i += 2) {
        const std::string option = arguments[i];
        if (i + 1 == argument_count) give_up(option + " wants a value");
        const std::string value = arguments[i + 1];
        if (option == "--relay") options.relay = value;
        else if (option == "--data") options.data = value;
        else if (option == "--seconds") options.seconds = std::stod(value);
        else if (option == "--only") options.only = list_of(value);
        else if (option == "--followers") options.followers = list_of(value);
        else if (option == "--writers") options.writers = list_of(value);
        else if (option == "--peers") options.peers = list_of(value);
        else if (option == "--behind-ingress") options.behind_ingress = list_of(value);
        else if (option == "--attacks") options.attacks = value;
        else if (option == "--connections") options.connections = number(value);
        else give_up("there is no option " + option + "; see the head of bench/relay/relay_bench.cpp");
    }
    Json result;
    if (options.wants("fanout")) result["fan_out"] = measure_fan_out(options);
    if (options.wants("append")) result["append"] = measure_appends(options);
    if (options.wants("jetstream")) result["append_jetstream"] = measure_jetstream(options);
    if (options.wants("memory")) result["kib_per_idle_connection"] = measure_memory(options);
    if (options.wants("catchup")) result["catch_up"] = measure_catch_up(options);
    if (options.wants("ingress")) result["ingress"] = measure_ingress(options);
    if (options.wants("hostile")) result["hostile"] = measure_hostile(options);
    std::printf("%s\n", result.dump(2).c_str());
    return 0;
}
