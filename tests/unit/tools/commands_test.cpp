// The commands of `budstikke` against a real broker: what they print, what they write, how they
// end.
#include "broker/tools/budstikke/commands.hpp"

#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "broker/tools/budstikke/payload_file.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::tools {
namespace {

using crypto::test::read_all;
using crypto::test::write_file;
using transport::ExchangeTest;

class CommandsTest : public ExchangeTest {
 protected:
    void SetUp() override {
        ExchangeTest::SetUp();
        start_server();
        write_file(folder_ / "letter.p7m", "sealed");
        std::filesystem::create_directory(folder_ / "out");
    }

    SendOptions letter(const std::string& msg_id = "m1") const {
        SendOptions options;
        options.files = {folder_ / "letter.p7m"};
        options.message_id = msg_id;
        options.sender = "100";
        options.declared_recipients = {"201", "202"};
        options.type = "EPIKRISE";
        return options;
    }
    template <typename Options>
    int run(
        int (*command)(client::ExchangeClient&, const Options&, const Terminal&),
        const std::string& certificate, const Options& options
    ) {
        out_.str({});
        err_.str({});
        const auto broker = connect(certificate);
        return command(
            *broker, options, {.out = out_, .err = err_, .json = json_, .tongue = tongue_}
        );
    }
    std::string out() const { return out_.str(); }

    bool json_ = false;
    Tongue tongue_ = Tongue::english;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(CommandsTest, SendPrintsAVerdictPerRecipientAndSucceeds) {
    EXPECT_EQ(run(run_send, "hospital", letter()), exit_ok);
    EXPECT_NE(out().find("accepted"), std::string::npos);
    EXPECT_NE(out().find("  201: accepted"), std::string::npos);
    EXPECT_NE(out().find("  202 (copy): accepted"), std::string::npos);
    EXPECT_EQ(run(run_send, "hospital", letter()), exit_ok);
    EXPECT_NE(out().find("accepted before"), std::string::npos);
}

TEST_F(CommandsTest, SendSpeaksNorwegianAndJson) {
    tongue_ = Tongue::norwegian;
    EXPECT_EQ(run(run_send, "municipality", letter()), exit_refused);
    EXPECT_NE(out().find("avvist"), std::string::npos);
    EXPECT_NE(out().find("submission.sender_not_allowed"), std::string::npos);
    json_ = true;
    EXPECT_EQ(run(run_send, "hospital", letter("m2")), exit_ok);
    EXPECT_TRUE(out().starts_with("{\"file\":\"")) << out();
    EXPECT_NE(out().find("\"outcome\":\"ACCEPTED\""), std::string::npos);
    EXPECT_NE(out().find("\"broker_id\":\""), std::string::npos);
}

TEST_F(CommandsTest, SendNamesTheFileThatIsMissing) {
    SendOptions options = letter();
    options.files = {folder_ / "missing.xml"};
    EXPECT_EQ(run(run_send, "hospital", options), exit_usage);
    EXPECT_NE(err_.str().find("missing.xml"), std::string::npos);
}

TEST_F(CommandsTest, CheckStoresNothing) {
    EXPECT_EQ(run(run_check, "hospital", letter()), exit_ok);
    EXPECT_NE(out().find("would be accepted"), std::string::npos);
    StatusOptions status;
    status.id = "m1";
    status.sender = "100";
    EXPECT_EQ(run(run_status, "hospital", status), exit_refused);
}

TEST_F(CommandsTest, ReceiveWritesPayloadsThatOnlyTheirOwnerReads) {
    ASSERT_EQ(run(run_send, "hospital", letter()), exit_ok);
    ReceiveOptions options;
    options.her_ids = {"201"};
    options.count = 1;
    options.out = folder_ / "out";
    EXPECT_EQ(run(run_receive, "municipality", options), exit_ok);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "out")) {
        ++files;
        EXPECT_EQ(read_all(entry.path()), "sealed");
        struct stat facts{};
        ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
        EXPECT_EQ(facts.st_mode & 0777U, 0600U);
        EXPECT_TRUE(entry.path().filename().string().ends_with("-201.p7m"));
    }
    EXPECT_EQ(files, 1U);
    StatusOptions status;
    status.id = "m1";
    status.sender = "100";
    EXPECT_EQ(run(run_status, "hospital", status), exit_ok);
    EXPECT_NE(out().find("to 201: delivered"), std::string::npos) << out();
    EXPECT_NE(out().find("to 202 (copy): queued"), std::string::npos) << out();
}

TEST_F(CommandsTest, ReceiveRejectsWithAReason) {
    ASSERT_EQ(run(run_send, "hospital", letter()), exit_ok);
    ReceiveOptions options;
    options.her_ids = {"201"};
    options.count = 1;
    options.settle = "rejected";
    options.reason_code = "T99";
    EXPECT_EQ(run(run_receive, "municipality", options), exit_ok);
    StatusOptions status;
    status.id = "m1";
    status.sender = "100";
    EXPECT_EQ(run(run_status, "hospital", status), exit_ok);
    EXPECT_NE(out().find("to 201: dead_lettered"), std::string::npos) << out();
}

