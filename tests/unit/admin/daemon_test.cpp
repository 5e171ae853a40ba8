// The real programs, from the command line to the exit status: budstikked with a test PKI, and
// budstikkectl beside it.
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <list>
#include <memory>
#include <sstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/admin/child_process.hpp"
#include "tests/unit/admin/raw_client.hpp"
#include "tests/unit/admin/supervisor.hpp"
#include "tests/unit/admin/temp_folder.hpp"

namespace budstikke::admin {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

const std::string programs = BUDSTIKKE_BINARY_DIR "/bin/";

constexpr std::string_view parties = R"([[organisation]]
number = "998877665"
name = "Invented Hospital"
acts_for = ["100"]
[[party]]
her_id = "100"
organisation = "998877665"
name = "Ward"
kind = "hospital"
endpoint = "exchange"
)";

constexpr std::string_view configuration = R"([broker]
data = "data"
directory = "directory"
master_keys = "master-keys"
[admin]
socket = "admin.sock"
[[listener]]
address = "127.0.0.1"
port = 0
[listener.tls]
certificate = "pki/server.crt"
key = "pki/server.key"
client_ca = ["pki/ca.crt"]
crl = ["pki/root-ca.crl", "pki/issuing-ca.crl"]
)";

class DaemonTest : public testing::Test {
 protected:
    struct Answer {
        int status = -1;
        std::string out;
        std::string err;
    };

    void SetUp() override {
        fs::permissions(folder(), fs::perms(0755));
        fs::create_directory(folder() / "data");
        fs::permissions(folder() / "data", fs::perms(0700));
        fs::create_directory(folder() / "directory");
        write("directory/parties.toml", parties);
        write("budstikked.toml", configuration);
        write("master-keys", "k1 " + std::string(64, '1') + "\n");
        fs::permissions(folder() / "master-keys", fs::perms(0600));
        const std::string make_pki =
            "sh " BUDSTIKKE_SOURCE_DIR "/certs/make-test-pki.sh " + (folder() / "pki").string();
        ASSERT_EQ(std::system(make_pki.c_str()), 0);
        give_to_ordinary_user(folder());
        supervisor_ = std::make_unique<Supervisor>(folder() / "notify");
    }

    fs::path folder() const { return folder_.path(); }
    fs::path ports() const { return folder() / "data/ports"; }

    void write(const std::string& file, std::string_view text) const {
        std::ofstream(folder() / file) << text;
    }

