#include "relay/jetstream_log.h"

#include "relay/log.h"

#include <array>
#include <charconv>
#include <nats/nats.h>

namespace sinetti::relay {

using base::Unexpected;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kApiWait = 2s;                  // for an answer of JetStream's own requests
constexpr auto kRetryPause = 50ms;
constexpr auto kReadSlice = 100ms;             // how soon the reader notices that it is to end
constexpr auto kPreparePause = 250ms;
constexpr int kPendingMessages = 1 << 20;      // in the library; the servers' flow control keeps it far below

template<typename T, void (*Destroy)(T*)>
struct Destroyer {
    void operator()(T* object) const { Destroy(object); }
};
template<typename T, void (*Destroy)(T*)>
using Owned = std::unique_ptr<T, Destroyer<T, Destroy>>;

using Options = Owned<natsOptions, natsOptions_Destroy>;
using Message = Owned<natsMsg, natsMsg_Destroy>;
using Subscription = Owned<natsSubscription, natsSubscription_Destroy>;
using StreamInfo = Owned<jsStreamInfo, jsStreamInfo_Destroy>;
using ConsumerInfo = Owned<jsConsumerInfo, jsConsumerInfo_Destroy>;
using PubAck = Owned<jsPubAck, jsPubAck_Destroy>;

std::int64_t milliseconds(std::chrono::milliseconds time) { return time.count(); }
std::int64_t nanoseconds(std::chrono::nanoseconds time) { return time.count(); }

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

// A delivered message is to be acknowledged to $JS.ACK.stream.consumer.times.stream sequence.consumer sequence.time.pending, and behind
// a domain with two more words in front.
struct Place {
    std::uint64_t in_stream = 0, of_reader = 0, pending = 0;
};
std::optional<Place> place_of(std::string_view reply)
{
    std::vector<std::string_view> words;
    for (std::size_t start = 0; start <= reply.size() && words.size() < 16;) {
        const auto dot = std::min(reply.find('.', start), reply.size());
        words.push_back(reply.substr(start, dot - start));
        start = dot + 1;
    }
    if (words.size() < 9 || words[0] != "$JS" || words[1] != "ACK") return {};
    const std::size_t first = words.size() == 9 ? 5 : 7;
    if (words.size() < first + 4) return {};
    const auto in_stream = number(words[first]), of_reader = number(words[first + 1]), pending = number(words[first + 3]);
    if (!in_stream || !of_reader) return {};
    return Place{*in_stream, *of_reader, pending.value_or(0)};
}

bool no_room(jsErrCode code)
{
    return code == JSInsufficientResourcesErr || code == JSStorageResourcesExceededErr || code == JSMemoryResourcesExceededErr || code == JSStreamStoreFailedErr ||
           code == JSAccountResourcesExceededErr;
}

}  // namespace

// The library's own objects.
struct JetStreamLog::Client {
    ~Client()
    {
        subscription.reset();
        if (stream != nullptr) jsCtx_Destroy(stream);
        if (connection != nullptr) {
            natsConnection_Close(connection);
            natsConnection_Destroy(connection);
        }
    }
    bool connected() const { return natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED; }
    natsStatus connect(const LogOptions& options)
    {
        natsOptions* made = nullptr;
        if (const auto status = natsOptions_Create(&made); status != NATS_OK) return status;
        const Options owned(made);
        std::vector<const char*> servers;
        for (const auto& server : options.servers) servers.push_back(server.c_str());
        natsOptions_SetServers(made, servers.data(), int(servers.size()));
        natsOptions_SetTimeout(made, milliseconds(kApiWait));
        natsOptions_SetMaxReconnect(made, -1);
        natsOptions_SetReconnectWait(made, milliseconds(kPreparePause));
        natsOptions_SetPingInterval(made, milliseconds(kLogSilence));
        natsOptions_SetMaxPingsOut(made, 2);
        natsOptions_SetIgnoreDiscoveredServers(made, true);   // whom the settings do not name we do not speak to
        natsOptions_SetName(made, "sinetti-relay");
        if (const auto status = natsConnection_Connect(&connection, made); status != NATS_OK) return status;
        jsOptions wait;
        jsOptions_Init(&wait);
        wait.Wait = milliseconds(kApiWait);
        return natsConnection_JetStream(&stream, connection, &wait);
    }

