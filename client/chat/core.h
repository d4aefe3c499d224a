#pragma once
// The application core: commands in, events out. It owns every key, the conversations and the session with the relay.
// Single-threaded; everything that is not deterministic is handed in. Every change is one atomic batch in the store, and
// frames and events it caused leave only when that batch is durable.

#include "api/command.h"
#include "api/event.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "crypto/password.h"
#include "net/transport.h"
#include "store/backend.h"
#include "store/vault_header.h"

#include <memory>

namespace sinetti::chat {

class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void on_event(const api::Event& event) = 0;
};

struct CoreEnvironment {
    const base::Clock& clock;
    base::Random& random;
    net::Transport& transport;
    net::Alarm& alarm;
    store::Backend& backend;
    EventSink& events;
    std::int64_t password_time = 0;        // milliseconds that opening a new store with its passphrase may take; 0: it costs the least there is
    store::PasswordKeyFunction password_key = crypto::password_key;
    store::Backend* shared_backend = nullptr;     // in memory: for sessions on shared machines; nullptr: there are none
    net::Transport* errand_transport = nullptr;   // of a second connection, for what needs our name; nullptr: the first one takes turns
};

class Core {
public:
    explicit Core(const CoreEnvironment& environment);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // `passphrase` is used by the commands that say so, and wiped.
    void submit(api::Command&& command, base::SecretBytes&& passphrase = {});
    void on_alarm();

private:
    class Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

}  // namespace sinetti::chat