TEST_F(CommandsTest, ReceiveGivesUpWhereNothingComes) {
    ReceiveOptions options;
    options.her_ids = {"201"};
    options.count = 1;
    options.wait_seconds = 1;
    EXPECT_EQ(run(run_receive, "municipality", options), exit_refused);
    options.her_ids = {"100"};
    EXPECT_EQ(run(run_receive, "municipality", options), exit_refused);
    EXPECT_NE(err_.str().find("denied"), std::string::npos);
}

TEST_F(CommandsTest, StatusWatchesUntilTheStateIsReached) {
    SendOptions send = letter();
    send.declared_recipients = {"201"};
    ASSERT_EQ(run(run_send, "hospital", send), exit_ok);
    const auto receiver = connect("municipality");
    ASSERT_TRUE(receiver->subscribe("201", 1));
    const v1::Delivery delivery = receive(*receiver);
    std::jthread settling([&] { EXPECT_TRUE(receiver->settle(settlement(delivery))); });
    StatusOptions status;
    status.id = delivery.message().broker_id();
    status.watch_until = "delivered";
    EXPECT_EQ(run(run_status, "hospital", status), exit_ok);
    EXPECT_NE(out().find("to 201: delivered"), std::string::npos) << out();
}

TEST_F(CommandsTest, StatusSaysWhenAStateIsOutOfReach) {
    ASSERT_EQ(run(run_send, "hospital", letter()), exit_ok);
    WithdrawOptions withdraw;
    withdraw.id = "m1";
    withdraw.sender = "100";
    withdraw.reason = "sent by mistake";
    EXPECT_EQ(run(run_withdraw, "hospital", withdraw), exit_ok);
    EXPECT_NE(out().find("201: withdrawn (cancelled)"), std::string::npos) << out();
    StatusOptions status;
    status.id = "m1";
    status.sender = "100";
    status.watch_until = "confirmed";
    EXPECT_EQ(run(run_status, "hospital", status), exit_refused);
}

TEST_F(CommandsTest, StatusFollowsEvents) {
    ASSERT_EQ(run(run_send, "hospital", letter()), exit_ok);
    StatusOptions status;
    status.follow = true;
    status.sender = "100";
    status.count = 2;
    json_ = true;
    EXPECT_EQ(run(run_status, "hospital", status), exit_ok);
    EXPECT_NE(out().find("\"position\":\""), std::string::npos) << out();
}

TEST_F(CommandsTest, MayISendAnswersYesAndNo) {
    MayISendOptions options;
    options.sender = "100";
    options.recipient = "201";
    options.type = "EPIKRISE";
    EXPECT_EQ(run(run_may_i_send, "hospital", options), exit_ok);
    EXPECT_EQ(out(), "yes\n");
    options.recipient = "999";
    EXPECT_EQ(run(run_may_i_send, "hospital", options), exit_refused);
    EXPECT_TRUE(out().starts_with("no\n"));
    EXPECT_NE(out().find("recipient.unknown"), std::string::npos) << out();
}

TEST(ClientOptions, ReadsHostAndPort) {
    ServerOptions options;
    options.server = "[::1]:5671";
    const auto ipv6 = client_options(options);
    ASSERT_TRUE(ipv6);
    EXPECT_EQ(ipv6->host, "::1");
    EXPECT_EQ(ipv6->port, 5671);
    for (const char* wrong : {"", "host", ":1", "host:", "host:0", "host:65536", "host:1x"}) {
        options.server = wrong;
        EXPECT_FALSE(client_options(options)) << wrong;
    }
}

TEST(ParseDuration, TakesUnitsAndNothingElse) {
    using namespace std::chrono_literals;
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("30m"), 30min);
    EXPECT_EQ(parse_duration("72h"), 72h);
    EXPECT_EQ(parse_duration("90d"), 24h * 90);
    for (const char* wrong : {"", "5", "h", "-1h", "0s", "1w", "1hh", "91d", "9999999999999999d"}) {
        EXPECT_FALSE(parse_duration(wrong)) << wrong;
    }
}

TEST(PayloadFile, ReplacesAFileWholeOrNotAtAll) {
    const crypto::test::TempFolder folder;
    const auto where = folder.path("");
    ASSERT_TRUE(write_payload_file(where, "a.xml", "one"));
    ASSERT_TRUE(write_payload_file(where, "a.xml", "two"));
    EXPECT_EQ(read_all(folder.path("a.xml")), "two");
    EXPECT_FALSE(write_payload_file(folder.path("missing"), "a.xml", "x"));
    const auto read = read_payload_file(folder.path("a.xml"));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, "two");
}

}  // namespace
}  // namespace budstikke::tools
