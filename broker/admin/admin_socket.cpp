// The accept loop and the session loop of the admin socket, as two coroutines; admin_socket.hpp
// says what it promises.
#include "broker/admin/admin_socket.hpp"

#include <array>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "broker/admin/peer.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin {

namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;
using asio::awaitable;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto accept_pause = std::chrono::milliseconds(100);

/// Ends what waits on the socket when the time is over, unless it goes first.
class Deadline {
 public:
    Deadline(Socket& socket, Duration time) : timer_(socket.get_executor(), time) {
        // A timer that has run out is not cancelled any more: its handler may be queued behind the
        // one that ends us, and the socket with us.
        timer_.async_wait([&socket,
                           waits = std::weak_ptr(waits_)](boost::system::error_code error) {
            if (error || waits.expired()) return;
            boost::system::error_code closed;  // then nothing waits on it
            socket.cancel(closed);
        });
    }

 private:
    std::shared_ptr<const bool> waits_ = std::make_shared<const bool>(true);
    asio::steady_timer timer_;
};

}  // namespace

struct AdminSocket::Impl {
    Impl(SocketSettings own_settings, EventLog& event_log, SocketFile own_file)
        : settings(std::move(own_settings)), events(event_log), file(std::move(own_file)) {
        acceptor.assign(asio::local::stream_protocol(), file.release());
    }

    SocketSettings settings;
    EventLog& events;
    SocketFile file;
    LineHandler handler;
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
    asio::local::stream_protocol::acceptor acceptor{io};
    std::set<Socket*> sessions;  ///< of the socket's thread
    bool stopping = false;
    std::jthread thread;

    awaitable<void> accept_all();
    awaitable<void> serve(Socket socket);
    awaitable<void> converse(Socket& socket);
    awaitable<Reply> answer(const Peer& peer, RoleSet roles, std::string_view line);
    awaitable<bool> write(Socket& socket, const Reply& reply) const;
    void stop();
};

awaitable<void> AdminSocket::Impl::accept_all() {
    while (!stopping) {
        auto [error, socket] = co_await acceptor.async_accept(as_result);
        if (stopping) co_return;
        if (error) {
            // Out of descriptors, most likely: it passes, and a busy loop would not help it.
            events.write(EventLevel::error, "admin_accept_failed", {{"error", error.message()}});
            asio::steady_timer pause(io, accept_pause);
            co_await pause.async_wait(as_result);
            continue;
        }
        asio::co_spawn(io, serve(std::move(socket)), asio::detached);
    }
}

awaitable<void> AdminSocket::Impl::serve(Socket socket) {
    const bool full = sessions.size() >= settings.sessions_max;
    sessions.insert(&socket);
    if (full) {
        const Outcome refusal = fail(Errc::unavailable, "too many admin sessions");
        co_await write(socket, render("", refusal, false));
    } else {
        co_await converse(socket);
    }
    sessions.erase(&socket);
}

awaitable<void> AdminSocket::Impl::converse(Socket& socket) {
    const auto peer = peer_of(socket.native_handle());
    if (!peer) {
        events.write(EventLevel::error, "admin_peer_unknown", {{"error", peer.error().detail}});
        co_return;
    }
    const RoleSet roles = roles_of(*peer, settings.roles);
    if (roles.empty()) {
        events.write(EventLevel::warning, "admin_denied", {{"who", peer->text()}, {"command", ""}});
        const Outcome denied = fail(Errc::denied, "you have no role at this broker");
        co_await write(socket, render("", denied, false));
        co_return;
    }
    std::string waiting;
    while (!stopping) {
        std::size_t length = 0;
        {
            const Deadline deadline(socket, settings.idle_time_max);
            auto buffer = asio::dynamic_buffer(waiting, limits::admin_line_bytes_max + 1);
            auto [error, bytes] = co_await asio::async_read_until(socket, buffer, '\n', as_result);
            if (error == asio::error::not_found) {
                const Error too_long{
                    .code = Errc::limit_exceeded, .detail = "the line is too long"
                };
                co_await write(socket, render_usage_error(too_long, false));
                co_return;
            }
            if (error) co_return;
            length = bytes;
        }
        std::string line = waiting.substr(0, length - 1);
        waiting.erase(0, length);
        const Reply reply = co_await answer(*peer, roles, line);
        if (!co_await write(socket, reply)) co_return;
    }
}

awaitable<Reply> AdminSocket::Impl::answer(const Peer& peer, RoleSet roles, std::string_view line) {
    // The handler may reply from any thread: a timer that never ends wakes this coroutine on its
    // own.
    std::optional<Reply> reply;
    asio::steady_timer ready(io, asio::steady_timer::time_point::max());
    handler(peer, roles, line, [this, &reply, &ready](Reply given) {
        asio::post(io, [&reply, &ready, given = std::move(given)]() mutable {
            reply = std::move(given);
            ready.cancel();
        });
    });
    while (!reply)
        co_await ready.async_wait(as_result);
    co_return *std::move(reply);
}

awaitable<bool> AdminSocket::Impl::write(Socket& socket, const Reply& reply) const {
    const std::string bytes = reply.framed();
    const Deadline deadline(socket, settings.write_time_max);
    auto [error, written] = co_await asio::async_write(socket, asio::buffer(bytes), as_result);
    co_return !error;
}

void AdminSocket::Impl::stop() {
    stopping = true;
    boost::system::error_code ignored;  // what does not close is closed with the process
    acceptor.close(ignored);
    for (Socket* socket : sessions)
        socket->cancel(ignored);
    work.reset();
}

AdminSocket::AdminSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<AdminSocket>> AdminSocket::open(SocketSettings settings, EventLog& events) {
    auto file = SocketFile::listen(settings.place, limits::admin_backlog_max);
    if (!file) return std::unexpected(std::move(file).error());
    auto impl = std::make_unique<Impl>(std::move(settings), events, *std::move(file));
    return std::unique_ptr<AdminSocket>(new AdminSocket(std::move(impl)));
}

AdminSocket::~AdminSocket() {
    asio::post(impl_->io, [impl = impl_.get()] { impl->stop(); });
    if (impl_->thread.joinable()) impl_->thread.join();
}

void AdminSocket::start(LineHandler handler) {
    impl_->handler = std::move(handler);
    asio::co_spawn(impl_->io, impl_->accept_all(), asio::detached);
    impl_->thread = std::jthread([impl = impl_.get()] { impl->io.run(); });
}

void AdminSocket::defer(std::move_only_function<void()> function) {
    asio::post(impl_->io, std::move(function));
}

}  // namespace budstikke::admin
