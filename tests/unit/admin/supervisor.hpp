// The test's side of sd_notify(3): what systemd would hear. Tests wait here for READY=1, so that
// none sleeps or polls.
#pragma once

#include <filesystem>
#include <string>

namespace budstikke::admin {

class Supervisor {
 public:
    explicit Supervisor(const std::filesystem::path& socket);
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;
    ~Supervisor();

    std::string environment() const { return "NOTIFY_SOCKET=" + path_.string(); }
    /// The next message; empty after five minutes without one.
    std::string next() const;
    /// Whether a message that begins so comes, whatever comes before.
    bool hears(std::string_view beginning) const;

 private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace budstikke::admin
