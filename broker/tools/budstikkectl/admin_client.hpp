// The client's side of the admin socket: one line out, one framed answer back. Promises to end: a
// broker that does not answer is an error after a time. May not know commands.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"

namespace budstikke::tools {

struct AdminAnswer {
    std::string code;  ///< empty: ok; else the broker's word for what went wrong
    std::string body;
};

/// Errc::unavailable where nobody answers or the answer is cut short, denied where the socket's
/// permissions keep us out, malformed where it is no admin socket.
Result<AdminAnswer> ask_broker(
    const std::filesystem::path& socket, std::string_view line, std::chrono::seconds time_max
);

}  // namespace budstikke::tools
