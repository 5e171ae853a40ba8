// The life of session.hpp: who it is, frames, goodbye. What frames mean is in session_frames.cpp,
// deadlines and operations are in session_control.cpp.
#include "broker/transport/exchange/session.hpp"

#include <array>
#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "broker/base/limits.hpp"
#include "broker/transport/exchange/welcome.hpp"

namespace budstikke::transport {

namespace asio = boost::asio;

namespace {

/// Three full TLS records, which is less than a frame that is judged before it is whole
/// (limits::frame_bytes_small_max). One for all sessions of a thread: none keeps bytes in it across
/// a wait.
using Scratch = std::array<char, 48 * limits::kib>;

std::span<char> scratch() {
    static thread_local Scratch bytes;
    return bytes;
}

}  // namespace

Session::Session(Accepted accepted, const SessionParts& parts)
    : io_(accepted.context),
      parts_(parts),
      turns_(accepted.turns),
      seat_(std::move(accepted.seat)),
      stream_(accepted.context, std::move(accepted.socket)),
      wake_(accepted.context),
      inbox_(accepted.context, [this] { wake_.notify(); }),
      outbox_(
          accepted.context, stream_, parts.clock, parts.outbound,
          [this] {
              offer_more();
              queries_.pump();
              wake_.notify();
          }
      ),
      context_{
          .parts = parts,
          .inbox = inbox_,
          .outbox = outbox_,
          .turns = turns_,
          .end = [this](GoAwayReason reason, std::string_view text) { end(reason, text); },
          .organisation = stream_.peer().organisation_number,
          .address = std::move(accepted.address),
      },
      submissions_(context_),
      deliveries_(context_),
      queries_(context_),
      follows_(context_),
      decoder_(limits::frame_bytes_before_hello_max),
      since_(parts.clock.steady_now()),
      last_frame_(since_),
      connected_at_(parts.clock.now()) {}

Session::~Session() = default;

Awaitable<void> Session::run() {
    try {
        if (let_in()) {
            co_await serve();
        }
    } catch (const std::exception&) {
        // Memory, most likely. Its text could quote anything; the id says where to look.
        parts_.events.write(
            EventLevel::error, "session_failed",
            {{"organisation", context_.organisation}, {"address", context_.address}}
        );
        end(GoAwayReason::internal, "a fault of the broker");
    }
    co_await finish();
}

bool Session::let_in() {
    writing_ = true;
    asio::co_spawn(io_, write_loop(), asio::detached);
    if (const auto refusal = judge(parts_.broker, stream_.peer(), parts_.clock.now())) {
        context_.warn(refusal->event_id, {});
        end(refusal->reason, refusal->text);
        return false;
    }
    if (!seat_.join(context_.organisation)) {
        context_.warn(event_id(AdmissionRefusal::organisation), {});
        end(GoAwayReason::limit_exceeded, "too many connections of this organisation");
        return false;
    }
    outbox_.charge(parts_.outbound.account_of(context_.organisation));
    return !ending_;
}

void Session::offer_more() {
    deliveries_.pump();
    follows_.pump();
}

Awaitable<void> Session::write_loop() {
    co_await outbox_.run();
    writing_ = false;
    ending_ = true;
    stream_.wake();
    wake_.notify();
}

Awaitable<void> Session::serve() {
    while (!ending_) {
        co_await take_turn();
        if (ending_) {
            break;
        }
        const auto read = stream_.read_now(scratch());
        if (read.state == TlsStream::Reading::ended) {
            co_return;
        }
        if (read.state == TlsStream::Reading::bytes) {
            traffic_ = true;
            decoder_.lend({scratch().data(), read.bytes});
            co_await handle_frames();
        }
        if (read.drained && !ending_) {
            co_await stream_.readable();
        }
    }
    while (pending() && writing_) {
        co_await wake_.wait();
    }
}

Awaitable<void> Session::take_turn() {
    co_await turns_.next(context_.organisation);
    turn_since_ = parts_.clock.steady_now();
}

Awaitable<void> Session::handle_frames() {
    while (!ending_) {
        const auto body = decoder_.next();
        if (!body) {
            end(GoAwayReason::limit_exceeded, "the frame is longer than allowed");
            break;
        }
        if (!*body) {
            if (const auto unfinished = decoder_.unfinished(); unfinished) {
                submissions_.announce(*unfinished);
            }
            note_frame_progress();
            if (blocked()) {
                co_await until_unblocked();
            }
            break;
        }
        frame_since_.reset();
        handle(**body);
        submissions_.frame_done();
        if (blocked()) {
            decoder_.keep();
            co_await until_unblocked();
        } else if (Turns::is_over(turn_since_, parts_.clock.steady_now())) {
            decoder_.keep();
            co_await take_turn();
        }
    }
}

void Session::note_frame_progress() {
    if (!decoder_.in_frame()) {
        frame_since_.reset();
    } else if (!frame_since_) {
        frame_since_ = parts_.clock.steady_now();
    }
}

bool Session::blocked() const {
    return submissions_.blocked() || deliveries_.blocked() || queries_.blocked() ||
           outbox_.full() || in_a_crowd();
}

bool Session::in_a_crowd() const {
    // A greeting costs the commit thread nothing, and has no time to wait.
    return phase_ == Phase::serving && parts_.broker.crowded();
}

bool Session::pending() const {
    return submissions_.pending() || deliveries_.pending() || queries_.pending();
}

Awaitable<void> Session::until_unblocked() {
    SteadyTime since = parts_.clock.steady_now();
    waiting_for_room_ = true;
    while (blocked() && !ending_) {
        const bool is_peers_turn = outbox_.full();
        if (in_a_crowd() && !std::exchange(awaits_calm_, true)) {
            parts_.broker.when_calm(inbox_.done([this] { awaits_calm_ = false; }));
        }
        co_await wake_.wait();
        const SteadyTime now = parts_.clock.steady_now();
        if (!is_peers_turn) {
            submissions_.excuse(since, now);
        } else if (!outbox_.stalled(now, parts_.limits.upload_grace)) {
            // It reads what it asked for, as fast as its line allows. One that does not read holds
            // room that others want.
            submissions_.excuse_reading(since, now);
        }
        since = now;
    }
    waiting_for_room_ = false;
    // The time was not the peer's to send in.
    last_frame_ = parts_.clock.steady_now();
    if (frame_since_) {
        frame_since_ = last_frame_;
    }
}

Awaitable<void> Session::finish() {
    phase_ = Phase::closing;
    since_ = parts_.clock.steady_now();
    follows_.end();
    deliveries_.detach();
    submissions_.abandon();
    say_goodbye();
    outbox_.close();
    while (writing_) {
        co_await wake_.wait();
    }
    co_await stream_.close();
    while (!inbox_.complete()) {
        co_await wake_.wait();
    }
    if (!context_.organisation.empty()) {
        parts_.events.write(
            EventLevel::info, "session_closed",
            {{"organisation", context_.organisation},
             {"address", context_.address},
             {"reason", why_},
             {"submissions", std::to_string(context_.submissions)},
             {"deliveries", std::to_string(context_.deliveries)}}
        );
    }
}

}  // namespace budstikke::transport
