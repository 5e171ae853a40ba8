// The client of exchange_client.hpp: what is asked is numbered and sent.
#include "broker/tools/client/exchange_client.hpp"

#include <algorithm>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/tools/client/arrivals.hpp"
#include "broker/tools/client/connection.hpp"
#include "broker/tools/client/questions.hpp"
#include "broker/transport/exchange/frame.hpp"

namespace budstikke::client {
namespace {

/// The place of a T in a frame, as protobuf gives it: &v1::Frame::mutable_receipt.
template <typename T>
using Place = T* (v1::Frame::*)();

/// Takes the answer from its place in the frame and passes it on.
template <typename Answer>
OnAnswer<v1::Frame> passing_on(Place<Answer> place, OnAnswer<Answer> on_answer) {
    return [place, on_answer = std::move(on_answer)](Result<v1::Frame> frame) mutable {
        if (frame) {
            on_answer(std::move(*((*frame).*place)()));
        } else {
            on_answer(std::unexpected(frame.error()));
        }
    };
}

template <typename Answer>
OnAnswer<Answer> fulfilling(std::promise<Result<Answer>> promise) {
    return [promise = std::move(promise)](Result<Answer> answer) mutable {
        promise.set_value(std::move(answer));
    };
}

}  // namespace

class ExchangeClient::Impl {
 public:
    explicit Impl(const ClientOptions& given) : options(given) {}

    Result<void> greet();
    void start();
    void send(const v1::Frame& frame);
    void submit(v1::Submit submit, std::string_view payload, bool check, OnAnswer<v1::Receipt> on);

    std::future<Result<v1::Receipt>> submit(
        v1::Submit submit, std::string_view payload, bool check
    );

    /// Sends the question; the answer goes to `on_answer`.
    template <typename Question, typename Answer>
    void ask(
        Question question, Place<Question> asked, Place<Answer> answered, OnAnswer<Answer> on_answer
    ) {
        question.set_request(questions.ask(passing_on(answered, std::move(on_answer))));
        v1::Frame frame;
        *(frame.*asked)() = std::move(question);
        send(frame);
    }

    /// Asks and waits.
    template <typename Question, typename Answer>
    Result<Answer> call(Question question, Place<Question> asked, Place<Answer> answered) {
        std::promise<Result<Answer>> promise;
        auto future = promise.get_future();
        ask(std::move(question), asked, answered, fulfilling(std::move(promise)));
        if (future.wait_for(options.answer_time_max) != std::future_status::ready) {
            return fail(Errc::unavailable, "no answer in time");
        }
        return future.get();
    }

    ClientOptions options;
    v1::Welcome welcome;
    Questions questions;
    Arrivals arrivals{questions};
    std::unique_ptr<Connection> connection;  ///< last: its thread uses all the others
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
        [this](v1::Frame& frame) { arrivals.take(frame); },
        [this](const Error& error) { arrivals.end(error); }, idle,
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

void ExchangeClient::Impl::submit(
    v1::Submit submit, std::string_view payload, bool check, OnAnswer<v1::Receipt> on_receipt
) {
    const std::uint64_t number =
        questions.ask(passing_on(&v1::Frame::mutable_receipt, std::move(on_receipt)));
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

std::future<Result<v1::Receipt>> ExchangeClient::Impl::submit(
    v1::Submit submit_frame, std::string_view payload, bool check
) {
    std::promise<Result<v1::Receipt>> promise;
    auto future = promise.get_future();
    submit(std::move(submit_frame), payload, check, fulfilling(std::move(promise)));
    return future;
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
    return impl_->submit(std::move(submit), payload, false);
}

std::future<Result<v1::Receipt>> ExchangeClient::check(
    v1::Submit submit, std::string_view payload
) {
    return impl_->submit(std::move(submit), payload, true);
}

Result<v1::Verdict> ExchangeClient::may_i_send(v1::MayISend question) {
    return impl_->call(
        std::move(question), &v1::Frame::mutable_may_i_send, &v1::Frame::mutable_verdict
    );
}

Result<v1::Withdrawn> ExchangeClient::withdraw(v1::Withdraw withdraw) {
    return impl_->call(
        std::move(withdraw), &v1::Frame::mutable_withdraw, &v1::Frame::mutable_withdrawn
    );
}

void ExchangeClient::on_delivery(std::function<void(v1::Delivery)> handler) {
    impl_->arrivals.on_delivery(std::move(handler));
}

Result<v1::Subscribed> ExchangeClient::subscribe(std::string_view her_id, std::uint32_t credit) {
    v1::Subscribe question;
    question.set_her_id(std::string(her_id));
    question.set_credit(credit);
    return impl_->call(
        std::move(question), &v1::Frame::mutable_subscribe, &v1::Frame::mutable_subscribed
    );
}

Result<v1::Unsubscribed> ExchangeClient::unsubscribe(std::string_view her_id) {
    v1::Unsubscribe question;
    question.set_her_id(std::string(her_id));
    return impl_->call(
        std::move(question), &v1::Frame::mutable_unsubscribe, &v1::Frame::mutable_unsubscribed
    );
}

void ExchangeClient::add_credit(std::string_view her_id, std::uint32_t add) {
    v1::Frame frame;
    frame.mutable_credit()->set_her_id(std::string(her_id));
    frame.mutable_credit()->set_add(add);
    impl_->send(frame);
}

Result<std::optional<v1::Delivery>> ExchangeClient::next_delivery(Duration time_max) {
    return impl_->arrivals.next_delivery(time_max);
}

void ExchangeClient::settle(v1::Settle settle, OnAnswer<v1::Settled> on_settled) {
    impl_->ask(
        std::move(settle), &v1::Frame::mutable_settle, &v1::Frame::mutable_settled,
        std::move(on_settled)
    );
}

Result<v1::Settled> ExchangeClient::settle(v1::Settle settle) {
    return impl_->call(std::move(settle), &v1::Frame::mutable_settle, &v1::Frame::mutable_settled);
}

Result<v1::Status> ExchangeClient::status(const v1::MessageRef& message) {
    v1::StatusRequest question;
    *question.mutable_message() = message;
    return impl_->call(
        std::move(question), &v1::Frame::mutable_status_request, &v1::Frame::mutable_status
    );
}

Result<v1::Following> ExchangeClient::follow(
    std::string_view sender, std::uint64_t after_position
) {
    v1::Follow question;
    question.set_sender(std::string(sender));
    question.set_after_position(after_position);
    return impl_->call(
        std::move(question), &v1::Frame::mutable_follow, &v1::Frame::mutable_following
    );
}

Result<std::optional<v1::StatusEvent>> ExchangeClient::next_event(Duration time_max) {
    return impl_->arrivals.next_event(time_max);
}

Result<std::optional<v1::Frame>> ExchangeClient::next_other(Duration time_max) {
    return impl_->arrivals.next_other(time_max);
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
    return impl_->arrivals.wait_for_end(time_max);
}

bool ExchangeClient::alive() const {
    return !impl_->arrivals.has_ended();
}

std::optional<v1::GoAway> ExchangeClient::goodbye() const {
    return impl_->arrivals.goodbye();
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
