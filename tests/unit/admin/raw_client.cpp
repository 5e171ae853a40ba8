// The tests' own client of the admin socket.
#include "tests/unit/admin/raw_client.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace budstikke::admin {
namespace {

/// As recv(2), which gives up where a process that has a timeout is stopped and goes on
/// (signal(7)).
ssize_t receive(int descriptor, char* to, std::size_t bytes) {
    ssize_t count = 0;
    do {
        count = ::recv(descriptor, to, bytes, 0);
    } while (count < 0 && errno == EINTR);
    return count;
}

}  // namespace

RawClient::RawClient(const std::filesystem::path& socket)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket.string();
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size() + 1, sizeof address.sun_path));
    const timeval most{.tv_sec = 120, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    connected_ = ::connect(descriptor_, generic, sizeof address) == 0;
}

RawClient::~RawClient() {
    ::close(descriptor_);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::optional<std::string> RawClient::read(std::size_t bytes) {
    std::string got(bytes, '\0');
    std::size_t have = 0;
    while (have < bytes) {
        const ssize_t count = receive(descriptor_, got.data() + have, bytes - have);
        if (count <= 0) return std::nullopt;
        have += static_cast<std::size_t>(count);
    }
    return got;
}

std::optional<RawClient::Answer> RawClient::read_answer() {
    Answer answer;
    while (true) {
        const auto byte = read(1);
        if (!byte) return std::nullopt;
        if (*byte == "\n") break;
        answer.head += *byte;
    }
    const std::size_t size = std::stoul(answer.head.substr(answer.head.rfind(' ') + 1));
    auto body = read(size);
    if (!body) return std::nullopt;
    answer.body = *std::move(body);
    return answer;
}

RawClient::Answer RawClient::ask(std::string_view line) {
    if (!send(std::string(line) + '\n')) return {.head = "not sent", .body = {}};
    return read_answer().value_or(Answer{.head = "no answer", .body = {}});
}

bool RawClient::ended() {
    char byte = 0;
    const ssize_t count = receive(descriptor_, &byte, 1);
    // A reset: the broker had not read all of what we sent.
    return count == 0 || (count < 0 && errno == ECONNRESET);
}

}  // namespace budstikke::admin
