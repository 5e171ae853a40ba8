// The connection of connection.hpp, on poll(2).
#include "broker/tools/client/connection.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <budstikke/v1/exchange.pb.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/tls_context.hpp"

namespace budstikke::client {

namespace {

using crypto::TlsState;
using crypto::TlsStep;
using transport::SocketHandle;

/// Connections of tools live as long as the process: one clock will do.
const SystemClock& system_clock() {
    static const SystemClock clock;
    return clock;
}

int poll_time(SteadyTime until) {
    const auto left = std::chrono::ceil<Duration>(until - std::chrono::steady_clock::now());
    return left.count() <= 0 ? 0 : static_cast<int>(left.count());
}

Error ended(const TlsStep& step) {
    if (step.state == TlsState::closed || step.fault == crypto::TlsFault::connection_lost) {
        return {.code = Errc::unavailable, .detail = "the connection has ended"};
    }
    return {.code = Errc::unauthenticated, .detail = "TLS: " + std::string(name(step.fault))};
}

Result<SocketHandle> connect_to(const addrinfo& to, SteadyTime until) {
    SocketHandle socket(
        ::socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol)
    );
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (::connect(socket.get(), to.ai_addr, to.ai_addrlen) == 0) {
        return socket;
    }
    pollfd wanted{.fd = socket.get(), .events = POLLOUT, .revents = 0};
    int error = errno;
    if (error == EINPROGRESS && ::poll(&wanted, 1, poll_time(until)) == 1) {
        socklen_t length = sizeof(error);
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error != 0) {
        return fail(Errc::unavailable, "nobody answers at the address");
    }
    return socket;
}

Result<SocketHandle> connect_to(const std::string& host, std::uint16_t port, SteadyTime until) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return fail(Errc::unavailable, "the host name is not known");
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    Result<SocketHandle> socket = fail(Errc::unavailable, "the host has no address");
    for (const addrinfo* to = found; to != nullptr && !socket; to = to->ai_next) {
        socket = connect_to(*to, until);
    }
    return socket;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const ClientOptions& options) {
    const SteadyTime until = std::chrono::steady_clock::now() + options.connect_time_max;
    crypto::TlsClientConfig config;
    config.ca_files = {options.ca};
    config.certificate_chain_file = options.certificate;
    config.key_file = options.key;
    const auto context = crypto::TlsClientContext::make(config, system_clock());
    if (!context) {
        return std::unexpected(context.error());
    }
    auto socket = connect_to(options.host, options.port, until);
    if (!socket) {
        return std::unexpected(socket.error());
    }
    const std::string& name = options.server_name.empty() ? options.host : options.server_name;
    auto tls = context->connect(socket->get(), name, options.ticket);
    if (!tls) {
        return std::unexpected(tls.error());
    }
    auto connection = std::make_unique<Connection>(std::move(*socket), std::move(*tls));
    for (;;) {
        const TlsStep step = connection->tls_.handshake();
        if (step.state == TlsState::ok) {
            return connection;
        }
        if (step.state == TlsState::closed || step.state == TlsState::failed) {
            return std::unexpected(ended(step));
        }
        if (const auto waited = connection->wait(step.state, until); !waited) {
            return std::unexpected(waited.error());
        }
    }
}

