#pragma once
// Everything an operator of this relay, or of this ingress, could possibly write down, for audits of what they claim not to know.
// Off unless asked for, and announced when on. JSON lines, one event each:
//
//   {"t":seconds,"conn":id,"addr":…,"op":"get|open|session|refused|append|read|follow|ping|token|vault|blob|meeting|cell|cover|close","kind":…,
//    "board":…,"seq":…,"bytes":…,"key":hex,"vault":hex,"blob":hex,"meeting":hex,"path":…,"agent":…}                                  a relay
// Of a batch the relay writes "cell" or "cover" for each message, in the order in which they lie in it; an ingress "mix" for each that it
// takes from a client ("early": and drops) and "batch", of connection 0, for each it makes. Its shuffles it does not write down.
//
//   {"t":seconds,"conn":id,"addr":…,"op":"get|open|connect|up|down|mix|early|batch|close","bytes":…,"port":…,"path":…,"agent":…}    an ingress
//   {"t":seconds,"conn":0,"op":"gap","missing":lines}
// A line that cannot be written, as on a full disk, is missing; how many are is said where writing works again. What had been written of
// the first of them stands before that, a line which is no JSON.

#include "base/clock.h"
#include "base/result.h"
#include "wire/frame.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sinetti::relay {

struct Observation {
    std::string_view operation;
    std::string_view kind = {};                // of session, of refusal, or of what was asked about a vault, blob or meeting
    std::optional<std::uint32_t> board;
    std::optional<std::uint64_t> sequence;     // position: of the entry appended, or of the first one asked for; a blob's chunk, a meeting's message
    std::optional<std::size_t> bytes;          // of the entry, of the token spent, of the elements evaluated, of the vault stored, of the blob made or chunk written, or of the message left
    std::optional<base::ByteArray<32>> key = {};   // that was shown
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
    ~Observer();
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    std::uint64_t opened(std::string_view address, std::string_view agent = {});   // answers the connection's id
    void closed(std::uint64_t connection);
    void requested(std::string_view address, std::string_view path, std::string_view agent);
    void observe(std::uint64_t connection, const Observation& observation) { write(connection, {}, observation); }

private:
    Observer(int descriptor, const std::filesystem::path& file, const base::Clock& clock) : m_descriptor(descriptor), m_file(file), m_clock(clock) {}
    void write(std::uint64_t connection, std::string_view address, const Observation& observation);
    void put(std::string line);
    bool append(std::string line);            // false: not all of it is there
    bool say_gap();

    int m_descriptor;
    std::filesystem::path m_file;
    const base::Clock& m_clock;
    std::uint64_t m_connections = 0;
    std::uint64_t m_missing = 0;              // lines, since writing last worked
    bool m_cut_off = false;                   // the file ends within a line
};

}  // namespace sinetti::relay
