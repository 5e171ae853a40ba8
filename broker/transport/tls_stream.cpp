// The stream of tls_stream.hpp. Readiness comes from Asio, bytes from crypto::TlsSession.
#include "broker/transport/tls_stream.hpp"

#include <array>
#include <cassert>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace budstikke::transport {

namespace asio = boost::asio;
using asio::posix::descriptor_base;
using crypto::TlsFault;
using crypto::TlsState;
using crypto::TlsStep;

namespace {
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
}  // namespace

struct TlsStream::Impl {
    Impl(asio::io_context& context, SocketHandle handle) : socket(context) {
        const int on = 1;
        ::setsockopt(handle.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        boost::system::error_code error;
        socket.assign(handle.get(), error);
        if (error) {
            aborted = true;
            return;
        }
        handle.release();
        socket.non_blocking(true, error);
        aborted = error.failed();
    }

    /// False after abort(); true for no reason after wake(), which costs one more try.
    Awaitable<bool> wait_for(TlsState state) {
        const auto what = state == TlsState::want_write ? descriptor_base::wait_write
                                                        : descriptor_base::wait_read;
        const auto [error] = co_await socket.async_wait(what, quietly);
        co_return !aborted && (!error || error == asio::error::operation_aborted);
    }

    asio::posix::stream_descriptor socket;
    std::optional<crypto::TlsSession> session;
    bool aborted = false;
    TlsState read_wants = TlsState::want_read;
};

TlsStream::TlsStream(asio::io_context& context, SocketHandle socket)
    : impl_(std::make_unique<Impl>(context, std::move(socket))) {}

TlsStream::TlsStream(asio::io_context& context, SecureSocket secure)
    : TlsStream(context, std::move(secure.socket)) {
    impl_->session.emplace(std::move(secure.session));
}

TlsStream::~TlsStream() = default;

SecureSocket TlsStream::release() {
    assert(impl_->session);
    return {.socket = SocketHandle(impl_->socket.release()), .session = std::move(*impl_->session)};
}

Awaitable<TlsFault> TlsStream::handshake(const crypto::TlsServerContext& context) {
    if (impl_->aborted) {
        co_return TlsFault::connection_lost;
    }
    auto session = context.accept(impl_->socket.native_handle());
    if (!session) {
        co_return TlsFault::internal;
    }
    impl_->session.emplace(std::move(*session));
    for (;;) {
        const TlsStep step = impl_->session->handshake();
        switch (step.state) {
            case TlsState::ok:
                co_return TlsFault::none;
            case TlsState::closed:
                co_return TlsFault::connection_lost;
            case TlsState::failed:
                co_return step.fault;
            case TlsState::want_read:
            case TlsState::want_write:
                break;
        }
        const bool goes_on = co_await impl_->wait_for(step.state);
        if (!goes_on) {
            co_return TlsFault::connection_lost;
        }
    }
}

TlsStream::ReadResult TlsStream::read_now(std::span<char> space) {
    std::size_t filled = 0;
    while (filled < space.size() && !impl_->aborted) {
        const TlsStep step = impl_->session->read(space.subspan(filled));
        if (step.state == TlsState::ok) {
            filled += step.bytes;
            continue;
        }
        if (step.state == TlsState::want_read || step.state == TlsState::want_write) {
            impl_->read_wants = step.state;
            const auto state = filled > 0 ? Reading::bytes : Reading::nothing_yet;
            return {.state = state, .bytes = filled, .drained = true};
        }
        break;
    }
    // An ending behind the last bytes is met again by the next call.
    return {.state = filled > 0 ? Reading::bytes : Reading::ended, .bytes = filled};
}

Awaitable<void> TlsStream::readable() {
    co_await impl_->wait_for(impl_->read_wants);
}

Awaitable<bool> TlsStream::write(std::string_view bytes, const std::function<void()>& on_progress) {
    while (!bytes.empty() && !impl_->aborted) {
        const TlsStep step = impl_->session->write(bytes);
        if (step.state == TlsState::ok) {
            bytes.remove_prefix(step.bytes);
            on_progress();
            continue;
        }
        if (step.state == TlsState::closed || step.state == TlsState::failed) {
            co_return false;
        }
        const bool goes_on = co_await impl_->wait_for(step.state);
        if (!goes_on) {
            co_return false;
        }
    }
    const bool all_sent = bytes.empty();
    co_return all_sent;
}

Awaitable<void> TlsStream::close() {
    while (impl_->session && !impl_->aborted) {
        const TlsStep step = impl_->session->shutdown();
        if (step.state != TlsState::want_read && step.state != TlsState::want_write) {
            break;
        }
        const bool goes_on = co_await impl_->wait_for(step.state);
        if (!goes_on) {
            break;
        }
    }
    ::shutdown(impl_->socket.native_handle(), SHUT_WR);
    std::array<char, 4096> discarded;
    while (!impl_->aborted) {
        const ssize_t count =
            ::recv(impl_->socket.native_handle(), discarded.data(), discarded.size(), 0);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
            break;
        }
        // Waits after every piece: a peer that floods may not hold the thread.
        const bool goes_on = co_await impl_->wait_for(TlsState::want_read);
        if (!goes_on) {
            break;
        }
    }
}

void TlsStream::abort() {
    impl_->aborted = true;
    wake();
}

void TlsStream::wake() {
    boost::system::error_code ignored;
    // Fails only where nothing waits, which is what it is for.
    impl_->socket.cancel(ignored);
}

const crypto::PeerIdentity& TlsStream::peer() const {
    assert(impl_->session && impl_->session->peer() != nullptr);
    return *impl_->session->peer();
}

bool TlsStream::resumed() const {
    return impl_->session->resumed();
}
std::string_view TlsStream::version() const {
    return impl_->session->version();
}

}  // namespace budstikke::transport