    natsConnection* connection = nullptr;
    jsCtx* stream = nullptr;
    Subscription subscription;                 // the reader's
    std::string consumer;
    std::uint64_t delivered = 0;               // by this consumer
    Clock::time_point heard;
};

JetStreamLog::JetStreamLog(const LogOptions& options) : m_options(options), m_client(std::make_unique<Client>()) {}

JetStreamLog::~JetStreamLog()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable()) m_thread.join();
    m_client.reset();
    nats_ReleaseThreadMemory();
}

base::Result<std::unique_ptr<JetStreamLog>, std::string> JetStreamLog::open(const LogOptions& options)
{
    auto log = std::unique_ptr<JetStreamLog>(new JetStreamLog(options));
    const auto deadline = Clock::now() + kLogStart;
    for (;;) {
        const auto status = log->m_client->connect(options);
        if (status == NATS_OK) break;
        if (status != NATS_NO_SERVER || Clock::now() >= deadline)
            return Unexpected(std::string("cannot connect to the servers of --store: ") + natsStatus_GetText(status));
        log->m_client = std::make_unique<Client>();
        std::this_thread::sleep_for(kPreparePause);
    }
    if (natsConnection_GetMaxPayload(log->m_client->connection) < std::int64_t(kLogMessageMax))
        return Unexpected("the servers of --store take messages that are too small: max_payload must be 1 MB or more");
    TRY(log->prepare_stream());
    return log;
}

base::Result<void, std::string> JetStreamLog::prepare_stream()
{
    const auto subjects = m_options.stream + ".>";
    const char* subject = subjects.c_str();
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = m_options.stream.c_str();
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.Retention = js_LimitsPolicy;
    config.Storage = js_FileStorage;
    config.Discard = js_DiscardNew;            // a full stream refuses; it forgets nothing
    config.Replicas = m_options.replicas;

    const auto deadline = Clock::now() + kLogStart;
    jsErrCode code{};
    while (Clock::now() < deadline) {
        jsStreamInfo* made = nullptr;
        code = {};
        auto status = js_GetStreamInfo(&made, m_client->stream, config.Name, nullptr, &code);
        const bool is_new = status == NATS_NOT_FOUND || code == JSStreamNotFoundErr;
        if (is_new) {
            code = {};
            status = js_AddStream(&made, m_client->stream, &config, nullptr, &code);
        }
        if (status == NATS_OK) {
            const StreamInfo info(made);
            if (info->Config->Replicas != std::int64_t(m_options.replicas))
                log_line("the stream " + m_options.stream + " has replicas: " + std::to_string(info->Config->Replicas) + ", not " + std::to_string(m_options.replicas) + " as the settings say");
            return {};
        }
        if (code == JSStreamReplicasNotSupportedErr)
            return Unexpected("the server of --store is not one of a cluster and can keep one replica only: give it two more, or say --store-replicas 1");
        if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr) return Unexpected(std::string("the servers of --store run without JetStream"));
        std::this_thread::sleep_for(kPreparePause);
    }
    return Unexpected("the servers of --store cannot keep the stream " + m_options.stream + " with replicas: " + std::to_string(m_options.replicas) + "; JetStream's error is " +
                      std::to_string(int(code)));
}

StoreResult<JetStreamLog::State> JetStreamLog::state()
{
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    if (js_GetStreamInfo(&found, m_client->stream, m_options.stream.c_str(), nullptr, &code) != NATS_OK) return Unexpected(StoreError::unavailable);
    const StreamInfo info(found);
    return State{info->State.FirstSeq, info->State.LastSeq, info->Created};
}

