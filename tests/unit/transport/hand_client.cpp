// The peer of hand_client.hpp.
#include "tests/unit/transport/hand_client.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "broker/transport/exchange/frame.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {

HandClient::HandClient(const client::ClientOptions& options) {
    auto opened = client::Connection::open(options);
    if (!opened) {
        throw std::runtime_error("no connection: " + opened.error().detail);
    }
    connection_ = *std::move(opened);
}

void HandClient::greet() {
    send(hello_frame());
    if (!next().has_welcome()) {
        throw std::runtime_error("no welcome");
    }
}

void HandClient::send(const v1::Frame& frame) {
    std::string bytes;
    append_frame(bytes, frame);
    const auto sent = connection_->send_now(bytes, std::chrono::steady_clock::now() + soon);
    if (!sent) {
        throw std::runtime_error("not sent: " + sent.error().detail);
    }
}

v1::Frame HandClient::next() {
    auto frame = next_within(soon);
    if (!frame) {
        throw std::runtime_error("no frame");
    }
    return *std::move(frame);
}

std::optional<v1::Frame> HandClient::next_within(Duration time_max) {
    v1::Frame frame;
    const auto read = connection_->read_frame(frame, std::chrono::steady_clock::now() + time_max);
    return read ? std::optional(std::move(frame)) : std::nullopt;
}

v1::Frame hello_frame() {
    v1::Frame frame;
    frame.mutable_hello()->set_version(1);
    return frame;
}

v1::Frame ping_frame(std::uint64_t number) {
    v1::Frame frame;
    frame.mutable_ping()->set_number(number);
    return frame;
}

std::uint64_t number_of(const v1::Frame& answer) {
    switch (answer.kind_case()) {
        case v1::Frame::kPong:
            return answer.pong().number();
        case v1::Frame::kReceipt:
            return answer.receipt().submission();
        case v1::Frame::kProblem:
            return answer.problem().request();
        case v1::Frame::kSettled:
            return answer.settled().request();
        default:
            throw std::runtime_error("an answer of another kind");
    }
}

void pad(v1::Frame& frame, google::protobuf::Message& part, std::size_t bytes) {
    constexpr int unknown_field = 100;
    std::string& filler =
        *part.GetReflection()->MutableUnknownFields(&part)->AddLengthDelimited(unknown_field);
    // The lengths in front of it grow with it, so it takes more than one step.
    while (frame.ByteSizeLong() < bytes) {
        const std::size_t missing = bytes - frame.ByteSizeLong();
        filler.append(missing > 16 ? missing - 8 : 1, 'f');
    }
    if (frame.ByteSizeLong() != bytes) {
        throw std::runtime_error("no frame can have this length");
    }
}

CommitHold::CommitHold(const pipeline::Broker& broker) {
    std::promise<void> held;
    auto is_held = held.get_future();
    broker.queues([held = std::move(held), released = release_->get_future()](
                      const std::vector<pipeline::QueueStatus>& queues
                  ) mutable {
        static_cast<void>(queues);
        held.set_value();
        released.wait();
    });
    is_held.wait();
}

void CommitHold::release() {
    if (release_) {
        release_->set_value();
        release_.reset();
    }
}

}  // namespace budstikke::transport
