// The bytes of a message. A type of its own that has no formatter and no stream operator, so that a
// payload cannot end up in a log by accident (decision 4 of the architecture, security.md T9).
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace budstikke {

class Payload {
 public:
    Payload() = default;
    explicit Payload(std::string bytes) : bytes_(std::move(bytes)) {}

    std::string_view bytes() const { return bytes_; }
    std::size_t size() const { return bytes_.size(); }
    bool empty() const { return bytes_.empty(); }
    std::string release() && { return std::move(bytes_); }
    bool operator==(const Payload&) const = default;

 private:
    std::string bytes_;
};

std::ostream& operator<<(std::ostream&, const Payload&) = delete;

}  // namespace budstikke
