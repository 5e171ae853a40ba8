// The client's connection: a socket, TLS, and a thread of its own that reads and writes frames.
// Promises that frames leave in the order they were given and that `on_end` comes once. May not
// know what frames mean.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/tools/client/exchange_client.hpp"
#include "broker/transport/exchange/frame.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::client {

class Connection {
 public:
    /// Connects and shakes hands, within options.connect_time_max.
    static Result<std::unique_ptr<Connection>> open(const ClientOptions& options);
    Connection(transport::SocketHandle socket, crypto::TlsSession tls);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Before start(): sends and reads on the caller's thread.
    Result<void> send_now(std::string_view bytes, SteadyTime until);
    Result<void> read_frame(v1::Frame& frame, SteadyTime until);

    using OnFrame = std::function<void(v1::Frame&)>;
    using OnEnd = std::function<void(const Error&)>;
    using OnIdle = std::function<void()>;
    /// From here on the thread reads and writes. `on_idle` comes each `idle` without anything sent.
    void start(OnFrame on_frame, OnEnd on_end, Duration idle, OnIdle on_idle);

    void send(std::string_view bytes);
    /// Ends it; on_end comes from the thread. Returns at once.
    void abort();
    bool on_own_thread() const { return own_thread_.load() == std::this_thread::get_id(); }
    std::string ticket() const { return ticket_; }

 private:
    void run();
    bool step();
    bool write_some();
    bool read_some();
    Result<void> wait(crypto::TlsState state, SteadyTime until) const;
    void finish(Error error);

    transport::SocketHandle socket_;
    transport::SocketHandle wake_;  ///< an eventfd
    crypto::TlsSession tls_;
    transport::FrameDecoder decoder_;
    std::string ticket_;
    OnFrame on_frame_;
    OnEnd on_end_;
    OnIdle on_idle_;
    Duration idle_{};

    std::mutex mutex_;
    std::condition_variable room_;
    std::string waiting_;
    bool stop_ = false;
    bool ended_ = false;

    std::atomic<std::thread::id> own_thread_;

    // Of the thread.
    std::string leaving_;
    std::size_t left_ = 0;  ///< of leaving_, sent already
    crypto::TlsState write_wants_ = crypto::TlsState::ok;
    std::optional<Error> fault_;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace budstikke::client
