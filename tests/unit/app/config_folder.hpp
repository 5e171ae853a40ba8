// A folder in which everything that minimal_config names is as it should be; each test spoils one
// thing. The PKI is made once per test program.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "broker/base/clock.hpp"
#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {

class FixedClock final : public Clock {
 public:
    explicit FixedClock(Duration ahead) : now_(SystemClock().now() + ahead) {}
    Timestamp now() const override { return now_; }
    SteadyTime steady_now() const override { return SystemClock().steady_now(); }

 private:
    Timestamp now_;
};

inline std::filesystem::path make_temp_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "check-config.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        ADD_FAILURE() << "no temporary folder";
    }
    return name;
}

inline void write(
    const std::filesystem::path& path, std::string_view text,
    std::filesystem::perms mode = std::filesystem::perms(0644)
) {
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, mode);
}

class ConfigFolder : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        pki_ = make_temp_folder();
        const std::string command = "sh '" BUDSTIKKE_SOURCE_DIR "/certs/make-test-pki.sh' '" +
                                    (pki_ / "pki").string() + "' >/dev/null 2>&1";
        // The path is our own; a script is what makes the PKI.
        ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(bugprone-command-processor)
    }
    static void TearDownTestSuite() { std::filesystem::remove_all(pki_); }

    void SetUp() override {
        using std::filesystem::perms;
        folder_ = make_temp_folder();
        std::filesystem::create_directory(folder_ / "data");
        std::filesystem::permissions(folder_ / "data", perms(0700));
        std::filesystem::create_directory(folder_ / "directory");
        write(
            folder_ / "directory" / "a.toml",
            "[[organisation]]\nnumber = \"999000001\"\nname = \"Nordvik kommune\"\n"
        );
        write(folder_ / "master-keys", "k1 " + std::string(64, 'a') + "\n", perms(0600));
        for (const auto& [from, to] :
             {std::pair("ca.crt", "ca.crt"),
              {"root-ca.crl", "root.crl"},
              {"issuing-ca.crl", "issuing.crl"},
              {"server.crt", "server.crt"},
              {"server.key", "server.key"}}) {
            std::filesystem::copy_file(pki_ / "pki" / from, folder_ / to);
        }
        std::filesystem::permissions(folder_ / "server.key", perms(0600));
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static std::vector<std::string> texts(const directory::Faults& faults) {
        std::vector<std::string> result;
        for (const auto& fault : faults) {
            result.push_back(directory::to_text(fault));
        }
        return result;
    }

    static inline std::filesystem::path pki_;
    std::filesystem::path folder_;
};

}  // namespace budstikke::app
