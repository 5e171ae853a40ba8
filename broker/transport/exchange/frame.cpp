// The codec of frame.hpp. All lengths are checked before anything is allocated for them.
#include "broker/transport/exchange/frame.hpp"

#include <algorithm>
#include <cassert>

#include <budstikke/v1/exchange.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr auto bytes_type = WireFormatLite::TYPE_BYTES;

std::size_t read_length(std::string_view bytes) {
    std::size_t length = 0;
    for (const char byte : bytes.substr(0, frame_prefix_bytes)) {
        length = (length << 8U) | static_cast<unsigned char>(byte);
    }
    return length;
}

/// The `size` of a Submit whose bytes begin here; a payload in front of it hides it.
std::optional<std::uint64_t> declared_size(CodedInputStream& in) {
    while (const std::uint32_t tag = in.ReadTag()) {
        const int field = WireFormatLite::GetTagFieldNumber(tag);
        if (field == v1::Submit::kSizeFieldNumber) {
            std::uint64_t size = 0;
            return in.ReadVarint64(&size) ? std::optional(size) : std::nullopt;
        }
        if (field >= v1::Submit::kPayloadFieldNumber || !WireFormatLite::SkipField(&in, tag)) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

/// `write` puts `length` bytes where it is told to and returns their end.
template <typename Write>
void append_body(std::string& out, std::size_t length, const Write& write) {
    const std::size_t begin = out.size();
    const std::size_t end = begin + frame_prefix_bytes + length;
    out.resize_and_overwrite(end, [&](char* bytes, std::size_t /*capacity*/) {
        for (std::size_t i = 0; i < frame_prefix_bytes; ++i) {
            const std::size_t shift = 8 * (frame_prefix_bytes - 1 - i);
            bytes[begin + i] = static_cast<char>((length >> shift) & 0xFFU);
        }
        write(reinterpret_cast<std::uint8_t*>(bytes + begin + frame_prefix_bytes));
        return end;
    });
}

/// A frame of the kind `kind` that holds `inner` and behind its other fields the payload.
template <typename Inner>
void append_with_payload(
    std::string& out, int kind, const Inner& inner, int payload_field, std::string_view payload
) {
    const std::size_t head = inner.ByteSizeLong();
    const std::size_t inside = head + WireFormatLite::TagSize(payload_field, bytes_type) +
                               WireFormatLite::LengthDelimitedSize(payload.size());
    const std::size_t length =
        WireFormatLite::TagSize(kind, bytes_type) + WireFormatLite::LengthDelimitedSize(inside);
    const auto begin = [](int field, std::size_t size, std::uint8_t* to) {
        to = WireFormatLite::WriteTagToArray(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, to);
        return CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), to);
    };
    append_body(out, length, [&](std::uint8_t* to) {
        to = begin(kind, inside, to);
        to = inner.SerializeWithCachedSizesToArray(to);
        to = begin(payload_field, payload.size(), to);
        return CodedOutputStream::WriteRawToArray(
            payload.data(), static_cast<int>(payload.size()), to
        );
    });
}

}  // namespace

std::string_view FrameDecoder::available() const {
    const std::string_view kept = std::string_view(kept_).substr(used_);
    return kept.empty() ? lent_ : kept;
}

void FrameDecoder::release_used() {
    if (used_ < kept_.size() || kept_.empty()) {
        return;
    }
    used_ = 0;
    if (kept_.capacity() > limits::read_buffer_kept_bytes_max) {
        std::string().swap(kept_);
    } else {
        kept_.clear();
    }
}

