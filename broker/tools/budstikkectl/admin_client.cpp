// Blocking calls with a time limit are all that one question needs.
#include "broker/tools/budstikkectl/admin_client.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/base/limits.hpp"

namespace budstikke::tools {

namespace {

constexpr std::size_t piece_bytes = 64UL * 1024;

class Connection {
 public:
    explicit Connection(std::chrono::seconds time_max)
        : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval most{.tv_sec = time_max.count(), .tv_usec = 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    Result<void> connect(const std::filesystem::path& socket) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = socket.string();
        if (path.size() >= sizeof address.sun_path) {
            return fail(Errc::unavailable, "the path of the socket is too long");
        }
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        if (::connect(descriptor_, generic, sizeof address) == 0) return {};
        if (errno == EACCES || errno == EPERM) {
            return fail(Errc::denied, "the permissions of the admin socket keep you out");
        }
        return fail(Errc::unavailable, "no broker answers on the admin socket");
    }

    /// False where the broker is gone; it may have said why before.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// One piece more; false at the end and after the time.
    bool receive(std::string& bytes) const {
        const std::size_t before = bytes.size();
        bytes.resize(before + piece_bytes);
        ssize_t count = -1;
        do {
            count = ::recv(descriptor_, bytes.data() + before, piece_bytes, 0);
        } while (count < 0 && errno == EINTR);
        bytes.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
        return count > 0;
    }

 private:
    int descriptor_ = -1;
};

struct Head {
    std::string code;
    std::size_t body_bytes = 0;
};

/// `ok N` or `error CODE N`.
Result<Head> parse_head(std::string_view line) {
    const auto refuse = [] { return fail(Errc::malformed, "this is no admin socket of a broker"); };
    Head head;
    if (line.starts_with("ok ")) {
        line.remove_prefix(3);
    } else if (line.starts_with("error ")) {
        line.remove_prefix(6);
        const std::size_t space = line.find(' ');
        if (space == 0 || space == std::string_view::npos) return refuse();
        head.code = line.substr(0, space);
        line.remove_prefix(space + 1);
    } else {
        return refuse();
    }
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), head.body_bytes);
    const bool whole = error == std::errc{} && end == line.data() + line.size();
    if (!whole || head.body_bytes > limits::admin_answer_bytes_max) return refuse();
    return head;
}

}  // namespace

Result<AdminAnswer> ask_broker(
    const std::filesystem::path& socket, std::string_view line, std::chrono::seconds time_max
) {
    const Connection connection(time_max);
    if (auto connected = connection.connect(socket); !connected) {
        return std::unexpected(std::move(connected).error());
    }
    // A broker that refuses us may have closed already: its words are read all the same.
    const bool sent = connection.send(std::string(line) + '\n');
    std::string bytes;
    std::size_t end = std::string::npos;
    while ((end = bytes.find('\n')) == std::string::npos) {
        if (bytes.size() > limits::admin_answer_head_bytes_max) break;
        if (!connection.receive(bytes)) {
            return fail(
                Errc::unavailable, sent ? "the broker did not answer" : "the broker is gone"
            );
        }
    }
    const bool too_long = end > limits::admin_answer_head_bytes_max;
    auto head = parse_head(std::string_view(bytes).substr(0, too_long ? 0 : end));
    if (!head) return std::unexpected(std::move(head).error());
    bytes.erase(0, end + 1);
    while (bytes.size() < head->body_bytes) {
        if (!connection.receive(bytes)) return fail(Errc::unavailable, "the answer is cut short");
    }
    bytes.resize(head->body_bytes);
    return AdminAnswer{.code = std::move(head->code), .body = std::move(bytes)};
}

}  // namespace budstikke::tools
