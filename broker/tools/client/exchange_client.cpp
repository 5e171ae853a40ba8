// The client of exchange_client.hpp: what arrives is sorted, what is asked is numbered and sent.
#include "broker/tools/client/exchange_client.hpp"

#include <map>
#include <mutex>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/tools/client/connection.hpp"
#include "broker/tools/client/mailbox.hpp"
#include "broker/tools/client/questions.hpp"
#include "broker/transport/exchange/frame.hpp"

namespace budstikke::client {

class ExchangeClient::Impl {
 public:
    explicit Impl(const ClientOptions& given) : options(given) {}

    Result<void> greet();
    void start();
    void send(const v1::Frame& frame);
    void arrived(v1::Frame& frame);
    void delivery(v1::Delivery& delivery);
    void delivery_chunk(v1::DeliveryChunk& chunk);
    void hand_over(v1::Delivery& delivery);
    void ended(const Error& error);
    void submit(v1::Submit submit, std::string_view payload, bool check, OnAnswer<v1::Receipt> on);

    /// Asks and waits. `number` puts the number into the frame, `take` takes the answer out.
    template <typename Answer, typename Number, typename Take>
    Result<Answer> call(v1::Frame& frame, Number number, Take take) {
        std::promise<Result<v1::Frame>> promise;
        auto future = promise.get_future();
        number(
            frame, questions.ask([promise = std::move(promise)](Result<v1::Frame> answer) mutable {
                promise.set_value(std::move(answer));
            })
        );
        send(frame);
        if (future.wait_for(options.answer_time_max) != std::future_status::ready) {
            return fail(Errc::unavailable, "no answer in time");
        }
        auto answer = future.get();
        if (!answer) {
            return std::unexpected(answer.error());
        }
        return std::move(*take(*answer));
    }

