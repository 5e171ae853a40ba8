// AMQP 0-9-1 in the load generator, as much of it as RabbitMQ's best practice needs: persistent
// messages to durable quorum queues, publisher confirms in a window, a prefetch, acknowledgements
// of many at once, and all of it in full TLS records.
#include <algorithm>
#include <array>
#include <utility>

#include <poll.h>

#include "tests/bench/load/amqp_frame.hpp"
#include "tests/bench/load/protocol.hpp"
#include "tests/bench/load/template.hpp"

namespace budstikke::bench {
namespace {

constexpr int answer_time_max_ms = 60'000;

std::string queue_of(std::uint32_t pair) {
    return "recipient-" + recipient_her_id(pair);
}

/// Sends what was appended and waits for a method; the answer to everything before it is in order.
Result<void> ask(TlsLine& line, amqp::Method answer) {
    while (true) {
        if (!line.flush()) {
            return fail(Errc::unavailable, "the connection to RabbitMQ ended");
        }
        while (const auto frame = amqp::first_frame(line.in())) {
            line.used(frame->bytes);
            if (frame->method() == answer) {
                return {};
            }
            if (frame->method() == amqp::connection_close ||
                frame->method() == amqp::channel_close) {
                return fail(Errc::denied, "RabbitMQ refuses: " + amqp::reason(*frame));
            }
        }
        pollfd event{.fd = line.socket(), .events = POLLIN, .revents = 0};
        if (::poll(&event, 1, answer_time_max_ms) <= 0) {
            return fail(Errc::unavailable, "RabbitMQ does not answer");
        }
        if (line.read() == TlsLine::Read::ended) {
            return fail(Errc::unavailable, "RabbitMQ ended the connection");
        }
    }
}

/// A connection with one channel, and the queue of the pair on it.
Result<std::unique_ptr<TlsLine>> opened(
    const TlsIdentity& who, std::uint16_t port, const std::string& queue
) {
    auto line = TlsLine::connect(who, port);
    if (!line) {
        return line;
    }
    std::string& out = (*line)->out();
    auto done = Result<void>();
    const auto step = [&](amqp::Method answer) {
        if (done) {
            done = ask(**line, answer);
        }
    };
    amqp::append_protocol(out);
    step(amqp::connection_start);
    amqp::append_start_ok(out);
    step(amqp::connection_tune);
    amqp::append_tune_ok(out);
    amqp::append_open(out);
    step(amqp::connection_open_ok);
    amqp::append_channel_open(out);
    step(amqp::channel_open_ok);
    amqp::append_declare_quorum_queue(out, queue);
    step(amqp::queue_declare_ok);
    return done ? std::move(line) : std::unexpected(done.error());
}

/// Takes one frame off, and ends the run where RabbitMQ says that something is wrong.
std::optional<amqp::Frame> next_frame(Run& run, TlsLine& line) {
    auto frame = amqp::first_frame(line.in());
    if (frame) {
        line.used(frame->bytes);
        const auto method = frame->method();
        if (method == amqp::connection_close || method == amqp::channel_close ||
            method == amqp::basic_nack) {
            run.fail("RabbitMQ says: " + amqp::reason(*frame));
        }
    }
    return frame;
}

class Sender final : public SendingSide {
 public:
    Sender(Run& run, std::uint32_t pair, std::unique_ptr<TlsLine> line, const Payloads& payloads)
        : SendingSide(run, pair, std::move(line)) {
        for (const auto& payload : payloads) {
            Template& made = templates_.emplace_back();
            amqp::append_publish(made.bytes, queue_of(pair), placeholder, payload);
            made.id_at = places_of_id(made.bytes);
        }
    }

    void read(std::int64_t now) override {
        while (const auto frame = next_frame(run_, line())) {
            if (frame->method() == amqp::basic_ack) {
                const auto [tag, multiple] = amqp::read_ack(*frame);
                for (std::uint64_t each = multiple ? first_open_ : tag; each <= tag; ++each) {
                    sheet_.confirmed(each - 1, now);
                }
                first_open_ = multiple ? tag + 1 : first_open_;
            }
        }
    }

 private:
    void append(std::uint64_t number) override {
        const Template& made = templates_[number % templates_.size()];
        std::string& out = line().out();
        const std::size_t begin = out.size();
        out += made.bytes;
        made.write_id(sheet_, number, out.data() + begin);
    }

    std::vector<Template> templates_;
    std::uint64_t first_open_ = 1;  ///< no tag below it is unconfirmed
};

std::uint16_t prefetch(const Run& run) {
    return static_cast<std::uint16_t>(2 * run.plan().window);
}

class Recipient final : public Side {
 public:
    Recipient(Run& run, std::uint32_t pair, std::unique_ptr<TlsLine> line, const Payloads& payloads)
        : Side(run, pair, std::move(line)), expected_(payloads) {}

    void read(std::int64_t now) override {
        std::uint64_t last = 0;
        while (auto delivery = amqp::first_delivery(line().in())) {
            line().used(delivery->bytes);
            expected_.arrived(sheet_, delivery->id, delivery->body, delivery->redelivered, now);
            last = std::max(last, delivery->tag);
        }
        if (!line().in().empty() && amqp::starts_with_trouble(line().in())) {
            run_.fail("RabbitMQ closes the channel of a recipient");
        }
        if (last > 0) {
            amqp::append_ack(line().out(), last, true);
        }
    }
    void send(std::int64_t /*now*/) override {}
    std::int64_t wants_at(std::int64_t /*now*/) const override { return 0; }
    bool done(std::int64_t /*now*/) const override {
        return sheet_.arrived_count() >= sheet_.confirmed_count();
    }
    /// A channel takes what comes in order: once it answers, it has taken the last acknowledgement,
    /// without which the next load would find these deliveries in the queue.
    void finish() override {
        amqp::append_qos(line().out(), prefetch(run_));
        if (const auto asked = ask(line(), amqp::basic_qos_ok); !asked) {
            run_.fail(asked.error().detail);
        }
    }

 private:
    ExpectedPayloads expected_;
};

}  // namespace

Result<std::unique_ptr<Side>> connect_amqp_sender(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
) {
    auto line = opened(who, run.plan().port, queue_of(pair));
    if (!line) {
        return std::unexpected(line.error());
    }
    amqp::append_confirm_select((*line)->out());
    if (const auto asked = ask(**line, amqp::confirm_select_ok); !asked) {
        return std::unexpected(asked.error());
    }
    return std::make_unique<Sender>(run, pair, std::move(*line), payloads);
}

Result<std::unique_ptr<Side>> connect_amqp_recipient(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
) {
    auto line = opened(who, run.plan().port, queue_of(pair));
    if (!line) {
        return std::unexpected(line.error());
    }
    amqp::append_qos((*line)->out(), prefetch(run));
    amqp::append_consume((*line)->out(), queue_of(pair));
    if (const auto asked = ask(**line, amqp::basic_consume_ok); !asked) {
        return std::unexpected(asked.error());
    }
    return std::make_unique<Recipient>(run, pair, std::move(*line), payloads);
}

}  // namespace budstikke::bench
