// A datagram socket for notifications.
#include "tests/unit/admin/supervisor.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace budstikke::admin {

Supervisor::Supervisor(const std::filesystem::path& socket)
    : path_(socket), descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const timeval most{.tv_sec = 300, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    const bool bound = ::bind(descriptor_, generic, sizeof address) == 0;
    // The program may be another user's than the test.
    if (!bound || ::chmod(path_.c_str(), 0777) != 0) throw std::runtime_error("no supervisor");
}

Supervisor::~Supervisor() {
    ::close(descriptor_);
}

std::string Supervisor::next() const {
    std::string message(1024, '\0');
    ssize_t length = 0;
    do {
        length = ::recv(descriptor_, message.data(), message.size(), 0);
    } while (length < 0 && errno == EINTR);  // a process that was stopped and goes on
    message.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return message;
}

bool Supervisor::hears(std::string_view beginning) const {
    while (true) {
        const std::string message = next();
        if (message.empty()) return false;
        if (message.starts_with(beginning)) return true;
    }
}

}  // namespace budstikke::admin
