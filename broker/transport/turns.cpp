// The turns of turns.hpp: one at a time, with whatever else the thread has to do in between.
#include "broker/transport/turns.hpp"

#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace budstikke::transport {

namespace asio = boost::asio;

Awaitable<void> Turns::next(const std::string& organisation) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, &organisation](auto handler) { call(organisation, std::move(handler)); },
        asio::use_awaitable
    );
}

void Turns::call(const std::string& organisation, std::move_only_function<void()> go_on) {
    if (waiting_.empty()) {
        asio::post(context_, [this] { run_one(); });
    }
    waiting_.push(organisation, std::move(go_on));
}

void Turns::run_one() {
    auto go_on = waiting_.pop();
    if (!waiting_.empty()) {
        asio::post(context_, [this] { run_one(); });
    }
    go_on();
}

}  // namespace budstikke::transport
