// The one error type that crosses seams, as a value. It carries no text from the input: an error
// may be logged and shown to operations, and payloads hold patient data (security.md T9).
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace budstikke {

/// What kind of failure it is; each protocol maps these to its own words in one file.
enum class Errc {
    invalid_argument,  ///< the caller's value breaks a stated rule
    malformed,         ///< bytes that do not decode
    limit_exceeded,    ///< a limit of base/limits.hpp
    not_found,         ///< no such message, party, file
    conflict,          ///< the same identity with other content, or a state that forbids the change
    denied,            ///< authenticated, but not allowed
    unauthenticated,   ///< no identity that we accept
    unavailable,       ///< try again later: draining, full, disconnected
    corrupt,           ///< stored bytes that do not verify
    io,                ///< the operating system or the store refused
    internal,          ///< a promise of our own is broken
};

/// The stable name of a kind, for logs and JSON: `limit_exceeded`.
std::string_view name(Errc code);

struct Error {
    Errc code = Errc::internal;
    std::string detail;  ///< English, for operations; never quotes input from outside
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string detail) {
    return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

}  // namespace budstikke