StoreResult<std::uint64_t> JetStreamLog::publish(const std::string& subject, base::ByteView body, const std::string& origin)
{
    const auto begun = Clock::now();
    const auto full_subject = m_options.stream + "." + subject;
    while (Clock::now() - begun < kLogPublishDeadline) {
        if (!m_client->connected()) {
            if (Clock::now() - begun >= kLogAway) break;
            std::this_thread::sleep_for(kRetryPause);
            continue;
        }
        natsMsg* made = nullptr;
        if (natsMsg_Create(&made, full_subject.c_str(), nullptr, reinterpret_cast<const char*>(body.data()), int(body.size())) != NATS_OK) break;
        const Message message(made);
        jsPubOptions options;
        jsPubOptions_Init(&options);
        options.MaxWait = milliseconds(kLogAttempt);
        options.MsgId = origin.c_str();
        options.ExpectStream = m_options.stream.c_str();
        jsPubAck* answered = nullptr;
        jsErrCode code{};
        const auto status = js_PublishMsg(&answered, m_client->stream, made, &options, &code);
        const PubAck acknowledged(answered);
        if (status == NATS_OK && acknowledged->Sequence > 0) return acknowledged->Sequence;
        if (no_room(code)) return Unexpected(StoreError::full);
        std::this_thread::sleep_for(kRetryPause);
    }
    return Unexpected(StoreError::unavailable);
}

StoreResult<void> JetStreamLog::purge(const std::string& subject, std::uint64_t before)
{
    const auto full_subject = m_options.stream + "." + subject;
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = milliseconds(kApiWait);
    options.Stream.Purge.Subject = full_subject.c_str();
    options.Stream.Purge.Sequence = before;
    jsErrCode code{};
    if (js_PurgeStream(m_client->stream, m_options.stream.c_str(), &options, &code) != NATS_OK) return Unexpected(StoreError::unavailable);
    return {};
}

// --- reading -------------------------------------------------------------------------------------------------------

void JetStreamLog::follow(std::uint64_t after)
{
    m_read = after;
    m_thread = std::thread([this] { read(); });
}

void JetStreamLog::when_news(std::function<void()> wake)
{
    const std::lock_guard lock(m_on_news_mutex);
    m_on_news = std::move(wake);
}

std::vector<LogMessage> JetStreamLog::take(std::chrono::milliseconds wait)
{
    std::unique_lock lock(m_mutex);
    m_wake.wait_for(lock, wait, [&] { return !m_queue.empty() || m_stopping; });
    std::vector<LogMessage> taken;
    for (std::size_t bytes = 0; !m_queue.empty() && bytes < kLogSliceMax; m_queue.pop_front()) {
        bytes += m_queue.front().body.size();
        m_queued_bytes -= m_queue.front().body.size();
        taken.push_back(std::move(m_queue.front()));
    }
    lock.unlock();
    m_wake.notify_all();
    return taken;
}

void JetStreamLog::remind(std::chrono::milliseconds later)
{
    const std::lock_guard lock(m_mutex);
    m_reminder = Clock::now() + later;
}

JetStreamLog::Backlog JetStreamLog::backlog()
{
    const std::lock_guard lock(m_mutex);
    return {m_queued_bytes, m_queue.size() + m_on_servers};
}

void JetStreamLog::remind_if_due()
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_reminder || Clock::now() < *m_reminder) return;
        m_reminder.reset();
    }
    say_news();
}

void JetStreamLog::say_news()
{
    const std::lock_guard lock(m_on_news_mutex);
    if (m_on_news) m_on_news();
}

void JetStreamLog::enqueue(LogMessage&& message, std::uint64_t behind_it)
{
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            if (m_wake.wait_for(lock, kReadSlice, [&] { return m_queued_bytes < kLogQueueMax || m_stopping; })) {
                m_on_servers = behind_it;
                m_queued_bytes += message.body.size();
                m_queue.push_back(std::move(message));
                break;
            }
        }
        remind_if_due();
    }
    m_wake.notify_all();
    say_news();
}

