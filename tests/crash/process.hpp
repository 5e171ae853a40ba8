// Programs that the crash tests start: scripts that must succeed, and the broker, which is killed.
// Promises that no process outlives the object that started it, nor this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::crash {

/// Runs a program to its end. `io` where it cannot be started, `internal` where it fails.
Result<void> run(const std::vector<std::string>& command, const std::filesystem::path& log);

/// A budstikked that is ready for connections.
class BrokerProcess {
 public:
    /// Returns once it says READY=1, as to a supervisor (sd_notify). Its log is added to broker.log
    /// in `folder`. `disk_fault` is for variants/losing_disk.hpp.
    static Result<BrokerProcess> start(
        const std::filesystem::path& program, const std::filesystem::path& folder,
        const std::string& disk_fault, Duration start_max
    );
    BrokerProcess(BrokerProcess&& other) noexcept;
    BrokerProcess& operator=(BrokerProcess&&) = delete;
    ~BrokerProcess() { kill(); }

    std::uint16_t port() const { return port_; }
    /// SIGKILL, and the wait for its end.
    void kill();
    /// Lets it run until `time` has passed or `wake` (an eventfd, or -1) can be read. False where
    /// it ended by itself.
    bool run_for(Duration time, int wake);
    /// Of a broker that ended by itself; -1 where a signal ended it.
    int exit_status();

 private:
    BrokerProcess(pid_t pid, transport::SocketHandle ended);

    pid_t pid_ = -1;
    transport::SocketHandle ended_;  ///< a pidfd
    std::uint16_t port_ = 0;
};

}  // namespace budstikke::crash