Result<std::optional<std::string_view>> FrameDecoder::next() {
    release_used();
    const auto complete = [this](std::size_t bytes) {
        // Only the bytes of one frame join those that were kept: the rest stays where it lies.
        if (used_ < kept_.size() && kept_.size() - used_ < bytes) {
            const std::size_t taken = std::min(bytes - (kept_.size() - used_), lent_.size());
            kept_.append(lent_.substr(0, taken));
            lent_.remove_prefix(taken);
        }
        return available().size() >= bytes;
    };
    if (!complete(frame_prefix_bytes)) {
        keep();
        return std::nullopt;
    }
    const std::size_t length = read_length(available());
    if (length > body_bytes_max_) {
        return fail(Errc::limit_exceeded, "a frame is longer than allowed");
    }
    if (!complete(frame_prefix_bytes + length)) {
        keep();
        return std::nullopt;
    }
    const std::string_view body = available().substr(frame_prefix_bytes, length);
    if (used_ < kept_.size()) {
        used_ += frame_prefix_bytes + length;
    } else {
        lent_.remove_prefix(frame_prefix_bytes + length);
    }
    return body;
}

void FrameDecoder::keep() {
    release_used();
    if (used_ > 0) {
        kept_.erase(0, used_);
        used_ = 0;
    }
    if (kept_.empty() && lent_.size() >= frame_prefix_bytes) {
        // Room for the rest of a frame of common size, so that it is not moved when it comes.
        kept_.reserve(std::min(
            frame_prefix_bytes + read_length(lent_), limits::read_buffer_reserved_bytes_max
        ));
    }
    kept_.append(lent_);
    lent_ = {};
}

std::optional<FrameDecoder::Unfinished> FrameDecoder::unfinished() const {
    const std::string_view bytes = available();
    if (bytes.size() < frame_prefix_bytes) {
        return std::nullopt;
    }
    const std::size_t length = read_length(bytes);
    const std::string_view head = bytes.substr(frame_prefix_bytes);
    if (head.size() >= length) {
        return std::nullopt;
    }
    return Unfinished{.body_bytes = length, .head = head};
}

FrameHead peek(std::string_view head) {
    CodedInputStream in(
        reinterpret_cast<const std::uint8_t*>(head.data()), static_cast<int>(head.size())
    );
    const int kind = WireFormatLite::GetTagFieldNumber(in.ReadTag());
    std::uint32_t length = 0;
    if (!in.ReadVarint32(&length)) {
        return {};
    }
    switch (kind) {
        case v1::Frame::kChunkFieldNumber:
            return {.kind = FrameHead::Kind::chunk, .declared_bytes = {}};
        case v1::Frame::kSubmitFieldNumber:
            return {.kind = FrameHead::Kind::submission, .declared_bytes = declared_size(in)};
        case v1::Frame::kCheckFieldNumber: {
            const int field = WireFormatLite::GetTagFieldNumber(in.ReadTag());
            if (field != v1::Check::kSubmitFieldNumber || !in.ReadVarint32(&length)) {
                return {};
            }
            return {.kind = FrameHead::Kind::submission, .declared_bytes = declared_size(in)};
        }
        default:
            return {};
    }
}

void append_frame(std::string& out, const v1::Frame& frame) {
    const std::size_t length = frame.ByteSizeLong();
    append_body(out, length, [&frame](std::uint8_t* body) {
        return frame.SerializeWithCachedSizesToArray(body);
    });
}

void append_frame(std::string& out, const v1::Frame& frame, std::string_view payload) {
    if (frame.kind_case() == v1::Frame::kDelivery) {
        append_with_payload(
            out, v1::Frame::kDeliveryFieldNumber, frame.delivery(),
            v1::Delivery::kPayloadFieldNumber, payload
        );
        return;
    }
    assert(frame.kind_case() == v1::Frame::kDeliveryChunk);
    append_with_payload(
        out, v1::Frame::kDeliveryChunkFieldNumber, frame.delivery_chunk(),
        v1::DeliveryChunk::kPayloadFieldNumber, payload
    );
}

bool parse_frame(std::string_view body, v1::Frame& frame) {
    return frame.ParseFromArray(body.data(), static_cast<int>(body.size()));
}

}  // namespace budstikke::transport
