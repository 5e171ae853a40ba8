// The life of lmtp_session.hpp.
#include "broker/transport/ebxml/mail/lmtp_session.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

namespace budstikke::ebxml {

namespace asio = boost::asio;
using asio::posix::descriptor_base;
using transport::Awaitable;

namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

/// One for all sessions of a thread: none keeps bytes in it across a wait.
std::span<char> scratch() {
    static thread_local std::array<char, 64 * limits::kib> bytes;
    return bytes;
}

bool is_not_yet() {
    return errno == EAGAIN || errno == EINTR;
}

}  // namespace

/// By hand: a peer that has gone costs an error and not the process (MSG_NOSIGNAL).
struct LmtpSession::Socket {
    explicit Socket(asio::io_context& context) : descriptor(context) {}

    Awaitable<bool> wait_for(descriptor_base::wait_type what) {
        const auto [error] = co_await descriptor.async_wait(what, quietly);
        co_return !error && !aborted;
    }

    asio::posix::stream_descriptor descriptor;
    bool aborted = false;
};

LmtpSession::LmtpSession(
    asio::io_context& context, transport::SocketHandle socket, const LmtpParts& parts, Post post
)
    : parts_(parts),
      post_(std::move(post)),
      socket_(std::make_unique<Socket>(context)),
      answered_(context),
      dialogue_(parts.options.our_name, parts.options.mail_bytes_max),
      since_(parts.clock.steady_now()) {
    boost::system::error_code error;
    socket_->descriptor.assign(socket.get(), error);
    if (!error) {
        socket.release();
        socket_->descriptor.non_blocking(true, error);
    }
    socket_->aborted = error.failed();
}

LmtpSession::~LmtpSession() = default;

Awaitable<void> LmtpSession::run() {
    try {
        output_ = dialogue_.greeting();
        co_await serve();
    } catch (const std::exception&) {
        // Memory, most likely. Its text could quote anything; the id says where to look.
        parts_.events.write(EventLevel::error, "ebxml_lmtp_failed", {});
    }
}

Awaitable<void> LmtpSession::serve() {
    for (;;) {
        const bool written = co_await write();
        if (!written || ending_) {
            co_return;
        }
        const bool came = co_await read();
        if (!came) {
            co_return;
        }
        const bool goes_on = co_await use_input();
        if (!goes_on) {
            co_await write();
            co_return;
        }
    }
}

Awaitable<bool> LmtpSession::use_input() {
    for (;;) {
        const auto step = decoder_.take(input_);
        input_.erase(0, step.used);
        if (room_ && !room_->grow_to(decoder_.held_bytes())) {
            // There is no reply in the middle of a mail; without one it stays where it is.
            parts_.events.write(EventLevel::warning, "ebxml_lmtp_busy", {});
            co_return false;
        }
        if (step.event == LmtpDecoder::Event::need_more) {
            co_return true;
        }
        if (step.event == LmtpDecoder::Event::mail) {
            co_await hand_over();
            if (ending_) {
                co_return false;
            }
            continue;
        }
        auto answer = dialogue_.answer(
            step.event,
            step.event == LmtpDecoder::Event::line ? std::string_view(decoder_.line()) : ""
        );
        output_ += answer.text;
        if (answer.mail) {
            decoder_.expect_mail(dialogue_.return_path(), parts_.options.mail_bytes_max);
            room_.emplace(parts_.pool, "mail");
        }
        if (answer.ends) {
            co_return false;
        }
    }
}

Awaitable<void> LmtpSession::hand_over() {
    using Outcome = LmtpDialogue::Outcome;
    ReceivePool::Room room = *std::exchange(room_, std::nullopt);
    if (decoder_.fault() != LmtpDecoder::Fault::none) {
        const bool is_large = decoder_.fault() == LmtpDecoder::Fault::too_large;
        parts_.events.write(
            EventLevel::warning, "ebxml_lmtp_refused",
            {{"cause", is_large ? "too_large" : "line_ends"}}
        );
        output_ += dialogue_.answer(is_large ? Outcome::too_large : Outcome::line_ends);
        co_return;
    }
    Taken taken{.transport = Transport::mail, .bytes = decoder_.take_mail(), .source = "lmtp"};
    const bool posted =
        parts_.pool.post(std::move(taken), std::move(room), [this](const Reception& reception) {
            post_([this, kind = reception.kind] {
                kind_ = kind;
                answered_.notify();
            });
        });
    if (!posted) {
        parts_.events.write(EventLevel::warning, "ebxml_lmtp_busy", {});
        output_ += dialogue_.answer(Outcome::later);
        co_return;
    }
    working_ = true;
    while (!kind_) {
        co_await answered_.wait();
    }
    working_ = false;
    since_ = parts_.clock.steady_now();
    const bool is_done = std::exchange(kind_, std::nullopt) == Reception::Kind::done;
    output_ += dialogue_.answer(is_done ? Outcome::taken : Outcome::later);
}

Awaitable<bool> LmtpSession::write() {
    while (!output_.empty() && !socket_->aborted) {
        const ssize_t count = ::send(
            socket_->descriptor.native_handle(), output_.data(), output_.size(), MSG_NOSIGNAL
        );
        if (count > 0) {
            output_.erase(0, static_cast<std::size_t>(count));
            continue;
        }
        if (!is_not_yet()) {
            co_return false;
        }
        const bool ready = co_await socket_->wait_for(descriptor_base::wait_write);
        if (!ready) {
            co_return false;
        }
    }
    const bool all_sent = output_.empty();
    co_return all_sent;
}

Awaitable<bool> LmtpSession::read() {
    while (!socket_->aborted) {
        const ssize_t count =
            ::recv(socket_->descriptor.native_handle(), scratch().data(), scratch().size(), 0);
        if (count > 0) {
            input_.append(scratch().data(), static_cast<std::size_t>(count));
            since_ = parts_.clock.steady_now();
            co_return true;
        }
        if (count == 0 || !is_not_yet()) {
            co_return false;
        }
        const bool ready = co_await socket_->wait_for(descriptor_base::wait_read);
        if (!ready) {
            co_return false;
        }
    }
    co_return false;
}

void LmtpSession::tick(SteadyTime now) {
    if (!working_ && !socket_->aborted && now - since_ > parts_.options.idle_time_max) {
        parts_.events.write(EventLevel::warning, "ebxml_lmtp_timeout", {});
        abort();
    }
}

void LmtpSession::stop() {
    ending_ = true;
    if (!working_) {
        abort();
    }
}

void LmtpSession::abort() {
    socket_->aborted = true;
    boost::system::error_code ignored;
    // Fails only where nothing waits.
    socket_->descriptor.cancel(ignored);
}

}  // namespace budstikke::ebxml
