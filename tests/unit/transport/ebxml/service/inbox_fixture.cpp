#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

#include <future>
#include <utility>

#include "adapters/register.hpp"
#include "broker/crypto/master_keys.hpp"
#include "broker/store/rocksdb_store.hpp"

namespace budstikke::ebxml::test {

std::expected<std::string, CarrierFault> KeepingCarrier::send(const Outgoing& outgoing) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    --waiting_;
    sent_.push_back(
        {.endpoint = std::string(outgoing.endpoint),
         .package = outgoing.package,
         .from_address = std::string(outgoing.from_address),
         .mail_id = std::string(outgoing.mail_id),
         .in_reply_to = std::string(outgoing.in_reply_to)}
    );
    changed_.notify_all();
    return std::string{};
}

std::vector<Sent> KeepingCarrier::take(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sent_.size() >= count; });
    return std::exchange(sent_, {});
}

std::size_t KeepingCarrier::size() const {
    const std::scoped_lock lock(mutex_);
    return sent_.size();
}

void KeepingCarrier::hold() {
    const std::scoped_lock lock(mutex_);
    held_ = true;
}

void KeepingCarrier::release() {
    const std::scoped_lock lock(mutex_);
    held_ = false;
    changed_.notify_all();
}

void KeepingCarrier::wait_for_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
}

void InboxTest::SetUp() {
    crypto::test::write_file(
        folder_.path("master.keys"), "k1 " + std::string(64, 'a') + "\n", 0600
    );
    ASSERT_TRUE(register_adapters(adapters_));
    start();
}

void InboxTest::TearDown() {
    stop();
}

std::shared_ptr<const Surroundings> InboxTest::surroundings() const {
    auto sources = world_.sources();
    sources.sha1_from = sha1_from_;
    sources.des3_from = des3_from_;
    return Surroundings::make(std::move(sources), clock_.now()).value();
}

void InboxTest::start() {
    auto keys = crypto::MasterKeys::load(folder_.path("master.keys")).value();
    codec_ = std::make_unique<store::PayloadCodec>(
        std::make_shared<const crypto::MasterKeys>(std::move(keys))
    );
    store_ = store::open_rocksdb({.path = folder_.path("store").string()}).value();
    ebxml_store_ = std::make_unique<FaultyStore>(
        store::open_ebxml_store(folder_.path("ebxml"), *codec_).value()
    );
    broker_ = pipeline::Broker::start(
                  {.store = *store_,
                   .codec = *codec_,
                   .adapters = adapters_,
                   .schemas = nullptr,
                   .clock = clock_,
                   .random = random_},
                  {}, world_.directory()
    )
                  .value();
    inbox_ = std::make_unique<Inbox>(
        options_,
        InboxParts{
            .broker = *broker_,
            .adapters = adapters_,
            .store = *ebxml_store_,
            .carrier = carrier_,
            .schemas = nullptr,
            .clock = clock_,
            .random = random_,
            .events = events_,
            .on_failure = [this](const Error&) { ++failures_; },
        },
        SignalHandlers{
            .signal =
                [this](const VerifiedSignal& signal) {
                    signals_.push_back(
                        {.envelope = signal.envelope,
                         .signed_by = signal.signed_by,
                         .exchange_of = std::string(signal.exchange_of),
                         .answered_mails =
                             {signal.answered_mails.begin(), signal.answered_mails.end()}}
                    );
                    return effect_;
                },
            .bounced =
                [this](std::string_view mail_id, bool permanent) {
                    bounces_.emplace_back(mail_id, permanent);
                    return effect_;
                },
        },
        surroundings()
    );
}

void InboxTest::stop() {
    inbox_.reset();
    broker_.reset();
    ebxml_store_.reset();
    store_.reset();
    codec_.reset();
}

Reception InboxTest::receive(const std::string& bytes, Transport transport) {
    return inbox_->receive({.transport = transport, .bytes = bytes, .source = "192.0.2.1"});
}

ReadSignal InboxTest::answered(const PartnerMessage& message) {
    return answered(message.bytes());
}

ReadSignal InboxTest::answered(const std::string& bytes) {
    const auto reception = receive(bytes);
    EXPECT_EQ(reception.kind, Reception::Kind::done);
    if (!reception.reply) {
        ADD_FAILURE() << "nothing came back in the exchange";
        return {};
    }
    auto signal = read_signal(*reception.reply);
    EXPECT_EQ(reception.reply_is_fault, signal.envelope.kind == Kind::fault);
    return signal;
}

std::uint64_t InboxTest::open_for(const std::string& her_id) {
    std::promise<std::vector<pipeline::QueueStatus>> promise;
    auto future = promise.get_future();
    broker_->queues([&promise](std::vector<pipeline::QueueStatus> queues) {
        promise.set_value(std::move(queues));
    });
    for (const auto& queue : future.get()) {
        if (queue.queue.text() == her_id) {
            return queue.waiting + queue.in_flight;
        }
    }
    return 0;
}

std::optional<store::InboundEbxml> InboxTest::kept(const PartnerMessage& message) const {
    return ebxml_store_->inbound(her(message.from), message.message_id).value();
}

}  // namespace budstikke::ebxml::test
