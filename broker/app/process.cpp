// System calls of the whole process; process.hpp says what they promise.
#include "broker/app/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace budstikke::app {

namespace {

std::unexpected<Error> system_failure(std::string what) {
    const int error = errno;
    return fail(Errc::io, std::move(what) + ": " + std::generic_category().message(error));
}

Result<void> write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_failure("cannot write");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<void> harden_process() {
    ::umask(077);
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) return system_failure("cannot switch off core dumps");
#ifndef __SANITIZE_ADDRESS__  // the leak check at exit traces its own process
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return system_failure("cannot make the process undumpable");
    }
#endif
    // Who goes away while we write to them is an error of that write, not our end.
    if (::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return system_failure("cannot ignore SIGPIPE");
    return {};
}

bool is_root() {
    return ::geteuid() == 0;
}

Result<void> raise_open_files_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return system_failure("cannot read the limit of open files");
    }
    files.rlim_cur = files.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return system_failure("cannot raise the limit of open files");
    }
    return {};
}

Result<void> notify_supervisor(std::string_view state) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes our environment.
    const char* target = std::getenv("NOTIFY_SOCKET");
    if (target == nullptr) return {};
    const std::string_view path(target);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return fail(Errc::io, "NOTIFY_SOCKET is no socket's path");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace, unix(7)
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return system_failure("cannot open a socket for the supervisor");
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const ssize_t sent = ::sendto(
        descriptor, state.data(), state.size(), MSG_NOSIGNAL,
        reinterpret_cast<const sockaddr*>(&address), length
    );
    const int error = errno;
    ::close(descriptor);
    errno = error;
    if (sent < 0) return system_failure("cannot notify the supervisor");
    return {};
}

Result<void> notify_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
    return notify_supervisor("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

Result<void> write_atomically(const std::filesystem::path& file, std::string_view text) {
    const std::string temporary = file.string() + ".new";
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return system_failure("cannot make " + temporary);
    auto written = write_all(descriptor, text);
    ::close(descriptor);
    if (!written) return written;
    if (::rename(temporary.c_str(), file.c_str()) != 0) {
        return system_failure("cannot put " + file.string() + " in its place");
    }
    return {};
}

}  // namespace budstikke::app
