// What budstikkectl takes for an answer of a broker, and what it does not.
#include "broker/tools/budstikkectl/admin_client.hpp"

#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/base/limits.hpp"

namespace budstikke::tools {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Says the same to one line of whoever comes, and hangs up.
class AdminClientTest : public testing::Test {
 protected:
    AdminClientTest() {
        std::string pattern = (fs::temp_directory_path() / "ctl-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, socket().c_str(), sizeof(address.sun_path) - 1);
        listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        EXPECT_EQ(::bind(listening_, generic, sizeof(address)), 0);
        EXPECT_EQ(::listen(listening_, 1), 0);
    }
    ~AdminClientTest() override {
        ::close(listening_);
        std::error_code ignored;  // a temporary folder that stays is no fault of the test
        fs::remove_all(folder_, ignored);
    }
    fs::path socket() const { return folder_ / "socket"; }

    Result<AdminAnswer> answer_to(const std::string& said) {
        std::jthread server([this, &said] {
            const int peer = ::accept(listening_, nullptr, nullptr);
            std::string line(100, '\0');
            EXPECT_GT(::recv(peer, line.data(), line.size(), 0), 0);
            EXPECT_EQ(::send(peer, said.data(), said.size(), MSG_NOSIGNAL), std::ssize(said));
            ::close(peer);
        });
        return ask_broker(socket(), "status", 20s);
    }

    fs::path folder_;
    int listening_ = -1;
};

TEST_F(AdminClientTest, GivesTheBodyOrTheWordForWhatWentWrong) {
    EXPECT_EQ(answer_to("ok 4\nbody")->body, "body");
    EXPECT_EQ(answer_to("error denied 2\nno")->code, "denied");
    EXPECT_EQ(answer_to("ok 5\nbody").error().code, Errc::unavailable);
    EXPECT_EQ(answer_to("HTTP/1.1 400 Bad Request\r\n").error().code, Errc::malformed);
}

TEST_F(AdminClientTest, HoldsTheLimitOfTheFirstLine) {
    const auto with_head_of = [&](std::size_t bytes) {
        const std::string around = "error  0";
        return answer_to("error " + std::string(bytes - around.size(), 'c') + " 0\n");
    };
    EXPECT_TRUE(with_head_of(limits::admin_answer_head_bytes_max - 1));
    EXPECT_TRUE(with_head_of(limits::admin_answer_head_bytes_max));
    const auto above = with_head_of(limits::admin_answer_head_bytes_max + 1);
    EXPECT_EQ(above.error().code, Errc::malformed);
    const auto endless = answer_to(std::string(limits::admin_answer_head_bytes_max + 1, 'c'));
    EXPECT_EQ(endless.error().code, Errc::malformed);
}

TEST_F(AdminClientTest, HoldsTheLimitOfTheAnswer) {
    const auto announced = [&](std::size_t bytes) {
        return answer_to("ok " + std::to_string(bytes) + "\n").error().code;
    };
    // What is announced and allowed is waited for; here it does not come.
    EXPECT_EQ(announced(limits::admin_answer_bytes_max - 1), Errc::unavailable);
    EXPECT_EQ(announced(limits::admin_answer_bytes_max), Errc::unavailable);
    EXPECT_EQ(announced(limits::admin_answer_bytes_max + 1), Errc::malformed);
}

}  // namespace
}  // namespace budstikke::tools
