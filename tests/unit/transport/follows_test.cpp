// How many pages of feeds are read for a peer that does not take them, and whose turn it is. The
// session around them is replaced, as in queries_test.cpp.
#include "broker/transport/exchange/follows.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/pipeline/watched_store.hpp"
#include "tests/unit/transport/stuck_session.hpp"

namespace budstikke::transport {
namespace {

using pipeline::her;

class StuckFollows : public StuckSession {
 public:
    using StuckSession::StuckSession;
    ~StuckFollows() { follows_.end(); }
    StuckFollows(const StuckFollows&) = delete;
    StuckFollows& operator=(const StuckFollows&) = delete;

    void pump() { follows_.pump(); }
    void follow(const std::string& sender) {
        v1::Follow frame;
        frame.set_request(++request_);
        frame.set_sender(sender);
        follows_.follow(frame);
    }

 private:
    Follows follows_{context()};
    std::uint64_t request_ = 0;
};

class FollowsTest : public StuckSessionTest {
 protected:
    static constexpr int feeds = 16;

    std::unique_ptr<store::Store> watched(std::unique_ptr<store::Store> store) override {
        return std::make_unique<pipeline::WatchedStore>(std::move(store), watch_);
    }
    /// A clinic of many parties, 501 and up.
    std::string directory_toml() const override {
        std::string acts_for;
        std::string parties;
        for (int i = 1; i <= feeds; ++i) {
            acts_for += '"' + sender(i) + "\", ";
            parties += "[[party]]\nher_id = \"" + sender(i) +
                       "\"\norganisation = \"900000004\"\nname = \"Room\"\nkind = \"hospital\"\n"
                       "endpoint = \"exchange\"\n";
        }
        return "[[organisation]]\nnumber = \"900000004\"\nname = \"Invented Clinic\"\nacts_for = "
               "[" +
               acts_for + "]\n" + parties;
    }
    static std::string sender(int number) { return std::to_string(500 + number); }

    /// Pages that are read of `feeds` feeds, of a page each, for a peer that takes nothing.
    std::size_t pages_read(std::size_t outbound_bytes_max) {
        const std::size_t before = watch_.feed_reads.senders().size();
        ExchangeLimits limits;
        limits.outbound_bytes_max = outbound_bytes_max;
        StuckFollows session(parts(limits));
        session.context().organisation = "900000004";
        for (int i = 1; i <= feeds; ++i) {
            session.follow(sender(i));
        }
        session.run();
        return watch_.feed_reads.senders().size() - before;
    }
    /// A feed of so many pages, made of events of nothing.
    void write_feed(int number, std::size_t pages) {
        const auto batch = store_->begin();
        const store::DeliveryEvent event{
            .position = 0, .at = clock_.now(), .state = {}, .cause = {}, .detail = {}
        };
        for (std::size_t i = 0; i < pages * limits::feed_rows_max; ++i) {
            store::DeliveryEvent next = event;
            next.position = ++position_;
            batch->put_feed(
                her(sender(number)), {.message = {}, .recipient = her("201")}, {&next, 1}
            );
        }
        ASSERT_TRUE(store_->commit(*batch));
    }

    pipeline::StoreWatch watch_;
    store::Position position_ = 1'000'000;
};

TEST_F(FollowsTest, ReadsNoMoreThanTwoPagesBeyondAFullOutbox) {
    EXPECT_EQ(pages_read(0), 0U);
    EXPECT_EQ(pages_read(1), limits::status_reads_max);
}

TEST_F(FollowsTest, ReadsEveryFeedWhileThereIsRoom) {
    EXPECT_EQ(pages_read(limits::mib), static_cast<std::size_t>(feeds));
}

TEST_F(FollowsTest, ReadsNothingWhileTheOthersOfItsOrganisationDoNotReadAndThenAll) {
    const ExchangeLimits limits;
    const SessionParts stands_on = parts(limits);
    auto& account = stands_on.outbound.account_of("900000004");
    StuckFollows session(stands_on);
    session.context().organisation = "900000004";
    session.outbox().charge(account);
    stands_on.outbound.change(&account, 0, limits::outbound_bytes_per_organisation_max);
    for (int i = 1; i <= feeds; ++i) {
        session.follow(sender(i));
    }
    session.run();
    EXPECT_EQ(watch_.feed_reads.senders().size(), 0U);
    stands_on.outbound.change(&account, limits::outbound_bytes_per_organisation_max, 0);
    session.pump();
    session.run();
    EXPECT_EQ(watch_.feed_reads.senders().size(), static_cast<std::size_t>(feeds));
}

TEST_F(FollowsTest, NoLongFeedStarvesAnother) {
    constexpr std::size_t pages = 5;
    write_feed(1, pages);
    write_feed(2, pages);
    ExchangeLimits limits;
    StuckFollows session(parts(limits));
    session.context().organisation = "900000004";
    for (int i = 1; i <= 3; ++i) {
        session.follow(sender(i));
    }
    session.run();
    const auto read = watch_.feed_reads.senders();
    // A full page may be followed by an empty one, so each long feed is read six times.
    EXPECT_EQ(read.size(), 2 * (pages + 1) + 1);
    const auto turn = std::ranges::find(read, her(sender(3))) - read.begin();
    EXPECT_LT(turn, 4) << "two were under way when it came, and one may have overtaken it";
}

}  // namespace
}  // namespace budstikke::transport
