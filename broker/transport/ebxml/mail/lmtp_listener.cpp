// The listening socket of lmtp_listener.hpp, and its connections.
#include "broker/transport/ebxml/mail/lmtp_listener.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <unordered_set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "broker/transport/ebxml/mail/lmtp_session.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::ebxml {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::posix::descriptor_base;
using transport::Awaitable;
using transport::SocketHandle;

namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds breather{100};

Result<SocketHandle> listen_at(const sockaddr* address, socklen_t length, int family) {
    SocketHandle socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (!socket || ::bind(socket.get(), address, length) != 0 ||
        ::listen(socket.get(), static_cast<int>(limits::lmtp_connections_max)) != 0) {
        return fail(Errc::io, "cannot listen for LMTP: " + std::generic_category().message(errno));
    }
    return socket;
}

Result<SocketHandle> listen_at_path(const std::string& path, unsigned mode) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        return fail(Errc::invalid_argument, "the path of the LMTP socket is too long");
    }
    std::ranges::copy(path, std::begin(address.sun_path));
    struct stat found{};
    if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
        ::unlink(path.c_str());
    }
    auto socket = listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof(address), AF_UNIX);
    if (socket && ::chmod(path.c_str(), mode) != 0) {
        return fail(Errc::io, "cannot set the mode of the LMTP socket");
    }
    return socket;
}

Result<SocketHandle> listen_at_loopback(const std::string& text, std::uint16_t port) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(text, error);
    if (error || !ip.is_loopback()) {
        return fail(Errc::invalid_argument, "LMTP listens on a Unix socket or on the loopback");
    }
    if (ip.is_v4()) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(ip.to_v4().to_uint());
        return listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof(address), AF_INET);
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    std::ranges::copy(ip.to_v6().to_bytes(), std::begin(address.sin6_addr.s6_addr));
    return listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof(address), AF_INET6);
}

std::uint16_t port_of(const SocketHandle& socket) {
    sockaddr_in6 address{};
    socklen_t length = sizeof(address);
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return 0;
    }
    // The port of IPv4 stands at the same place.
    const bool is_ip = address.sin6_family == AF_INET || address.sin6_family == AF_INET6;
    return is_ip ? ntohs(address.sin6_port) : std::uint16_t{0};
}

}  // namespace

struct LmtpListener::Impl {
    Impl(LmtpParts given, SocketHandle socket)
        : parts(std::move(given)), port(port_of(socket)), acceptor(threads.context(0)) {
        acceptor.assign(socket.release());
    }

    Awaitable<void> accept() {
        asio::steady_timer timer(threads.context(0));
        while (!stopping) {
            const auto [error] = co_await acceptor.async_wait(descriptor_base::wait_read, quietly);
            if (error) {
                co_return;
            }
            SocketHandle socket(
                ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)
            );
            if (socket) {
                take(std::move(socket));
            } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                parts.events.write(
                    EventLevel::error, "accept_failed", {{"cause", "no_descriptors"}}
                );
                timer.expires_after(breather);
                co_await timer.async_wait(quietly);
            }
        }
    }

    void take(SocketHandle socket) {
        if (sessions.size() >= parts.options.connections_max) {
            parts.events.write(
                EventLevel::warning, "ebxml_lmtp_refused", {{"cause", "connections"}}
            );
            const std::string goodbye = lmtp_goodbye(parts.options.our_name);
            // Fits the buffer of a new socket, or its peer has gone.
            static_cast<void>(::send(socket.get(), goodbye.data(), goodbye.size(), MSG_NOSIGNAL));
            return;
        }
        auto session = std::make_unique<LmtpSession>(
            threads.context(0), std::move(socket), parts,
            [this](std::move_only_function<void()> task) { threads.post(0, std::move(task)); }
        );
        sessions.insert(session.get());
        asio::co_spawn(threads.context(0), live(std::move(session)), asio::detached);
    }

    Awaitable<void> live(std::unique_ptr<LmtpSession> session) {
        co_await session->run();
        sessions.erase(session.get());
        session.reset();
        end_perhaps();
    }

    Awaitable<void> watch_the_clock() {
        asio::steady_timer timer(threads.context(0));
        const Duration interval =
            std::clamp<Duration>(parts.options.idle_time_max / 4, 10ms, Duration(1s));
        for (;;) {
            timer.expires_after(interval);
            co_await timer.async_wait(quietly);
            const SteadyTime now = parts.clock.steady_now();
            for (LmtpSession* session : sessions) {
                session->tick(now);
            }
        }
    }

    void begin_end() {
        stopping = true;
        boost::system::error_code ignored;
        // The descriptor is gone either way.
        acceptor.close(ignored);
        for (LmtpSession* session : sessions) {
            session->stop();
        }
        end_perhaps();
    }

    void end_perhaps() {
        if (stopping && sessions.empty() && !std::exchange(ended, true)) {
            all_gone.set_value();
        }
    }

    const LmtpParts parts;
    const std::uint16_t port;
    std::unordered_set<LmtpSession*> sessions;  ///< each owned by its coroutine
    bool stopping = false;
    bool ended = false;
    std::promise<void> all_gone;
    std::mutex operating;
    bool stopped = false;  ///< under operating
    /// Behind what its coroutines use.
    transport::IoThreads threads{1, transport::ThreadKind::usual};
    asio::posix::stream_descriptor acceptor;
};

Result<std::unique_ptr<LmtpListener>> LmtpListener::start(
    LmtpListenerOptions options, ReceivePool& pool, const Clock& clock, EventLog& events
) {
    auto socket = options.address.starts_with('/')
                      ? listen_at_path(options.address, options.socket_mode)
                      : listen_at_loopback(options.address, options.port);
    if (!socket) {
        return std::unexpected(socket.error());
    }
    auto impl = std::make_unique<Impl>(
        LmtpParts{.options = std::move(options), .pool = pool, .clock = clock, .events = events},
        *std::move(socket)
    );
    impl->threads.post(0, [impl = impl.get()] {
        asio::co_spawn(impl->threads.context(0), impl->accept(), asio::detached);
        asio::co_spawn(impl->threads.context(0), impl->watch_the_clock(), asio::detached);
    });
    return std::make_unique<LmtpListener>(std::move(impl));
}

LmtpListener::LmtpListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LmtpListener::~LmtpListener() {
    stop();
}

std::uint16_t LmtpListener::port() const {
    return impl_->port;
}

void LmtpListener::stop() {
    const std::lock_guard operating(impl_->operating);
    if (std::exchange(impl_->stopped, true)) {
        return;
    }
    impl_->threads.post(0, [impl = impl_.get()] { impl->begin_end(); });
    // Bounded by the Receiver's last answer.
    impl_->all_gone.get_future().wait();
    impl_->threads.stop();
    if (impl_->parts.options.address.starts_with('/')) {
        ::unlink(impl_->parts.options.address.c_str());
    }
}

}  // namespace budstikke::ebxml