    std::vector<std::string> command(std::vector<std::string> more = {}) const {
        std::vector<std::string> all{
            programs + "budstikked", "--config", (folder() / "budstikked.toml").string()
        };
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    std::unique_ptr<ChildProcess> start() const {
        auto process = std::make_unique<ChildProcess>(
            command({"--ports-file", ports().string()}), folder(),
            std::vector<std::string>{supervisor_->environment()}
        );
        EXPECT_TRUE(supervisor_->hears("READY=1")) << process->standard_error();
        return process;
    }

    Answer run(const std::vector<std::string>& arguments) const {
        ChildProcess process(arguments, folder());
        const int status = process.wait();
        return {status, process.standard_output(), process.standard_error()};
    }
    Answer ctl(std::vector<std::string> words) const {
        words.insert(
            words.begin(),
            {programs + "budstikkectl", "--socket", (folder() / "admin.sock").string()}
        );
        return run(words);
    }
    json::object ctl_json(std::vector<std::string> words) const {
        words.emplace_back("--json");
        const Answer answer = ctl(words);
        EXPECT_EQ(answer.status, 0) << answer.out << answer.err;
        return json::parse(answer.out).at("result").as_object();
    }

    TempFolder folder_;
    std::unique_ptr<Supervisor> supervisor_;
};

std::vector<json::object> events(const ChildProcess& process) {
    std::vector<json::object> all;
    std::istringstream lines(process.standard_error());
    for (std::string line; std::getline(lines, line);) {
        all.push_back(json::parse(line).as_object());
    }
    return all;
}

bool has_event(const ChildProcess& process, std::string_view id) {
    const auto all = events(process);
    return std::ranges::any_of(all, [&](const json::object& event) {
        return event.at("event").as_string() == id;
    });
}

TEST_F(DaemonTest, StartsTellsItsPortsAndStopsOnSigterm) {
    const auto broker = start();
    const std::string listeners = contents(ports());
    EXPECT_TRUE(listeners.starts_with("exchange 127.0.0.1 ")) << listeners;
    EXPECT_GT(std::stoi(listeners.substr(listeners.rfind(' ') + 1)), 0);
    EXPECT_TRUE(has_event(*broker, "ready"));
    const auto status = ctl_json({"status"});
    EXPECT_EQ(status.at("accepting"), true);
    EXPECT_EQ(status.at("certificates").as_array().size(), 2U);
    EXPECT_EQ(status.at("revocation_lists").as_array().size(), 2U);
    EXPECT_GT(status.at("disk").at("total_bytes").to_number<std::uint64_t>(), 0U);
    broker->signal(SIGTERM);
    EXPECT_TRUE(supervisor_->hears("STOPPING=1"));
    EXPECT_EQ(broker->wait(), 0);
    EXPECT_TRUE(has_event(*broker, "stopped"));
    EXPECT_FALSE(fs::exists(folder() / "admin.sock"));
}

TEST_F(DaemonTest, LeavesNoCoreAndNoFileForOthers) {
    const auto broker = start();
    const std::string limits = contents("/proc/" + std::to_string(broker->pid()) + "/limits");
    EXPECT_THAT(limits, testing::ContainsRegex("Max core file size +0 +0"));
    for (const auto& entry : fs::recursive_directory_iterator(folder() / "data/store")) {
        struct stat facts{};
        if (::lstat(entry.path().c_str(), &facts) != 0) {
            ASSERT_EQ(errno, ENOENT) << "the store tidies up meanwhile";
            continue;
        }
        EXPECT_EQ(facts.st_mode & 077U, 0U) << entry.path();
    }
}

TEST_F(DaemonTest, DrainsHoldsAndStopsByCommandAndRecordsIt) {
    const auto broker = start();
    EXPECT_EQ(ctl({"drain", "--reason", "new disk"}).status, 0);
    EXPECT_EQ(ctl_json({"status"}).at("accepting"), false);
    EXPECT_EQ(ctl({"drain", "--off", "--reason", "done"}).status, 0);
    EXPECT_EQ(ctl({"party", "hold", "100", "--reason", "lost key"}).status, 0);
    EXPECT_EQ(ctl_json({"status"}).at("held_parties"), (json::array{"100"}));
    EXPECT_THAT(ctl({"help"}).out, HasSubstr("party hold HER-ID --reason TEXT [--dry-run]"));
    const auto records = ctl_json({"audit", "list"}).at("records").as_array();
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(records[2].at("command"), "party hold 100");
    EXPECT_EQ(records[2].at("reason"), "lost key");
    const std::string uid = "uid " + std::to_string(ordinary_user());
    EXPECT_THAT(std::string(records[2].at("who").as_string()), HasSubstr(uid));
    EXPECT_EQ(ctl({"stop", "--reason", "the end"}).status, 0);
    EXPECT_EQ(broker->wait(), 0);
    EXPECT_EQ(ctl({"status"}).status, 3);
}

TEST_F(DaemonTest, TakesAllTheOpenFilesItMayHave) {
    rlimit own{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &own), 0);
    const rlimit low{.rlim_cur = 256, .rlim_max = own.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    const auto broker = start();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &own), 0);
    const std::string limits = contents("/proc/" + std::to_string(broker->pid()) + "/limits");
    const std::string hard = " +" + std::to_string(own.rlim_max);
    EXPECT_THAT(limits, testing::ContainsRegex("Max open files" + hard + hard));
}

TEST_F(DaemonTest, StopsInOrderWhileCommandsRun) {
    const std::string viewer = "viewer = [\"uid:" + std::to_string(::geteuid()) + "\"]\n";
    const std::string admin = "admin = [\"uid:" + std::to_string(ordinary_user()) + "\"]\n";
    write("budstikked.toml", std::string(configuration) + "[admin.roles]\n" + viewer + admin);
    const auto broker = start();
    std::string many;
    for (int i = 0; i < 500; ++i) {
        many += "queue list\n";
    }
    std::list<RawClient> clients;
    for (int i = 0; i < 4; ++i) {
        RawClient& client = clients.emplace_back(folder() / "admin.sock");
        ASSERT_TRUE(client.send(many));
    }
    const auto answer = clients.front().read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->head.starts_with("ok")) << answer->head << answer->body;
    broker->signal(SIGTERM);
    EXPECT_EQ(broker->wait(), 0) << broker->standard_error();
}

TEST_F(DaemonTest, AReloadTakesTheNewStateWholeOrKeepsTheOldOne) {
    const auto broker = start();
    write("directory/more.toml", "[[party]]\nher_id = \"wrong\"\n");
    const Answer refused = ctl({"reload", "--reason", "x"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("more.toml:2"));
    EXPECT_EQ(ctl_json({"parties"}).at("parties").as_array().size(), 1U);
    EXPECT_TRUE(has_event(*broker, "reload_refused"));

    std::string more(parties.substr(parties.find("[[party]]")));
    more.replace(more.find("\"100\""), 5, "\"101\"");
    write("directory/more.toml", more);
    EXPECT_EQ(ctl_json({"reload", "--dry-run"}).at("dry_run"), true);
    EXPECT_EQ(ctl_json({"parties"}).at("parties").as_array().size(), 1U);
    EXPECT_EQ(ctl({"reload", "--reason", "x"}).status, 0);
    EXPECT_EQ(ctl_json({"parties"}).at("parties").as_array().size(), 2U);
}

TEST_F(DaemonTest, AReloadSaysWhatNeedsARestart) {
    const auto broker = start();
    write("budstikked.toml", std::string(configuration) + "[threads]\nio = 1\n");
    EXPECT_EQ(ctl_json({"reload", "--reason", "x"}).at("restart_needed"), (json::array{"threads"}));
}

TEST_F(DaemonTest, ReloadsOnSighup) {
    const auto broker = start();
    write("master-keys", "k1 " + std::string(64, '1') + "\nk2 " + std::string(64, '2') + "\n");
    broker->signal(SIGHUP);
    EXPECT_TRUE(supervisor_->hears("RELOADING=1\nMONOTONIC_USEC="));
    EXPECT_TRUE(supervisor_->hears("READY=1"));
    const auto keys = ctl_json({"keys"}).at("keys").as_array();
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[1].at("id"), "k2");
    EXPECT_EQ(keys[1].at("current"), true);
    EXPECT_EQ(ctl_json({"audit", "list"}).at("records").at(0).at("reason"), "SIGHUP");
}

