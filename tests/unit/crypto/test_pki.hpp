// A test PKI in a temporary folder, made once per test program by the scripts of certs/, with one
// client certificate of every kind that the tests need. Removed when the program ends.
#pragma once

#include <filesystem>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/crypto/tls_context.hpp"

namespace budstikke::crypto::test {

inline constexpr const char* organisation = "998877665";

class TestPki {
 public:
    static const TestPki& instance();

    TestPki(const TestPki&) = delete;
    TestPki& operator=(const TestPki&) = delete;
    ~TestPki();

    std::filesystem::path path(const std::string& name) const { return folder_ / name; }
    std::filesystem::path certificate(const std::string& client) const;
    std::filesystem::path key(const std::string& client) const;

    /// A listener that believes this PKI: the CAs down to deep-3, and their lists.
    TlsServerConfig server() const;
    /// A client with this certificate; without a name one without certificate.
    TlsClientConfig client(const std::string& name) const;

 private:
    TestPki();
    std::filesystem::path folder_;
};

/// A folder of its own for one test, removed with it.
class TempFolder {
 public:
    TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder();
    std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
    std::filesystem::path folder_;
};

/// Starts at the machine's time; goes on only when told.
class SettableClock final : public Clock {
 public:
    SettableClock() : now_(SystemClock().now()), steady_(SystemClock().steady_now()) {}
    Timestamp now() const override { return now_; }
    SteadyTime steady_now() const override { return steady_; }
    void set(Timestamp now) { now_ = now; }
    void advance_wall(Duration step) { now_ += step; }
    void advance_steady(Duration step) { steady_ += step; }

 private:
    Timestamp now_;
    SteadyTime steady_;
};

/// Runs a script of certs/ with these arguments (no quoting needed by the names that tests use) and
/// gives its exit code.
int run_script(const std::string& script, const std::string& arguments);

void write_file(const std::filesystem::path& path, const std::string& bytes, unsigned mode = 0644);
std::string read_all(const std::filesystem::path& path);

}  // namespace budstikke::crypto::test
