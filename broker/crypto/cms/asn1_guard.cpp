// See asn1_guard.hpp.
#include "broker/crypto/cms/asn1_guard.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "broker/base/limits.hpp"

namespace budstikke::crypto::cms {
namespace {

constexpr std::uint8_t constructed_bit = 0x20;
constexpr std::uint8_t long_tag = 0x1f;

struct Header {
    bool constructed = false;
    bool indefinite = false;
    bool end_of_contents = false;
    std::size_t length = 0;
};

class Scan {
 public:
    explicit Scan(std::string_view bytes) : bytes_(bytes) {}

    Asn1Verdict run();

 private:
    std::uint8_t take() { return static_cast<std::uint8_t>(bytes_[at_++]); }
    std::size_t left() const { return ends_[depth_] - at_; }
    std::optional<Header> header();
    bool leave_ended();

    std::string_view bytes_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::array<std::size_t, limits::cms_depth_max + 1> ends_{};
    std::array<bool, limits::cms_depth_max + 1> indefinite_{};
};

std::optional<Header> Scan::header() {
    if (left() < 2) return std::nullopt;
    Header found;
    const std::uint8_t tag = take();
    found.constructed = (tag & constructed_bit) != 0;
    // Tag numbers of two bytes and more: CMS has none, and OpenSSL would read them.
    if ((tag & long_tag) == long_tag) return std::nullopt;
    const std::uint8_t first = take();
    if (first == 0x80) {
        found.indefinite = true;
        return found.constructed ? std::optional(found) : std::nullopt;
    }
    if (first < 0x80) {
        found.length = first;
    } else {
        const std::size_t count = first & 0x7fU;
        if (count > limits::cms_length_bytes_max || left() < count) return std::nullopt;
        for (std::size_t i = 0; i < count; ++i)
            found.length = found.length << 8U | take();
    }
    found.end_of_contents = tag == 0 && found.length == 0;
    return found.length <= left() ? std::optional(found) : std::nullopt;
}

/// Leaves every value of known length that ends here; false where one ends too early for that.
bool Scan::leave_ended() {
    while (depth_ > 0 && !indefinite_[depth_] && at_ == ends_[depth_])
        --depth_;
    return depth_ == 0 || at_ < ends_[depth_];
}

Asn1Verdict Scan::run() {
    ends_[0] = bytes_.size();
    for (std::size_t elements = 0;; ++elements) {
        if (elements >= limits::cms_elements_max) return Asn1Verdict::limit_exceeded;
        const auto found = header();
        if (!found) return Asn1Verdict::malformed;
        if (depth_ > 0 && indefinite_[depth_] && found->end_of_contents) {
            --depth_;
        } else if (found->constructed) {
            if (depth_ == limits::cms_depth_max) return Asn1Verdict::limit_exceeded;
            const std::size_t end = found->indefinite ? ends_[depth_] : at_ + found->length;
            ++depth_;
            ends_[depth_] = end;
            indefinite_[depth_] = found->indefinite;
        } else {
            at_ += found->length;
        }
        if (!leave_ended()) return Asn1Verdict::malformed;
        if (depth_ == 0) {
            return at_ == bytes_.size() ? Asn1Verdict::good : Asn1Verdict::malformed;
        }
    }
}

}  // namespace

Asn1Verdict check_asn1(std::string_view bytes) {
    return Scan(bytes).run();
}

}  // namespace budstikke::crypto::cms
