#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"

namespace budstikke::ebxml::test {

RecordingCarrier::Answer RecordingCarrier::send(const Outgoing& outgoing) {
    Sent sent{
        .endpoint = std::string(outgoing.endpoint),
        .content_type = outgoing.package.content_type,
        .body = outgoing.package.body,
        .from_address = std::string(outgoing.from_address),
        .mail_id = std::string(outgoing.mail_id),
        .at = clock_.now(),
        .stop = outgoing.stop,
    };
    std::function<Answer(const Sent&)> answer;
    {
        const std::scoped_lock lock(mutex_);
        sent_.push_back(sent);
        answer = answer_;
    }
    arrived_.notify_all();
    return answer ? answer(sent) : std::string{};
}

void RecordingCarrier::answer_with(std::function<Answer(const Sent&)> answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = std::move(answer);
}

std::vector<RecordingCarrier::Sent> RecordingCarrier::wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return sent_.size() >= count; });
    return sent_;
}

std::size_t RecordingCarrier::count() const {
    const std::scoped_lock lock(mutex_);
    return sent_.size();
}

void WatchedStore::changed() {
    {
        const std::scoped_lock lock(mutex_);
        ++changes_;
    }
    changed_.notify_all();
}

Result<std::optional<store::OutboundEbxml>> WatchedStore::outbound_of(const DeliveryId& id) const {
    auto found = ForwardingStore::outbound_of(id);
    std::function<void()> pause;
    {
        const std::scoped_lock lock(mutex_);
        pause = std::exchange(pause_, {});
    }
    if (pause) {
        pause();
    }
    return found;
}

void WatchedStore::after_next_lookup(std::function<void()> pause) {
    const std::scoped_lock lock(mutex_);
    pause_ = std::move(pause);
}

void WatchedStore::before_next_erase(std::function<void()> pause) {
    const std::scoped_lock lock(mutex_);
    before_erase_ = std::move(pause);
}

std::function<void()> WatchedStore::take(std::function<void()>& pause) const {
    const std::scoped_lock lock(mutex_);
    return std::exchange(pause, {});
}

void WatchedStore::wait_until(const std::function<bool()>& holds) {
    for (;;) {
        std::uint64_t seen = 0;
        {
            const std::scoped_lock lock(mutex_);
            seen = changes_;
        }
        if (holds()) {
            return;
        }
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return changes_ != seen; });
    }
}

Reception RecordingReceiver::receive(const Arrival& arrival) {
    const std::scoped_lock lock(mutex_);
    arrived_bytes_.emplace_back(arrival.exchange_of, arrival.bytes);
    arrived_.notify_all();
    Reception reception;
    if (put_off_ > 0) {
        --put_off_;
        reception.kind = Reception::Kind::later;
    }
    return reception;
}

void RecordingReceiver::put_off(std::size_t count) {
    const std::scoped_lock lock(mutex_);
    put_off_ = count;
}

std::vector<std::pair<std::string, std::string>> RecordingReceiver::wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return arrived_bytes_.size() >= count; });
    return arrived_bytes_;
}

void OutboxTest::SetUp() {
    BrokerTest::SetUp();
    // The certificates are made for the test, and valid from now on.
    clock_.advance(SystemClock().now() - clock_.now());
    stop();
    start_all();
}

void OutboxTest::TearDown() {
    stop_all();
    BrokerTest::TearDown();
}

std::shared_ptr<const Surroundings> OutboxTest::surroundings() const {
    auto sources = world_.sources();
    sources.retries = retries();
    sources.retry_interval = interval();
    return Surroundings::make(std::move(sources), clock_.now()).value();
}

void OutboxTest::start_all() {
    start();
    broker_->replace_directory(world_.directory());
    ebxml_store_ = std::make_unique<WatchedStore>(folder_ / "ebxml", *codec_);
    outbox_ = std::make_unique<Outbox>(
        options(),
        OutboxParts{
            .broker = *broker_,
            .store = *ebxml_store_,
            .carrier = carrier_,
            .clock = clock_,
            .random = random_,
            .events = events_,
            .on_failure =
                [this](const Error&) {
                    ++failures_;
                    failures_.notify_all();
                }
        }
    );
    ASSERT_TRUE(outbox_->start(surroundings(), receiver_));
}

void OutboxTest::stop_all() {
    outbox_.reset();
    ebxml_store_.reset();
    stop();
}

void OutboxTest::reload() {
    broker_->replace_directory(world_.directory());
    outbox_->replace(surroundings());
}

MessageId OutboxTest::submit_to(const std::string& recipient, const std::string& msg_id) {
    const pipeline::Draftsman draft{
        .msg_id = msg_id,
        .sender = "3001",
        .to = {recipient},
        .type = "EPIKRISE",
        .organisation = "999000002",
    };
    const auto receipt = submit(draft.submission());
    EXPECT_TRUE(receipt.accepted);
    return receipt.id;
}

std::vector<MessageId> OutboxTest::submit_many(const std::string& recipient, std::size_t count) {
    std::vector<MessageId> ids;
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back(submit_to(recipient, "m" + std::to_string(i)));
    }
    return ids;
}

store::OutboundEbxml OutboxTest::stored(const MessageId& message, const std::string& recipient) {
    const auto found = ebxml_store_->outbound_of({.message = message, .recipient = her(recipient)});
    return found && *found ? **found : store::OutboundEbxml{};
}

void OutboxTest::wait_for_state(
    const MessageId& message, DeliveryState wanted, const std::string& recipient
) {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t changes = 0;
    const auto watch = broker_->watch_feed(her("3001"), [&] {
        const std::scoped_lock lock(mutex);
        ++changes;
        changed.notify_all();
    });
    for (;;) {
        std::unique_lock lock(mutex);
        const auto seen = changes;
        lock.unlock();
        if (state(message, recipient) == wanted) {
            break;
        }
        lock.lock();
        changed.wait(lock, [&] { return changes != seen; });
    }
    broker_->unwatch(watch);
}

void OutboxTest::wait_until_erased(const MessageId& message, const std::string& recipient) {
    const DeliveryId delivery{.message = message, .recipient = her(recipient)};
    ebxml_store_->wait_until([&] { return !ebxml_store_->outbound_of(delivery).value(); });
}

Message read_sent(const RecordingCarrier::Sent& sent) {
    return read_message("Content-Type: " + sent.content_type + "\r\n\r\n" + sent.body).value();
}

Envelope OutboxTest::acknowledgment_of(const RecordingCarrier::Sent& sent) {
    const auto original = read_sent(sent).envelope.value();
    Envelope envelope;
    envelope.kind = Kind::acknowledgment;
    envelope.from = original.to;
    envelope.to = original.from;
    envelope.ref_to_message_id = original.message_id;
    envelope.acknowledgment = Acknowledgment{
        .timestamp = {},
        .ref_to_message_id = original.message_id,
        .references = original.signature_references,
    };
    return envelope;
}

Envelope OutboxTest::error_of(
    const RecordingCarrier::Sent& sent, const std::string& code, ErrorSeverity severity
) {
    auto envelope = acknowledgment_of(sent);
    envelope.kind = Kind::error;
    envelope.acknowledgment.reset();
    EbxmlError error;
    error.code = code;
    error.severity = severity;
    envelope.error_list = ErrorList{.errors = {error}};
    return envelope;
}

SignalEffect OutboxTest::signal(const Envelope& envelope, Signatory by) {
    return outbox_->signal({.envelope = envelope, .signed_by = by}).value();
}

}  // namespace budstikke::ebxml::test