Connection::Connection(SocketHandle socket, crypto::TlsSession tls)
    : socket_(std::move(socket)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      tls_(std::move(tls)),
      decoder_(limits::frame_bytes_max) {}

Connection::~Connection() {
    abort();
}

Result<void> Connection::wait(TlsState state, SteadyTime until) const {
    const short events = state == TlsState::want_write ? POLLOUT : POLLIN;
    pollfd wanted{.fd = socket_.get(), .events = events, .revents = 0};
    int ready = 0;
    do {
        ready = ::poll(&wanted, 1, poll_time(until));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        return fail(Errc::unavailable, "no answer in time");
    }
    return {};
}

Result<void> Connection::send_now(std::string_view bytes, SteadyTime until) {
    while (!bytes.empty()) {
        const TlsStep step = tls_.write(bytes);
        if (step.state == TlsState::ok) {
            bytes.remove_prefix(step.bytes);
        } else if (step.state == TlsState::closed || step.state == TlsState::failed) {
            return std::unexpected(ended(step));
        } else if (const auto waited = wait(step.state, until); !waited) {
            return waited;
        }
    }
    return {};
}

Result<void> Connection::read_frame(v1::Frame& frame, SteadyTime until) {
    std::array<char, 4096> space;
    for (;;) {
        const auto body = decoder_.next();
        if (!body) {
            return std::unexpected(body.error());
        }
        if (*body) {
            return transport::parse_frame(**body, frame)
                       ? Result<void>()
                       : fail(Errc::malformed, "the server sent no frame");
        }
        const TlsStep step = tls_.read(space);
        if (step.state == TlsState::ok) {
            decoder_.lend({space.data(), step.bytes});
            decoder_.keep();
            ticket_ = tls_.ticket();
        } else if (step.state == TlsState::closed || step.state == TlsState::failed) {
            return std::unexpected(ended(step));
        } else if (const auto waited = wait(step.state, until); !waited) {
            return waited;
        }
    }
}

void Connection::start(OnFrame on_frame, OnEnd on_end, Duration idle, OnIdle on_idle) {
    on_frame_ = std::move(on_frame);
    on_end_ = std::move(on_end);
    idle_ = idle;
    on_idle_ = std::move(on_idle);
    thread_ = std::jthread([this] { run(); });
}

void Connection::send(std::string_view bytes) {
    std::unique_lock lock(mutex_);
    if (!on_own_thread()) {
        room_.wait(lock, [this] {
            return waiting_.size() < limits::client_waiting_bytes_max || ended_;
        });
    }
    const bool was_empty = waiting_.empty();
    waiting_.append(bytes);
    lock.unlock();
    if (was_empty) {
        ::eventfd_write(wake_.get(), 1);
    }
}

void Connection::abort() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    ::eventfd_write(wake_.get(), 1);
}

void Connection::run() {
    own_thread_ = std::this_thread::get_id();
    while (step()) {
    }
    finish(fault_.value_or(Error{.code = Errc::unavailable, .detail = "the client was closed"}));
}

bool Connection::step() {
    if (!read_some() || !write_some()) {
        return false;
    }
    const bool wants_to_write = write_wants_ == TlsState::want_write;
    const auto events = static_cast<short>(POLLIN | (wants_to_write ? POLLOUT : 0));
    std::array<pollfd, 2> wanted{
        pollfd{.fd = socket_.get(), .events = events, .revents = 0},
        pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0},
    };
    const int ready = ::poll(wanted.data(), wanted.size(), static_cast<int>(idle_.count()));
    if (ready == 0) {
        on_idle_();
    }
    eventfd_t count = 0;
    if (wanted[1].revents != 0) {
        ::eventfd_read(wake_.get(), &count);
    }
    const std::lock_guard lock(mutex_);
    return !stop_;
}

bool Connection::read_some() {
    static thread_local std::array<char, limits::client_read_bytes_max> space;
    for (;;) {
        const TlsStep step = tls_.read(space);
        if (step.state == TlsState::want_read || step.state == TlsState::want_write) {
            return true;
        }
        if (step.state != TlsState::ok) {
            fault_ = ended(step);
            return false;
        }
        decoder_.lend({space.data(), step.bytes});
        for (;;) {
            const auto body = decoder_.next();
            v1::Frame frame;
            if (!body || (*body && !transport::parse_frame(**body, frame))) {
                fault_ = Error{.code = Errc::malformed, .detail = "the server sent no frame"};
                return false;
            }
            if (!*body) {
                break;
            }
            on_frame_(frame);
        }
    }
}

bool Connection::write_some() {
    for (;;) {
        if (left_ == leaving_.size()) {
            leaving_.clear();
            left_ = 0;
            const std::lock_guard lock(mutex_);
            leaving_.swap(waiting_);
            room_.notify_all();
        }
        if (leaving_.empty()) {
            write_wants_ = TlsState::ok;
            return true;
        }
        const TlsStep step = tls_.write(std::string_view(leaving_).substr(left_));
        write_wants_ = step.state;
        if (step.state == TlsState::want_read || step.state == TlsState::want_write) {
            return true;
        }
        if (step.state != TlsState::ok) {
            // What the server said before it went may still be there to be read.
            fault_ = ended(step);
            static_cast<void>(read_some());
            return false;
        }
        left_ += step.bytes;
    }
}

void Connection::finish(Error error) {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        room_.notify_all();
    }
    on_end_(error);
}

}  // namespace budstikke::client
