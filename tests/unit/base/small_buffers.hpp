// How much a socket takes before it is full differs by megabytes from machine to machine. Tests of
// peers that do not read bound it here, so that they need not offer more than any machine takes.
// May not know whose sockets they are.
#pragma once

#include <filesystem>
#include <string>

#include <sys/socket.h>

namespace budstikke {

/// From now on no more than about a megabyte is under way on each connection that this process has,
/// both ways together; of a connection to itself it has both ends.
inline void keep_little_under_way() {
    constexpr int bytes = 256 * 1024;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int descriptor = std::stoi(entry.path().filename().string());
        // Whatever is no socket refuses.
        ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    }
}

}  // namespace budstikke
