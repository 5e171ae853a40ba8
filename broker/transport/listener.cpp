// The accept loop of listener.hpp.
#include "broker/transport/listener.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds breather{100};
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

std::string numeric(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes =
        address.ss_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
            : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    const char* done = ::inet_ntop(address.ss_family, bytes, text.data(), text.size());
    return done == nullptr ? std::string("unknown") : std::string(done);
}

}  // namespace

struct Listener::Impl {
    asio::io_context& context;
    tcp::acceptor acceptor;
    Admission& admission;
    EventLog& events;
    DoorLog& refusals;
    DoorLog& acceptances;
    OnConnection on_connection;
    std::uint16_t port = 0;

    Awaitable<void> run();
    bool accept_all();
    void accept_one(SocketHandle socket, std::string address);
};

Awaitable<void> Listener::Impl::run() {
    asio::steady_timer timer(context);
    for (;;) {
        const auto [error] = co_await acceptor.async_wait(tcp::acceptor::wait_read, quietly);
        if (error || !acceptor.is_open()) {
            co_return;
        }
        if (!accept_all()) {
            // Out of descriptors or memory: others must end first, and asking again at once would
            // only burn the processor that they need for it.
            events.write(EventLevel::error, "accept_failed", {{"cause", "no_descriptors"}});
            timer.expires_after(breather);
            co_await timer.async_wait(quietly);
        }
    }
}

bool Listener::Impl::accept_all() {
    for (int left = limits::connections_backlog_max; left > 0; --left) {
        sockaddr_storage address{};
        socklen_t length = sizeof(address);
        SocketHandle socket(::accept4(
            acceptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &length,
            SOCK_NONBLOCK | SOCK_CLOEXEC
        ));
        if (!socket) {
            const bool is_short =
                errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
            return !is_short;
        }
        accept_one(std::move(socket), numeric(address));
    }
    return true;
}

void Listener::Impl::accept_one(SocketHandle socket, std::string address) {
    auto seat = admission.admit(address);
    if (!seat) {
        refusals.note(std::string(event_id(seat.error())), std::move(address));
        return;
    }
    acceptances.note("connection_accepted", address);
    on_connection(std::move(socket), std::move(*seat), std::move(address));
}

Result<std::unique_ptr<Listener>> Listener::open(
    const ListenerParts& parts, const std::string& address, std::uint16_t port,
    OnConnection on_connection
) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) {
        return fail(Errc::invalid_argument, "the listening address is not numeric");
    }
    const tcp::endpoint endpoint(ip, port);
    tcp::acceptor acceptor(parts.context);
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(limits::connections_backlog_max, error);
    }
    if (!error) {
        acceptor.non_blocking(true, error);
    }
    if (error) {
        return fail(
            Errc::io,
            "cannot listen on " + address + " port " + std::to_string(port) + ": " + error.message()
        );
    }
    const auto bound = acceptor.local_endpoint(error).port();
    return std::make_unique<Listener>(std::make_unique<Impl>(Impl{
        .context = parts.context,
        .acceptor = std::move(acceptor),
        .admission = parts.admission,
        .events = parts.events,
        .refusals = parts.refusals,
        .acceptances = parts.acceptances,
        .on_connection = std::move(on_connection),
        .port = bound,
    }));
}

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() = default;

std::uint16_t Listener::port() const {
    return impl_->port;
}

void Listener::start() {
    asio::co_spawn(impl_->context, impl_->run(), asio::detached);
}

void Listener::close() {
    boost::system::error_code ignored;
    // The descriptor is gone either way.
    impl_->acceptor.close(ignored);
}

}  // namespace budstikke::transport
