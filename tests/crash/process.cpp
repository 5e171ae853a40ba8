#include "tests/crash/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace budstikke::crash {
namespace {

using transport::SocketHandle;

std::string reason() {
    return std::strerror(errno);
}

/// The child between fork and exec: nothing but calls that are safe there.
[[noreturn]] void become(char* const* arguments, int log) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || ::dup2(null, STDIN_FILENO) < 0 || ::dup2(log, STDOUT_FILENO) < 0 ||
        ::dup2(log, STDERR_FILENO) < 0) {
        ::_exit(127);
    }
    ::execv(arguments[0], arguments);
    ::_exit(127);
}

Result<pid_t> spawn(std::vector<std::string> command, const std::filesystem::path& log) {
    const SocketHandle to(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!to) {
        return fail(Errc::io, "the log cannot be opened: " + reason());
    }
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (auto& word : command) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) {
        return fail(Errc::io, "fork: " + reason());
    }
    if (pid == 0) {
        become(arguments.data(), to.get());
    }
    return pid;
}

int wait_for_end(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/// Where the broker says that it is ready.
Result<SocketHandle> supervisor_at(const std::filesystem::path& path) {
    std::error_code was_not_there;
    std::filesystem::remove(path, was_not_there);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.size() >= sizeof(address.sun_path)) {
        return fail(Errc::invalid_argument, "the folder's path is too long for a Unix socket");
    }
    text.copy(address.sun_path, text.size());
    SocketHandle socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // The type that bind() wants; the address is of a sockaddr_un's own kind.
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (!socket || ::bind(socket.get(), generic, sizeof(address)) != 0) {
        return fail(Errc::io, "the supervisor's socket: " + reason());
    }
    return socket;
}

/// True where `wanted` can be read before the process of `ended` ends and the time is over.
bool readable_in_time(int wanted, int ended, Duration time_max) {
    std::array<pollfd, 2> both{{
        {.fd = wanted, .events = POLLIN, .revents = 0},
        {.fd = ended, .events = POLLIN, .revents = 0},
    }};
    while (::poll(both.data(), both.size(), static_cast<int>(time_max.count())) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return (both[0].revents & POLLIN) != 0;
}

}  // namespace

Result<void> run(const std::vector<std::string>& command, const std::filesystem::path& log) {
    const auto pid = spawn(command, log);
    if (!pid) {
        return std::unexpected(pid.error());
    }
    const int status = wait_for_end(*pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return fail(Errc::internal, command.at(1) + " failed; see " + log.string());
    }
    return {};
}

BrokerProcess::BrokerProcess(pid_t pid, SocketHandle ended) : pid_(pid), ended_(std::move(ended)) {}

BrokerProcess::BrokerProcess(BrokerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), ended_(std::move(other.ended_)), port_(other.port_) {}

Result<BrokerProcess> BrokerProcess::start(
    const std::filesystem::path& program, const std::filesystem::path& folder,
    const std::string& disk_fault, Duration start_max
) {
    const auto notify = folder / "notify";
    auto supervisor = supervisor_at(notify);
    if (!supervisor) {
        return std::unexpected(supervisor.error());
    }
    const auto ports = folder / "ports";
    const auto pid = spawn(
        {"/usr/bin/env", "NOTIFY_SOCKET=" + notify.string(), "BUDSTIKKE_TEST_DISK=" + disk_fault,
         program.string(), "--config", (folder / "budstikked.toml").string(), "--ports-file",
         ports.string()},
        folder / "broker.log"
    );
    if (!pid) {
        return std::unexpected(pid.error());
    }
    SocketHandle ended(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    BrokerProcess broker(*pid, std::move(ended));
    if (!readable_in_time(supervisor->get(), broker.ended_.get(), start_max)) {
        return fail(Errc::unavailable, "the broker did not start; see broker.log");
    }
    std::ifstream file(ports);
    std::string protocol;
    std::string address;
    if (!(file >> protocol >> address >> broker.port_)) {
        return fail(Errc::malformed, "the broker does not say where it listens");
    }
    return broker;
}

void BrokerProcess::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        wait_for_end(std::exchange(pid_, -1));
    }
}

int BrokerProcess::exit_status() {
    const int status = wait_for_end(std::exchange(pid_, -1));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool BrokerProcess::run_for(Duration time, int wake) {
    readable_in_time(wake, ended_.get(), time);
    std::array<pollfd, 1> end{{{.fd = ended_.get(), .events = POLLIN, .revents = 0}}};
    return ::poll(end.data(), end.size(), 0) == 0;
}

}  // namespace budstikke::crash
