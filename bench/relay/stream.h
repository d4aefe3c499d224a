#pragma once
// A client's end of a WebSocket for load generators: as little work as can be, so that the machine is left to the server. Blocking until
// the session stands, then by hand from an epoll loop. Any failure ends the program with a sentence.

#include "base/bytes.h"

#include <functional>
#include <string>
#include <vector>

namespace sinetti::bench {

[[noreturn]] void give_up(const std::string& why);
std::string upgrade_request(std::uint16_t port, const std::string& path, const std::string& subprotocol = {});
base::Bytes masked_frame(base::ByteView payload);          // a binary message

class Stream {
public:
    Stream(std::uint16_t port, const std::string& path, const std::string& subprotocol = {});
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    int fd() const { return m_fd; }

    // Blocking. receive() gives the payload of one frame.
    void send(base::ByteView payload);
    base::Bytes receive();

    // After set_non_blocking().
    void set_non_blocking();
    void queue(base::ByteView payload);                    // as one masked binary frame; goes out with flush()
    bool flush();                                          // false: the rest waits for the socket
    std::size_t unsent() const { return m_out.size() - m_written; }
    void stay();                                           // says that we are there: a server lets go of who is silent for a minute
    using OnPayload = std::function<void(base::ByteView)>;
    std::size_t receive_all(const OnPayload& on_payload);  // the payloads of the whole frames there are; answers the bytes taken
    std::size_t discard_all();                             // the same without looking, not even copying
    bool is_closed() const { return m_closed; }            // by the server: nothing more comes, and what is sent goes nowhere

private:
    bool take_frame(base::Bytes& payload);

    int m_fd = -1;
    bool m_closed = false;
    base::Bytes m_in;
    std::size_t m_read = 0;                                // of m_in
    base::Bytes m_out;
    std::size_t m_written = 0;                             // of m_out
};

}  // namespace sinetti::bench
