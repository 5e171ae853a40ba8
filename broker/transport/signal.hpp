// A flag that one coroutine waits for. Promises that a notify() before the wait is not lost.
// Belongs to one I/O thread.
#pragma once

#include <memory>

#include "broker/transport/awaitable.hpp"

namespace budstikke::transport {

class Signal {
 public:
    explicit Signal(boost::asio::io_context& context);
    ~Signal();

    void notify();
    /// Until the next notify(), or at once where one came since the last wait.
    Awaitable<void> wait();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
