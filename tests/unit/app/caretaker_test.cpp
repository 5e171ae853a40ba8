// What the log says while the broker runs and the dates of its certificates and revocation lists
// come near and pass: once for each step, at the moment that is stated.
#include "broker/app/caretaker.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>

#include "broker/app/loaded_state.hpp"
#include "tests/unit/app/config_folder.hpp"

namespace budstikke::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto day = 24h;

/// Its date stands still until the test moves it; its steady time leaps from question to question,
/// so that each minute of the caretaker, who has it alone, is over at once. That one asks for the
/// date when it looks at certificates and lists, and only then.
class MovedClock final : public Clock {
 public:
    explicit MovedClock(Timestamp now) : now_(now) {}
    Timestamp now() const override {
        const std::scoped_lock lock(mutex_);
        ++looks_;
        looked_.notify_all();
        return now_;
    }
    SteadyTime steady_now() const override {
        const std::scoped_lock lock(mutex_);
        return steady_ += 60s;
    }
    /// Returns once a look has begun at that time.
    void look_at(Timestamp now) {
        std::unique_lock lock(mutex_);
        now_ = now;
        const auto before = looks_;
        looked_.wait(lock, [&] { return looks_ > before; });
    }

 private:
    mutable std::mutex mutex_;
    mutable std::condition_variable looked_;
    mutable std::size_t looks_ = 0;
    Timestamp now_;
    mutable SteadyTime steady_{};
};

class KeptEvents final : public EventLog {
 public:
    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override {
        std::string text = level == EventLevel::error ? "error " : "warning ";
        text += id;
        for (const EventField& field : fields) {
            text.append(" ").append(field.name).append("=").append(field.value);
        }
        const std::scoped_lock lock(mutex_);
        events_.push_back(std::move(text));
    }
    std::vector<std::string> with(const std::string& part) const {
        const std::scoped_lock lock(mutex_);
        std::vector<std::string> found;
        std::ranges::copy_if(events_, std::back_inserter(found), [&](const std::string& event) {
            return event.contains(part);
        });
        return found;
    }

 private:
    mutable std::mutex mutex_;
    std::vector<std::string> events_;
};

class CaretakerTest : public ConfigFolder {
 protected:
    void SetUp() override {
        ConfigFolder::SetUp();
        write(folder_ / "b.toml", minimal_config);
        auto state = load_state(folder_ / "b.toml", wall_);
        ASSERT_TRUE(state) << directory::to_text(state.error().front());
        auto node = Node::open(*std::move(state), wall_, events_, [](const Error&) {});
        ASSERT_TRUE(node) << node.error().detail;
        node_ = *std::move(node);
    }
    void TearDown() override {
        node_.reset();
        ConfigFolder::TearDown();
    }
    /// What is said about `owner` when the clock shows these times, one after another.
    std::vector<std::string> said_of(const std::string& owner, std::vector<Timestamp> times) {
        MovedClock clock(times.front());
        {
            const Caretaker caretaker(*node_, clock, events_);
            for (const Timestamp time : times)
                clock.look_at(time);
        }  // waits for the look that has begun
        return events_.with(owner);
    }

    SystemClock wall_;
    KeptEvents events_;
    std::unique_ptr<Node> node_;
};

TEST_F(CaretakerTest, ACertificateIsToldOfAtEachStepAndAsAnErrorWhenItIsOver) {
    const auto own = node_->current().tls[0].own_certificates()[0];
    const Timestamp end = own.not_after;
    const std::string fields = " subject=" + own.subject + " not_after=" + to_rfc3339(end);
    EXPECT_THAT(said_of(own.subject, {end - 60 * day - 1ms}), IsEmpty());
    EXPECT_THAT(
        said_of(
            own.subject, {end - 60 * day, end - 59 * day, end - 30 * day, end - 1ms, end, end + day}
        ),
        ElementsAre(
            "warning certificate_expires" + fields, "warning certificate_expires" + fields,
            "warning certificate_expires" + fields, "error certificate_expired" + fields
        )
    );
}

TEST_F(CaretakerTest, ARevocationListIsToldOfADayBeforeAndAsAnErrorWhenItIsStale) {
    const auto list = node_->current().tls[0].revocation().lists()[0];
    const Timestamp next = list.next_update;
    const std::string owner = "issuer=" + list.issuer + " partition= ";
    const std::string fields = ' ' + owner + "next_update=" + to_rfc3339(next);
    EXPECT_THAT(said_of(owner, {next - day - 1ms}), IsEmpty());
    EXPECT_THAT(
        said_of(owner, {next - day, next - 1ms, next, next + day}),
        ElementsAre(
            "warning revocation_list_expires" + fields, "error revocation_list_stale" + fields
        )
    );
}

}  // namespace
}  // namespace budstikke::app
