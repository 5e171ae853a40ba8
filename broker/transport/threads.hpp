// The threads of a listener: I/O threads with a context each, to which connections are pinned, and
// workers for what would hold them up. Promises that nothing runs after stop() returned, and that
// whoever has much for the workers makes the others wait for little of it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "broker/transport/awaitable.hpp"

namespace budstikke::transport {

/// How threads share the processors (base/background.hpp).
enum class ThreadKind { usual, behind_others };

class IoThreads {
 public:
    IoThreads(std::size_t count, ThreadKind kind);
    ~IoThreads();
    IoThreads(const IoThreads&) = delete;
    IoThreads& operator=(const IoThreads&) = delete;

    std::size_t size() const;
    boost::asio::io_context& context(std::size_t index);
    void post(std::size_t index, std::move_only_function<void()> task);
    /// Ends the threads; what still waits is dropped.
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

class Workers {
 public:
    explicit Workers(std::size_t count);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// The tasks of one owner in order, and owners in turn.
    void post(const std::string& owner, std::move_only_function<void()> task);
    /// After all that was posted has run.
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
