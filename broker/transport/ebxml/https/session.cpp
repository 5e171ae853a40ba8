// The life of session.hpp.
#include "broker/transport/ebxml/https/session.hpp"

#include <array>
#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "broker/transport/ebxml/https/answer.hpp"

namespace budstikke::ebxml {

namespace asio = boost::asio;
using transport::Awaitable;
using transport::TlsStream;

namespace {

/// Three full TLS records. One for all sessions of a thread: none keeps bytes in it across a wait.
using Scratch = std::array<char, 48 * limits::kib>;

std::span<char> scratch() {
    static thread_local Scratch bytes;
    return bytes;
}

}  // namespace

HttpsSession::HttpsSession(transport::Accepted accepted, const HttpsParts& parts)
    : io_(accepted.context),
      parts_(parts),
      post_(std::move(accepted.post)),
      seat_(std::move(accepted.seat)),
      stream_(accepted.context, std::move(accepted.socket)),
      answered_(accepted.context),
      address_(std::move(accepted.address)),
      organisation_(stream_.peer().organisation_number),
      since_(parts.clock.steady_now()) {}

Awaitable<void> HttpsSession::run() {
    try {
        bool goes_on = let_in();
        while (goes_on && !ending_) {
            goes_on = co_await one_request();
        }
    } catch (const std::exception&) {
        // Memory, most likely. Its text could quote anything; the id says where to look.
        warn("ebxml_http_failed");
    }
    enter(Phase::closing);
    co_await stream_.close();
}

bool HttpsSession::let_in() {
    if (const auto refusal = unwelcome(); !refusal.empty()) {
        warn(refusal);
        return false;
    }
    if (!seat_.join(organisation_)) {
        warn(event_id(transport::AdmissionRefusal::organisation));
        return false;
    }
    return true;
}

Awaitable<bool> HttpsSession::one_request() {
    enter(Phase::idle);
    RequestReader reader(parts_.path, parts_.limits);
    ReceivePool::Room room(parts_.pool, organisation_);
    const bool came = co_await read_request(reader, room);
    if (!came) {
        co_return false;
    }
    if (reader.state() == RequestReader::State::refused) {
        co_await refuse(reader.status());
        co_return false;
    }
    co_return co_await hand_over(reader, std::move(room));
}

Awaitable<bool> HttpsSession::read_request(RequestReader& reader, ReceivePool::Room& room) {
    for (;;) {
        input_.erase(0, reader.take(input_));
        note_progress(reader);
        body_bytes_ = reader.held_bytes();
        if (reader.state() == RequestReader::State::refused) {
            co_return true;
        }
        if (!room.grow_to(reader.held_bytes())) {
            warn("ebxml_http_busy");
            co_await answer(later_answer(false));
            co_return false;
        }
        if (reader.state() == RequestReader::State::whole) {
            co_return true;
        }
        if (input_.size() > parts_.limits.header_bytes_max) {
            // What a chunk says about itself, or what follows the last one, has no end.
            co_await refuse(431);
            co_return false;
        }
        if (reader.take_expectation() && input_.empty()) {
            const bool written = co_await stream_.write(continue_answer(), [] {});
            if (!written) {
                co_return false;
            }
        }
        const bool goes_on = co_await read_more(reader);
        if (!goes_on) {
            co_return false;
        }
    }
}

Awaitable<bool> HttpsSession::read_more(const RequestReader& reader) {
    for (;;) {
        if (ending_ && !reader.begun()) {
            co_return false;
        }
        const auto read = stream_.read_now(scratch());
        if (read.state == TlsStream::Reading::ended) {
            co_return false;
        }
        if (read.state == TlsStream::Reading::bytes) {
            input_.append(scratch().data(), read.bytes);
            if (read.bytes == scratch().size()) {
                // There may be more at once: let the others of this thread have their turn.
                co_await asio::post(io_, asio::use_awaitable);
            }
            co_return true;
        }
        co_await stream_.readable();
    }
}

Awaitable<bool> HttpsSession::hand_over(RequestReader& reader, ReceivePool::Room room) {
    const bool keep_alive = reader.keep_alive();
    Taken taken{
        .transport = Transport::http,
        .bytes = reader.take_package(),
        .source = address_,
    };
    enter(Phase::working);
    const bool posted =
        parts_.pool.post(std::move(taken), std::move(room), [this](Reception reception) {
            post_([this, reception = std::move(reception)]() mutable {
                reception_ = std::move(reception);
                answered_.notify();
            });
        });
    if (!posted) {
        warn("ebxml_http_busy");
        co_return co_await answer(later_answer(keep_alive && !ending_)) && keep_alive;
    }
    while (!reception_) {
        co_await answered_.wait();
    }
    const Reception reception = *std::exchange(reception_, std::nullopt);
    const bool stays = keep_alive && !ending_;
    std::string text = empty_answer(stays);
    if (reception.kind == Reception::Kind::later) {
        text = later_answer(stays);
    } else if (reception.reply) {
        text = package_answer(*reception.reply, reception.reply_is_fault, stays);
    }
    co_return co_await answer(std::move(text)) && stays;
}

Awaitable<bool> HttpsSession::answer(std::string text) {
    enter(Phase::writing);
    // The time is that of the last progress: a slow reader may take a long answer.
    co_return co_await stream_.write(text, [this] { since_ = parts_.clock.steady_now(); });
}

Awaitable<void> HttpsSession::refuse(unsigned status) {
    parts_.events.write(
        EventLevel::warning, "ebxml_http_refused",
        {{"organisation", organisation_}, {"address", address_}, {"status", std::to_string(status)}}
    );
    co_await answer(refusal_answer(status));
}

void HttpsSession::enter(Phase phase) {
    phase_ = phase;
    since_ = parts_.clock.steady_now();
}

void HttpsSession::note_progress(const RequestReader& reader) {
    if (phase_ == Phase::idle && reader.begun()) {
        enter(Phase::header);
    }
    if (phase_ == Phase::header && reader.state() == RequestReader::State::body) {
        enter(Phase::body);
        pace_.begin(since_);
    }
}

Duration HttpsSession::time_max() const {
    switch (phase_) {
        case Phase::idle:
            return parts_.limits.idle_time_max;
        case Phase::header:
            return parts_.limits.header_time_max;
        case Phase::body:
            return parts_.limits.body_time_max;
        case Phase::writing:
            return parts_.limits.connections.write_time_max;
        case Phase::working:
        case Phase::closing:
            break;
    }
    return parts_.limits.connections.closing_time_max;
}

void HttpsSession::tick(SteadyTime now) {
    // The Receiver's time is its own: what it has is durable or refused when it says so.
    if (phase_ == Phase::working || timed_out_) {
        return;
    }
    const bool is_slow =
        phase_ == Phase::body && pace_.is_overdue(now, body_bytes_, parts_.limits.connections);
    if (!is_slow && now - since_ <= time_max()) {
        return;
    }
    timed_out_ = phase_ != Phase::closing;
    if (phase_ == Phase::header || phase_ == Phase::body || phase_ == Phase::writing) {
        warn("ebxml_http_timeout");
    }
    ending_ = true;
    stream_.abort();
}

void HttpsSession::sweep(const crypto::TlsServerContext& tls) {
    if (phase_ == Phase::closing || ending_) {
        return;
    }
    const crypto::TlsFault fault = tls.recheck(stream_.peer());
    if (fault != crypto::TlsFault::none) {
        parts_.events.write(
            EventLevel::warning, "session_ended_certificate",
            {{"organisation", organisation_}, {"address", address_}, {"fault", crypto::name(fault)}}
        );
        stop();
        return;
    }
    if (const auto refusal = unwelcome(); !refusal.empty()) {
        warn(refusal);
        stop();
    }
}

std::string_view HttpsSession::unwelcome() const {
    return parts_.unwelcome ? parts_.unwelcome(stream_.peer()) : std::string_view();
}

void HttpsSession::drain() {
    ending_ = true;
    stream_.wake();
}

void HttpsSession::stop() {
    drain();
    if (phase_ == Phase::header || phase_ == Phase::body) {
        stream_.abort();
    }
}

void HttpsSession::warn(std::string_view id) {
    parts_.events.write(
        EventLevel::warning, id, {{"organisation", organisation_}, {"address", address_}}
    );
}

}  // namespace budstikke::ebxml