TEST_F(DaemonTest, AReloadTakesTheMasterKeyInUseOutInTwoStepsOnly) {
    const auto broker = start();
    const std::string old_key = "k1 " + std::string(64, '1') + "\n";
    const std::string new_key = "k2 " + std::string(64, '2') + "\n";
    write("master-keys", new_key);
    const Answer refused = ctl({"reload", "--reason", "x"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("budstikked.toml:4: master key k1 is in use"));
    EXPECT_EQ(ctl_json({"keys"}).at("keys").at(0).at("id"), "k1");
    write("master-keys", old_key + new_key);
    EXPECT_EQ(ctl({"reload", "--reason", "x"}).status, 0);
    write("master-keys", new_key);
    EXPECT_EQ(ctl({"reload", "--reason", "x"}).status, 0);
    EXPECT_EQ(ctl_json({"keys"}).at("keys").as_array().size(), 1U);
}

TEST_F(DaemonTest, StartsAgainAfterBeingKilled) {
    start()->signal(SIGKILL);
    EXPECT_TRUE(fs::exists(folder() / "admin.sock"));
    const auto broker = start();
    EXPECT_EQ(ctl({"status"}).status, 0);
}

TEST_F(DaemonTest, ASecondBrokerOnTheSameDataIsRefused) {
    const auto broker = start();
    const Answer second = run(command());
    EXPECT_EQ(second.status, 1);
    EXPECT_THAT(second.err, HasSubstr("start_failed"));
    EXPECT_EQ(ctl({"status"}).status, 0);
}

TEST_F(DaemonTest, ChecksTheConfigurationAndNamesEveryFault) {
    const Answer good = run(command({"--check-config"}));
    EXPECT_EQ(good.status, 0) << good.err;
    std::string text(configuration);
    text.replace(text.find("\"master-keys\""), 13, "\"no-such-file\"");
    text.replace(text.find("root-ca.crl"), 11, "gone-ca.crl");
    write("budstikked.toml", text);
    for (const auto& arguments : {command({"--check-config"}), command()}) {
        const Answer bad = run(arguments);
        EXPECT_EQ(bad.status, 1);
        EXPECT_THAT(bad.err, HasSubstr("budstikked.toml:4: "));
        EXPECT_THAT(bad.err, HasSubstr("budstikked.toml:14: "));
    }
    write("budstikked.toml", "[broker\n");
    EXPECT_EQ(run(command({"--check-config"})).status, 1);
    EXPECT_EQ(run(command({"--no-such-option"})).status, 2);
    EXPECT_EQ(run(command({"--version"})).status, 0);
}

TEST_F(DaemonTest, TheExitStatusOfTheToolTellsWhatWentWrong) {
    EXPECT_EQ(ctl({"status"}).status, 3);
    EXPECT_EQ(ctl({}).status, 2);
    const std::string others = std::to_string(ordinary_user() - 1);
    const std::string roles = "[admin.roles]\nadmin = [\"uid:" + others + "\"]\n";
    std::string text(configuration);
    text.insert(text.find("[[listener]]"), roles);
    write("budstikked.toml", text);
    const auto broker = start();
    const Answer denied = ctl({"status"});
    EXPECT_EQ(denied.status, 4) << denied.err;
    broker->signal(SIGINT);
    EXPECT_EQ(broker->wait(), 0);
}

TEST_F(DaemonTest, AUsageErrorIsTwoAndAFailureIsOne) {
    const auto broker = start();
    EXPECT_EQ(ctl({"stauts"}).status, 2);
    EXPECT_EQ(ctl({"stop"}).status, 2);
    EXPECT_EQ(ctl({"parties", "show", "999"}).status, 1);
    const Answer answer = ctl({"--json", "parties", "show", "999"});
    EXPECT_EQ(answer.status, 1);
    EXPECT_EQ(json::parse(answer.out).at("error").at("code"), "not_found");
    EXPECT_EQ(ctl({"a\nb"}).status, 2);
}

}  // namespace
}  // namespace budstikke::admin
