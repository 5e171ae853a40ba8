// A peer that speaks frame by frame, so that a test decides what is sent when, and a commit thread
// that stands still, so that what was asked stays unanswered for as long as a test needs it to.
// May not know sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/clock.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/tools/client/connection.hpp"

namespace budstikke::transport {

class HandClient {
 public:
    /// Through the handshake, not greeted yet. Throws where the server does not take it.
    explicit HandClient(const client::ClientOptions& options);
    /// Says Hello and expects Welcome.
    void greet();

    void send(const v1::Frame& frame);
    /// The next frame, which must come.
    v1::Frame next();
    /// Nothing where none comes in that time.
    std::optional<v1::Frame> next_within(Duration time_max);

 private:
    std::unique_ptr<client::Connection> connection_;
};

v1::Frame hello_frame();
v1::Frame ping_frame(std::uint64_t number);
/// Whatever number ties an answer to its question: of Pong, Receipt, Problem or Settled.
std::uint64_t number_of(const v1::Frame& answer);

/// Makes `frame` exactly `bytes` long with a field of `part` that no version knows. `part` is what
/// the frame holds; the field comes behind all others.
void pad(v1::Frame& frame, google::protobuf::Message& part, std::size_t bytes);

/// The broker commits nothing until this is released.
class CommitHold {
 public:
    explicit CommitHold(const pipeline::Broker& broker);
    ~CommitHold() { release(); }
    CommitHold(const CommitHold&) = delete;
    CommitHold& operator=(const CommitHold&) = delete;
    void release();

 private:
    std::optional<std::promise<void>> release_{std::in_place};
};

}  // namespace budstikke::transport