    ClientOptions options;
    v1::Welcome welcome;
    Mailbox<v1::Delivery> deliveries;
    Mailbox<v1::StatusEvent> events;
    Mailbox<v1::Frame> others;
    std::mutex mutex;
    std::condition_variable end_changed;
    Questions questions;
    std::optional<v1::GoAway> goodbye;
    std::optional<Error> end;
    std::function<void(v1::Delivery)> on_delivery;
    std::map<std::string, v1::Delivery> gathering;  ///< of the connection's thread
    std::unique_ptr<Connection> connection;         ///< last: its thread uses all the others
};

Result<void> ExchangeClient::Impl::greet() {
    auto opened = Connection::open(options);
    if (!opened) {
        return std::unexpected(opened.error());
    }
    connection = std::move(*opened);
    const SteadyTime until = std::chrono::steady_clock::now() + options.connect_time_max;
    v1::Frame frame;
    frame.mutable_hello()->set_version(options.version);
    frame.mutable_hello()->set_software(options.software);
    std::string bytes;
    transport::append_frame(bytes, frame);
    if (const auto sent = connection->send_now(bytes, until); !sent) {
        return sent;
    }
    v1::Frame answer;
    if (const auto read = connection->read_frame(answer, until); !read) {
        return read;
    }
    if (answer.has_go_away()) {
        return fail(
            Errc::denied,
            "the broker refuses: " + v1::GoAway::Reason_Name(answer.go_away().reason())
        );
    }
    if (!answer.has_welcome()) {
        return fail(Errc::malformed, "the server does not greet");
    }
    welcome = std::move(*answer.mutable_welcome());
    return {};
}

void ExchangeClient::Impl::start() {
    const Duration idle = std::chrono::seconds(std::max(1U, welcome.idle_seconds_max() / 3));
    connection->start(
        [this](v1::Frame& frame) { arrived(frame); }, [this](const Error& error) { ended(error); },
        idle,
        [this] {
            if (options.pings) {
                v1::Frame frame;
                frame.mutable_ping()->set_number(0);
                send(frame);
            }
        }
    );
}

void ExchangeClient::Impl::send(const v1::Frame& frame) {
    std::string bytes;
    transport::append_frame(bytes, frame);
    connection->send(bytes);
}

void ExchangeClient::Impl::arrived(v1::Frame& frame) {
    switch (frame.kind_case()) {
        case v1::Frame::kDelivery:
            delivery(*frame.mutable_delivery());
            return;
        case v1::Frame::kDeliveryChunk:
            delivery_chunk(*frame.mutable_delivery_chunk());
            return;
        case v1::Frame::kStatusEvent:
            events.put(std::move(*frame.mutable_status_event()));
            return;
        case v1::Frame::kGoAway: {
            const std::lock_guard lock(mutex);
            goodbye = std::move(*frame.mutable_go_away());
            return;
        }
        case v1::Frame::kPong:
            if (frame.pong().number() == 0) {
                return;
            }
            break;
        default:
            break;
    }
    if (!questions.answer(frame)) {
        others.put(std::move(frame));
    }
}

void ExchangeClient::Impl::delivery(v1::Delivery& delivery) {
    if (delivery.payload().size() < delivery.size()) {
        std::string id = delivery.delivery_id();
        gathering.insert_or_assign(std::move(id), std::move(delivery));
    } else {
        hand_over(delivery);
    }
}

void ExchangeClient::Impl::delivery_chunk(v1::DeliveryChunk& chunk) {
    const auto found = gathering.find(chunk.delivery_id());
    if (found == gathering.end()) {
        return;
    }
    found->second.mutable_payload()->append(chunk.payload());
    if (found->second.payload().size() >= found->second.size()) {
        hand_over(found->second);
        gathering.erase(found);
    }
}

void ExchangeClient::Impl::hand_over(v1::Delivery& delivery) {
    if (on_delivery) {
        on_delivery(std::move(delivery));
    } else {
        deliveries.put(std::move(delivery));
    }
}

void ExchangeClient::Impl::ended(const Error& error) {
    {
        const std::lock_guard lock(mutex);
        end = error;
        end_changed.notify_all();
    }
    questions.end(error);
    deliveries.end(error);
    events.end(error);
    others.end(error);
}

void ExchangeClient::Impl::submit(
    v1::Submit submit, std::string_view payload, bool check, OnAnswer<v1::Receipt> on_receipt
) {
    const std::uint64_t number =
        questions.ask([on_receipt = std::move(on_receipt)](Result<v1::Frame> answer) mutable {
            if (answer) {
                on_receipt(std::move(*answer->mutable_receipt()));
            } else {
                on_receipt(std::unexpected(answer.error()));
            }
        });
    const std::size_t piece = welcome.chunk_bytes_max();
    submit.set_submission(number);
    submit.set_size(payload.size());
    submit.set_payload(std::string(payload.substr(0, piece)));
    v1::Frame frame;
    v1::Submit& target = check ? *frame.mutable_check()->mutable_submit() : *frame.mutable_submit();
    target = std::move(submit);
    // One piece of bytes, so that no other thread's submission comes between the chunks.
    std::string bytes;
    transport::append_frame(bytes, frame);
    for (std::size_t at = piece; at < payload.size(); at += piece) {
        v1::Frame chunk;
        chunk.mutable_chunk()->set_submission(number);
        chunk.mutable_chunk()->set_payload(std::string(payload.substr(at, piece)));
        transport::append_frame(bytes, chunk);
    }
    connection->send(bytes);
}

Result<std::unique_ptr<ExchangeClient>> ExchangeClient::connect(const ClientOptions& options) {
    auto impl = std::make_unique<Impl>(options);
    if (const auto greeted = impl->greet(); !greeted) {
        return std::unexpected(greeted.error());
    }
    impl->start();
    return std::make_unique<ExchangeClient>(std::move(impl));
}

ExchangeClient::ExchangeClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ExchangeClient::~ExchangeClient() = default;

const v1::Welcome& ExchangeClient::welcome() const {
    return impl_->welcome;
}

void ExchangeClient::submit(
    v1::Submit submit, std::string_view payload, OnAnswer<v1::Receipt> on_receipt
) {
    impl_->submit(std::move(submit), payload, false, std::move(on_receipt));
}

std::future<Result<v1::Receipt>> ExchangeClient::submit(
    v1::Submit submit, std::string_view payload
) {
    std::promise<Result<v1::Receipt>> promise;
    auto future = promise.get_future();
    impl_->submit(
        std::move(submit), payload, false,
        [promise = std::move(promise)](Result<v1::Receipt> receipt) mutable {
            promise.set_value(std::move(receipt));
        }
    );
    return future;
}

std::future<Result<v1::Receipt>> ExchangeClient::check(
    v1::Submit submit, std::string_view payload
) {
    std::promise<Result<v1::Receipt>> promise;
    auto future = promise.get_future();
    impl_->submit(
        std::move(submit), payload, true,
        [promise = std::move(promise)](Result<v1::Receipt> receipt) mutable {
            promise.set_value(std::move(receipt));
        }
    );
    return future;
}

Result<v1::Verdict> ExchangeClient::may_i_send(v1::MayISend question) {
    v1::Frame frame;
    *frame.mutable_may_i_send() = std::move(question);
    return impl_->call<v1::Verdict>(
        frame, [](auto& f, auto number) { f.mutable_may_i_send()->set_request(number); },
        [](auto& f) { return f.mutable_verdict(); }
    );
}

Result<v1::Withdrawn> ExchangeClient::withdraw(v1::Withdraw withdraw) {
    v1::Frame frame;
    *frame.mutable_withdraw() = std::move(withdraw);
    return impl_->call<v1::Withdrawn>(
        frame, [](auto& f, auto number) { f.mutable_withdraw()->set_request(number); },
        [](auto& f) { return f.mutable_withdrawn(); }
    );
}

void ExchangeClient::on_delivery(std::function<void(v1::Delivery)> handler) {
    impl_->on_delivery = std::move(handler);
}

Result<v1::Subscribed> ExchangeClient::subscribe(std::string_view her_id, std::uint32_t credit) {
    v1::Frame frame;
    frame.mutable_subscribe()->set_her_id(std::string(her_id));
    frame.mutable_subscribe()->set_credit(credit);
    return impl_->call<v1::Subscribed>(
        frame, [](auto& f, auto number) { f.mutable_subscribe()->set_request(number); },
        [](auto& f) { return f.mutable_subscribed(); }
    );
}

Result<v1::Unsubscribed> ExchangeClient::unsubscribe(std::string_view her_id) {
    v1::Frame frame;
    frame.mutable_unsubscribe()->set_her_id(std::string(her_id));
    return impl_->call<v1::Unsubscribed>(
        frame, [](auto& f, auto number) { f.mutable_unsubscribe()->set_request(number); },
        [](auto& f) { return f.mutable_unsubscribed(); }
    );
}

void ExchangeClient::add_credit(std::string_view her_id, std::uint32_t add) {
    v1::Frame frame;
    frame.mutable_credit()->set_her_id(std::string(her_id));
    frame.mutable_credit()->set_add(add);
    impl_->send(frame);
}

Result<std::optional<v1::Delivery>> ExchangeClient::next_delivery(Duration time_max) {
    return impl_->deliveries.next(time_max);
}

void ExchangeClient::settle(v1::Settle settle, OnAnswer<v1::Settled> on_settled) {
    settle.set_request(impl_->questions.ask([on_settled = std::move(on_settled
                                             )](Result<v1::Frame> answer) mutable {
        if (answer) {
            on_settled(std::move(*answer->mutable_settled()));
        } else {
            on_settled(std::unexpected(answer.error()));
        }
    }));
    v1::Frame frame;
    *frame.mutable_settle() = std::move(settle);
    impl_->send(frame);
}

Result<v1::Settled> ExchangeClient::settle(v1::Settle settle) {
    v1::Frame frame;
    *frame.mutable_settle() = std::move(settle);
    return impl_->call<v1::Settled>(
        frame, [](auto& f, auto number) { f.mutable_settle()->set_request(number); },
        [](auto& f) { return f.mutable_settled(); }
    );
}

Result<v1::Status> ExchangeClient::status(const v1::MessageRef& message) {
    v1::Frame frame;
    *frame.mutable_status_request()->mutable_message() = message;
    return impl_->call<v1::Status>(
        frame, [](auto& f, auto number) { f.mutable_status_request()->set_request(number); },
        [](auto& f) { return f.mutable_status(); }
    );
}

Result<v1::Following> ExchangeClient::follow(
    std::string_view sender, std::uint64_t after_position
) {
    v1::Frame frame;
    frame.mutable_follow()->set_sender(std::string(sender));
    frame.mutable_follow()->set_after_position(after_position);
    return impl_->call<v1::Following>(
        frame, [](auto& f, auto number) { f.mutable_follow()->set_request(number); },
        [](auto& f) { return f.mutable_following(); }
    );
}

Result<std::optional<v1::StatusEvent>> ExchangeClient::next_event(Duration time_max) {
    return impl_->events.next(time_max);
}

Result<std::optional<v1::Frame>> ExchangeClient::next_other(Duration time_max) {
    return impl_->others.next(time_max);
}

Result<void> ExchangeClient::close() {
    v1::Frame frame;
    frame.mutable_go_away()->set_reason(v1::GoAway::CLOSING);
    impl_->send(frame);
    if (!wait_for_end(impl_->options.answer_time_max)) {
        return fail(Errc::unavailable, "the broker does not close");
    }
    return {};
}

bool ExchangeClient::wait_for_end(Duration time_max) {
    std::unique_lock lock(impl_->mutex);
    return impl_->end_changed.wait_for(lock, time_max, [this] { return impl_->end.has_value(); });
}

bool ExchangeClient::alive() const {
    const std::lock_guard lock(impl_->mutex);
    return !impl_->end;
}

std::optional<v1::GoAway> ExchangeClient::goodbye() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->goodbye;
}

std::string ExchangeClient::ticket() const {
    return impl_->connection->ticket();
}

void ExchangeClient::send(const v1::Frame& frame) {
    impl_->send(frame);
}

void ExchangeClient::send_bytes(std::string_view bytes) {
    impl_->connection->send(bytes);
}

}  // namespace budstikke::client
