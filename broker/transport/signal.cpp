// The flag of signal.hpp: a timer that never fires, cancelled to wake who waits for it.
#include "broker/transport/signal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace budstikke::transport {

namespace asio = boost::asio;

struct Signal::Impl {
    asio::steady_timer timer;
    bool notified = false;
};

Signal::Signal(asio::io_context& context)
    : impl_(std::make_unique<Impl>(Impl{
          .timer = asio::steady_timer(context, asio::steady_timer::time_point::max()),
      })) {}

Signal::~Signal() = default;

void Signal::notify() {
    if (!impl_->notified) {
        impl_->notified = true;
        impl_->timer.cancel();
    }
}

Awaitable<void> Signal::wait() {
    while (!impl_->notified) {
        co_await impl_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    impl_->notified = false;
}

}  // namespace budstikke::transport
