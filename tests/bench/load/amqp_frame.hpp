// Frames of AMQP 0-9-1 as bytes: those that a publisher and a consumer of one channel write, and
// what they read. Numbers are those of the specification.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace budstikke::bench::amqp {

/// Class and method.
using Method = std::uint32_t;
constexpr Method method(std::uint32_t of_class, std::uint32_t number) {
    return of_class << 16U | number;
}
inline constexpr Method connection_start = method(10, 10);
inline constexpr Method connection_start_ok = method(10, 11);
inline constexpr Method connection_tune = method(10, 30);
inline constexpr Method connection_tune_ok = method(10, 31);
inline constexpr Method connection_open = method(10, 40);
inline constexpr Method connection_open_ok = method(10, 41);
inline constexpr Method connection_close = method(10, 50);
inline constexpr Method channel_open = method(20, 10);
inline constexpr Method channel_open_ok = method(20, 11);
inline constexpr Method channel_close = method(20, 40);
inline constexpr Method queue_declare = method(50, 10);
inline constexpr Method queue_declare_ok = method(50, 11);
inline constexpr Method basic_qos = method(60, 10);
inline constexpr Method basic_qos_ok = method(60, 11);
inline constexpr Method basic_consume = method(60, 20);
inline constexpr Method basic_consume_ok = method(60, 21);
inline constexpr Method basic_publish = method(60, 40);
inline constexpr Method basic_deliver = method(60, 60);
inline constexpr Method basic_ack = method(60, 80);
inline constexpr Method basic_nack = method(60, 120);
inline constexpr Method confirm_select = method(85, 10);
inline constexpr Method confirm_select_ok = method(85, 11);

struct Frame {
    std::uint8_t type = 0;
    std::string_view payload;
    std::size_t bytes = 0;  ///< all of the frame

    /// 0 for a frame that is no method.
    Method method() const;
};
/// The first whole frame of these bytes.
std::optional<Frame> first_frame(std::string_view bytes);

/// Why RabbitMQ closes a channel or a connection, or refuses a message.
std::string reason(const Frame& frame);

struct Ack {
    std::uint64_t tag = 0;
    bool multiple = false;
};
Ack read_ack(const Frame& frame);

struct Delivered {
    std::uint64_t tag = 0;
    bool redelivered = false;
    std::string_view id;  ///< the property message_id, where it is the last one
    std::string_view body;
    std::size_t bytes = 0;  ///< of all its frames
};
/// A whole message, if these bytes begin with one: method, header, one frame of body.
std::optional<Delivered> first_delivery(std::string_view bytes);
/// They begin with the end of the channel or the connection.
bool starts_with_trouble(std::string_view bytes);

void append_protocol(std::string& out);
void append_start_ok(std::string& out);
void append_tune_ok(std::string& out);
void append_open(std::string& out);
void append_channel_open(std::string& out);
void append_declare_quorum_queue(std::string& out, std::string_view queue);
void append_confirm_select(std::string& out);
void append_qos(std::string& out, std::uint16_t prefetch);
void append_consume(std::string& out, std::string_view queue);
/// A persistent message with the property message_id.
void append_publish(
    std::string& out, std::string_view queue, std::string_view id, std::string_view body
);
void append_ack(std::string& out, std::uint64_t tag, bool multiple);

}  // namespace budstikke::bench::amqp
