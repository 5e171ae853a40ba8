// Frames of the exchange protocol: a 4-byte big-endian length, then that many bytes of one
// serialised `Frame`. Promises to hold no more memory than bytes that have arrived, whatever a
// length says. May not know sockets or what frames mean, beyond the size that a Submit declares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"

namespace budstikke::v1 {
class Frame;
}

namespace budstikke::transport {

inline constexpr std::size_t frame_prefix_bytes = 4;

/// Cuts a stream into frames. Bytes are lent to it; what is left of them when the lender needs its
/// buffer back is kept.
class FrameDecoder {
 public:
    explicit FrameDecoder(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

    /// From the next frame on.
    void set_limit(std::size_t body_bytes_max) { body_bytes_max_ = body_bytes_max; }

    /// `bytes` must stay until next() has given nothing or keep() was called.
    void lend(std::string_view bytes) { lent_ = bytes; }
    /// The body of the next whole frame, valid until the next call of anything here.
    /// Errc::limit_exceeded for a length above the limit: the stream can not be read on.
    Result<std::optional<std::string_view>> next();
    /// Copies what is left of the lent bytes.
    void keep();

    /// A frame that has begun and is not whole yet.
    struct Unfinished {
        std::size_t body_bytes = 0;  ///< as its length says
        std::string_view head;       ///< what is here of its body
    };
    std::optional<Unfinished> unfinished() const;
    /// Any byte of a frame that is not whole.
    bool in_frame() const { return !lent_.empty() || used_ < kept_.size(); }

 private:
    void release_used();
    std::string_view available() const;

    std::size_t body_bytes_max_;
    std::string kept_;
    std::size_t used_ = 0;  ///< of kept_, by frames that were given
    std::string_view lent_;
};

/// What the first bytes of a large frame say that it is.
struct FrameHead {
    enum class Kind { submission, chunk, other };
    Kind kind = Kind::other;
    /// Submit and Check: the declared size, where it stands in front of the payload, as every
    /// serialiser that writes fields in the order of their numbers puts it.
    std::optional<std::uint64_t> declared_bytes;
};
FrameHead peek(std::string_view head);

/// Appends length and body.
void append_frame(std::string& out, const v1::Frame& frame);
/// The same of a Delivery or DeliveryChunk with this payload, which is in no message before: of all
/// that a broker sends it is the most, and here it is copied once.
void append_frame(std::string& out, const v1::Frame& frame, std::string_view payload);

/// False for bytes that are no Frame.
bool parse_frame(std::string_view body, v1::Frame& frame);

}  // namespace budstikke::transport
