// A client of the exchange protocol for our own tools, tests and benchmarks: connects over mutual
// TLS, submits in a pipeline, receives, follows. Promises one answer, or the connection's end, to
// every question. Speaks in the messages of proto/budstikke/v1/exchange.proto: include their header
// where you use it. Knows nothing of the broker's inside, as no vendor's client can.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"

namespace budstikke::v1 {
class Delivery;
class Following;
class Frame;
class GoAway;
class MayISend;
class MessageRef;
class Receipt;
class Settle;
class Settled;
class Status;
class StatusEvent;
class Submit;
class Subscribed;
class Unsubscribed;
class Verdict;
class Welcome;
class Withdraw;
class Withdrawn;
}  // namespace budstikke::v1

namespace budstikke::client {

struct ClientOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::filesystem::path ca;           ///< PEM: whom the server's certificate must come from
    std::filesystem::path certificate;  ///< PEM: ours, with its issuers; empty: none
    std::filesystem::path key;
    std::string server_name;  ///< in the server's certificate; empty: `host`
    std::string software = "budstikke";
    std::string ticket;  ///< of an earlier connection, to resume it
    Duration connect_time_max = std::chrono::seconds(10);
    Duration answer_time_max = std::chrono::seconds(60);  ///< of the functions that wait
    bool pings = true;                                    ///< keeps an idle connection alive
    std::uint32_t version = 1;                            ///< of the protocol, for Hello
};

/// What answers a question: the answer, or why there is none: Errc::unavailable where the
/// connection ended before it came (then it is unknown what became of it: ask again), else the
/// Problem.
template <typename T>
using OnAnswer = std::move_only_function<void(Result<T>)>;

/// All functions from any thread. Callbacks run on the client's own thread: they may call
/// everything here that does not wait.
class ExchangeClient {
 public:
    /// Errc::unavailable where nobody answers, unauthenticated where either side refuses the
    /// other's certificate, denied where the broker says GoAway (the detail says why).
    static Result<std::unique_ptr<ExchangeClient>> connect(const ClientOptions& options);
    ~ExchangeClient();  ///< at once; close() first to end in order
    ExchangeClient(const ExchangeClient&) = delete;
    ExchangeClient& operator=(const ExchangeClient&) = delete;

    const v1::Welcome& welcome() const;

    // --- Hand over ---------------------------------------------------------------------
    /// `submit` without submission, size and payload, which are filled in here. Waits while more
    /// than 16 MiB wait to be sent, but on the client's own thread.
    void submit(v1::Submit submit, std::string_view payload, OnAnswer<v1::Receipt> on_receipt);
    std::future<Result<v1::Receipt>> submit(v1::Submit submit, std::string_view payload);
    /// What a submit would be answered.
    std::future<Result<v1::Receipt>> check(v1::Submit submit, std::string_view payload);
    Result<v1::Verdict> may_i_send(v1::MayISend question);
    Result<v1::Withdrawn> withdraw(v1::Withdraw withdraw);

    // --- Receive -----------------------------------------------------------------------
    /// Where set before subscribing, deliveries go here and not to next_delivery().
    void on_delivery(std::function<void(v1::Delivery)> handler);
    Result<v1::Subscribed> subscribe(std::string_view her_id, std::uint32_t credit);
    Result<v1::Unsubscribed> unsubscribe(std::string_view her_id);
    void add_credit(std::string_view her_id, std::uint32_t add);
    /// With the whole payload. Nothing where none came in time; unavailable where none can come any
    /// more.
    Result<std::optional<v1::Delivery>> next_delivery(Duration time_max);
    void settle(v1::Settle settle, OnAnswer<v1::Settled> on_settled);
    Result<v1::Settled> settle(v1::Settle settle);

    // --- Follow ------------------------------------------------------------------------
    Result<v1::Status> status(const v1::MessageRef& message);
    Result<v1::Following> follow(std::string_view sender, std::uint64_t after_position);
    Result<std::optional<v1::StatusEvent>> next_event(Duration time_max);

    // --- The connection ----------------------------------------------------------------
    /// Says GoAway and waits for the broker to finish what is pending and close.
    Result<void> close();
    /// Waits until the connection has ended, whoever ended it. False: it has not in time.
    bool wait_for_end(Duration time_max);
    bool alive() const;
    /// What the broker said when it ended the connection, or asked us to.
    std::optional<v1::GoAway> goodbye() const;
    /// For the next connection; empty where the server gave none.
    std::string ticket() const;
    /// A frame as it is, for tests of the broker.
    void send(const v1::Frame& frame);
    /// Bytes as they are, for tests of the broker.
    void send_bytes(std::string_view bytes);
    /// Frames that answer nothing asked here (Problem without request, Pong, unasked Unsubscribed).
    Result<std::optional<v1::Frame>> next_other(Duration time_max);

    class Impl;
    explicit ExchangeClient(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::client
