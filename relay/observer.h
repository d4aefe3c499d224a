#pragma once
// Everything an operator of this relay, or of this ingress, could possibly write down, for audits of what they claim not to know.
// Off unless asked for, and announced when on. JSON lines, one event each:
//
//   {"t":seconds,"conn":id,"addr":…,"op":"open|close|append|read|follow|token|vault|blob|meeting|cell|cover","board":…,"seq":…,"bytes":…,"vault":hex,"blob":hex,"meeting":hex}
// Of a batch the relay writes "cell" or "cover" for each message, in the order in which they lie in it; an ingress "mix" for each that it
// takes from a client ("early": and drops) and "batch", of connection 0, for each it makes. Its shuffles it does not write down.
//
//   {"t":seconds,"conn":id,"addr":…,"op":"get|open|connect|up|down|mix|early|batch|close","bytes":…,"port":…,"path":…,"agent":…}              an ingress

#include "base/clock.h"
#include "base/result.h"
#include "wire/frame.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sinetti::relay {

struct Observation {
    std::string_view operation;
    std::optional<std::uint32_t> board;
    std::optional<std::uint64_t> sequence;     // position: of the entry appended, or of the first one asked for
    std::optional<std::size_t> bytes;          // of the entry, of the token spent, of the elements evaluated, of the vault stored, of the blob made or chunk written, or of the message left
    std::optional<wire::VaultId> vault = {};
    std::optional<wire::BlobAddress> blob = {};
    std::optional<wire::MeetingAddress> meeting = {};
    std::optional<std::uint16_t> port = {};    // of ours, towards the relay
    std::string_view path = {}, agent = {};    // of an HTTP request
};

class Observer {
public:
    // Appends to the file. Error: a sentence.
    static base::Result<std::unique_ptr<Observer>, std::string> open(const std::filesystem::path& file, const base::Clock& clock);

    std::uint64_t opened(std::string_view address);   // answers the connection's id
    void closed(std::uint64_t connection);
    void requested(std::string_view address, std::string_view path, std::string_view agent);
    void observe(std::uint64_t connection, const Observation& observation) { write(connection, {}, observation); }

private:
    Observer(std::ofstream&& stream, const base::Clock& clock) : m_stream(std::move(stream)), m_clock(clock) {}
    void write(std::uint64_t connection, std::string_view address, const Observation& observation);

    std::ofstream m_stream;
    const base::Clock& m_clock;
    std::uint64_t m_connections = 0;
};

}  // namespace sinetti::relay
