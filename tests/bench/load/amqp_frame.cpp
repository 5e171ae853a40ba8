#include "tests/bench/load/amqp_frame.hpp"

#include <algorithm>

namespace budstikke::bench::amqp {
namespace {

constexpr std::uint8_t method_frame = 1;
constexpr std::uint8_t header_frame = 2;
constexpr std::uint8_t body_frame = 3;
constexpr char frame_end = '\xCE';
constexpr std::size_t head_bytes = 7;  // type, channel, size
constexpr std::uint32_t frame_bytes_max = 131'072;
constexpr std::uint16_t channel = 1;

void number(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned at = bytes; at > 0; --at) {
        out += static_cast<char>(value >> ((at - 1) * 8) & 0xffU);
    }
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (const char next : bytes.substr(at, count)) {
        value = value << 8U | static_cast<unsigned char>(next);
    }
    return value;
}

void short_text(std::string& out, std::string_view text) {
    number(out, text.size(), 1);
    out += text;
}

void long_text(std::string& out, std::string_view text) {
    number(out, text.size(), 4);
    out += text;
}

void frame(std::string& out, std::uint8_t type, std::uint16_t on, std::string_view payload) {
    number(out, type, 1);
    number(out, on, 2);
    long_text(out, payload);
    out += frame_end;
}

/// The arguments of a method, and the frame around them.
template <typename Write>
void append_method(std::string& out, Method which, std::uint16_t on, Write write) {
    std::string payload;
    number(payload, which, 4);
    write(payload);
    frame(out, method_frame, on, payload);
}

}  // namespace

Method Frame::method() const {
    return type == method_frame ? static_cast<Method>(number(payload, 0, 4)) : 0;
}

std::optional<Frame> first_frame(std::string_view bytes) {
    if (bytes.size() < head_bytes) {
        return std::nullopt;
    }
    const std::size_t length = number(bytes, 3, 4);
    if (bytes.size() < head_bytes + length + 1) {
        return std::nullopt;
    }
    return Frame{
        .type = static_cast<std::uint8_t>(bytes[0]),
        .payload = bytes.substr(head_bytes, length),
        .bytes = head_bytes + length + 1,
    };
}

std::string reason(const Frame& frame) {
    // A code, then a short text; a nack has neither.
    return frame.method() == basic_nack ? "not confirmed" : std::string(frame.payload.substr(7));
}

Ack read_ack(const Frame& frame) {
    return {.tag = number(frame.payload, 4, 8), .multiple = (frame.payload[12] & 1) != 0};
}

std::optional<Delivered> first_delivery(std::string_view bytes) {
    const auto deliver = first_frame(bytes);
    if (!deliver || deliver->method() != basic_deliver) {
        return std::nullopt;
    }
    const auto header = first_frame(bytes.substr(deliver->bytes));
    if (!header) {
        return std::nullopt;
    }
    const auto body = first_frame(bytes.substr(deliver->bytes + header->bytes));
    if (!body) {
        return std::nullopt;
    }
    const std::size_t tag_at = 5 + number(deliver->payload, 4, 1);
    constexpr std::size_t id_bytes = 36;
    const auto& properties = header->payload;
    return Delivered{
        .tag = number(deliver->payload, tag_at, 8),
        .redelivered = deliver->payload[tag_at + 8] != 0,
        .id = properties.substr(properties.size() - std::min(properties.size(), id_bytes)),
        .body = body->payload,
        .bytes = deliver->bytes + header->bytes + body->bytes,
    };
}

bool starts_with_trouble(std::string_view bytes) {
    const auto frame = first_frame(bytes);
    return frame && frame->type == method_frame && frame->method() != basic_deliver;
}

void append_protocol(std::string& out) {
    out.append({'A', 'M', 'Q', 'P', 0, 0, 9, 1});
}

void append_start_ok(std::string& out) {
    append_method(out, connection_start_ok, 0, [](std::string& to) {
        number(to, 0, 4);  // no properties
        short_text(to, "PLAIN");
        long_text(to, std::string_view("\0guest\0guest", 12));
        short_text(to, "en_US");
    });
}

void append_tune_ok(std::string& out) {
    append_method(out, connection_tune_ok, 0, [](std::string& to) {
        number(to, channel, 2);
        number(to, frame_bytes_max, 4);
        number(to, 0, 2);  // no heartbeat
    });
}

void append_open(std::string& out) {
    append_method(out, connection_open, 0, [](std::string& to) {
        short_text(to, "/");
        number(to, 0, 2);
    });
}

void append_channel_open(std::string& out) {
    append_method(out, channel_open, channel, [](std::string& to) { number(to, 0, 1); });
}

void append_declare_quorum_queue(std::string& out, std::string_view queue) {
    append_method(out, queue_declare, channel, [&](std::string& to) {
        number(to, 0, 2);
        short_text(to, queue);
        number(to, 2, 1);  // durable
        std::string arguments;
        short_text(arguments, "x-queue-type");
        arguments += 'S';
        long_text(arguments, "quorum");
        long_text(to, arguments);
    });
}

void append_confirm_select(std::string& out) {
    append_method(out, confirm_select, channel, [](std::string& to) { number(to, 0, 1); });
}

void append_qos(std::string& out, std::uint16_t prefetch) {
    append_method(out, basic_qos, channel, [&](std::string& to) {
        number(to, 0, 4);
        number(to, prefetch, 2);
        number(to, 0, 1);
    });
}

void append_consume(std::string& out, std::string_view queue) {
    append_method(out, basic_consume, channel, [&](std::string& to) {
        number(to, 0, 2);
        short_text(to, queue);
        number(to, 0, 1);  // the server names the consumer
        number(to, 0, 1);
        number(to, 0, 4);
    });
}

void append_publish(
    std::string& out, std::string_view queue, std::string_view id, std::string_view body
) {
    append_method(out, basic_publish, channel, [&](std::string& to) {
        number(to, 0, 2);
        short_text(to, "");
        short_text(to, queue);
        number(to, 0, 1);
    });
    constexpr std::uint16_t content_type = 1U << 15U;
    constexpr std::uint16_t delivery_mode = 1U << 12U;
    constexpr std::uint16_t message_id = 1U << 7U;
    constexpr std::uint16_t basic = 60;
    std::string header;
    number(header, basic, 2);
    number(header, 0, 2);
    number(header, body.size(), 8);
    number(header, content_type | delivery_mode | message_id, 2);
    short_text(header, "application/xml");
    number(header, 2, 1);  // persistent
    short_text(header, id);
    frame(out, header_frame, channel, header);
    frame(out, body_frame, channel, body);
}

void append_ack(std::string& out, std::uint64_t tag, bool multiple) {
    append_method(out, basic_ack, channel, [&](std::string& to) {
        number(to, tag, 8);
        number(to, multiple ? 1 : 0, 1);
    });
}

}  // namespace budstikke::bench::amqp
