// What a client's connection brings: sorted, put together where it came in pieces, and kept until
// somebody asks for it. Knows nothing of how anything is sent.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "broker/tools/client/exchange_client.hpp"
#include "broker/tools/client/questions.hpp"

namespace budstikke::v1 {
class DeliveryChunk;
}  // namespace budstikke::v1

namespace budstikke::client {

/// take() and end() are for the connection's thread, the rest for any.
class Arrivals {
 public:
    /// Answers go to `questions`, which must outlive this.
    explicit Arrivals(Questions& questions);
    ~Arrivals();
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    void take(v1::Frame& frame);
    /// Nothing more will come: everybody who waits is told why.
    void end(const Error& why);

    /// In the words of ExchangeClient.
    void on_delivery(std::function<void(v1::Delivery)> handler);
    Result<std::optional<v1::Delivery>> next_delivery(Duration time_max);
    Result<std::optional<v1::StatusEvent>> next_event(Duration time_max);
    Result<std::optional<v1::Frame>> next_other(Duration time_max);
    std::optional<v1::GoAway> goodbye() const;
    bool wait_for_end(Duration time_max);
    bool has_ended() const;

 private:
    struct State;

    void take_delivery(v1::Delivery& delivery);
    void take_chunk(v1::DeliveryChunk& chunk);
    void hand_over(v1::Delivery& delivery);

    Questions& questions_;
    std::unique_ptr<State> state_;
};

}  // namespace budstikke::client