void JetStreamLog::read()
{
    const auto stopping = [this] {
        const std::lock_guard lock(m_mutex);
        return m_stopping;
    };
    while (!stopping()) {
        remind_if_due();
        if (read_some()) continue;
        m_client->subscription.reset();
        jsErrCode ignored{};
        if (!m_client->consumer.empty() && m_client->connected()) js_DeleteConsumer(m_client->stream, m_options.stream.c_str(), m_client->consumer.c_str(), nullptr, &ignored);
        m_client->consumer.clear();
        if (!stopping()) std::this_thread::sleep_for(kRetryPause);
    }
    m_client->subscription.reset();
    nats_ReleaseThreadMemory();
}

// One message, or a little waiting for it. Makes a consumer when there is none: it lives in one server's memory and delivers without
// acknowledgements, counting; a count that is missing, or silence where a heartbeat was due, means that another is needed.
bool JetStreamLog::read_some()
{
    auto& client = *m_client;
    if (!client.subscription) {
        if (!client.connected()) return false;
        natsInbox* inbox = nullptr;
        if (natsInbox_Create(&inbox) != NATS_OK) return false;
        const Owned<natsInbox, natsInbox_Destroy> owned(inbox);
        natsSubscription* subscription = nullptr;
        if (natsConnection_SubscribeSync(&subscription, client.connection, inbox) != NATS_OK) return false;
        client.subscription.reset(subscription);
        natsSubscription_SetPendingLimits(subscription, kPendingMessages, -1);

        jsConsumerConfig config;
        jsConsumerConfig_Init(&config);
        config.DeliverPolicy = js_DeliverByStartSequence;
        config.OptStartSeq = m_read + 1;
        config.AckPolicy = js_AckNone;
        config.ReplayPolicy = js_ReplayInstant;
        config.DeliverSubject = inbox;
        config.FlowControl = true;
        config.Heartbeat = nanoseconds(kLogHeartbeat);
        config.InactiveThreshold = nanoseconds(kLogStart);
        config.Replicas = 1;
        config.MemoryStorage = true;
        jsConsumerInfo* made = nullptr;
        jsErrCode code{};
        if (js_AddConsumer(&made, client.stream, m_options.stream.c_str(), &config, nullptr, &code) != NATS_OK) return false;
        const ConsumerInfo info(made);
        client.consumer = info->Name;
        client.delivered = 0;
        client.heard = Clock::now();
    }

    natsMsg* received = nullptr;
    const auto status = natsSubscription_NextMsg(&received, client.subscription.get(), milliseconds(kReadSlice));
    if (status == NATS_TIMEOUT) return Clock::now() - client.heard < kLogSilence;
    if (status != NATS_OK) return false;
    const Message message(received);
    client.heard = Clock::now();

    const char* control = nullptr;
    const char* const reply = natsMsg_GetReply(received);
    if (natsMsgHeader_Get(received, "Status", &control) == NATS_OK) {
        // A heartbeat, or flow control, which wants an answer; a heartbeat may carry one that was missed.
        const char* stalled = nullptr;
        if (reply != nullptr && *reply != 0)
            natsConnection_Publish(client.connection, reply, nullptr, 0);
        else if (natsMsgHeader_Get(received, "Nats-Consumer-Stalled", &stalled) == NATS_OK)
            natsConnection_Publish(client.connection, stalled, nullptr, 0);
        return std::string_view(control) == "100";
    }
    const auto place = place_of(reply == nullptr ? "" : reply);
    if (!place || place->of_reader != client.delivered + 1 || place->in_stream <= m_read) return false;
    client.delivered = place->of_reader;
    const std::string_view subject = natsMsg_GetSubject(received);
    const auto* const data = reinterpret_cast<const std::uint8_t*>(natsMsg_GetData(received));
    LogMessage taken{place->in_stream, std::string(subject.substr(std::min(subject.size(), m_options.stream.size() + 1))), {}};
    taken.body.assign(data, data + natsMsg_GetDataLength(received));
    enqueue(std::move(taken), place->pending);
    m_read = place->in_stream;
    return true;
}

}  // namespace sinetti::relay
