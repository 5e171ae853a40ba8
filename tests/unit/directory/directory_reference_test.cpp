// The directory against a tiny reference that shares no code with it, over random directories:
// security.md T11, zero mismatches.
#include <map>
#include <random>
#include <set>

#include "broker/directory/resolve.hpp"
#include "tests/unit/directory/directory_text.hpp"

namespace budstikke::directory {
namespace {

constexpr int horizon = 100;  ///< days from 2026-01-01 in which all of it happens

struct Row {
    int from = 0, until = horizon;
    int target = 0;  ///< 0: none; always a larger HER-id, so that there is no loop
    int target_from = 0, target_until = horizon;
    bool endpoint = true;
};

struct World {
    std::map<int, Row> parties;
    std::map<int, std::set<int>> acts_for;
};

Timestamp day(int number) {
    return utc(2026, 1, 1) + std::chrono::hours(24 * number);
}

std::string stamp(int number) {
    return to_rfc3339(day(number));
}

/// The reference: `outcome party`.
std::string expected(const World& world, int recipient, int today) {
    auto at = world.parties.find(recipient);
    if (at == world.parties.end()) return "unknown 0";
    while (at->second.target != 0 && at->second.target_from <= today &&
           today < at->second.target_until) {
        at = world.parties.find(at->second.target);
    }
    const auto& [her_id, row] = *at;
    const std::string party = " " + std::to_string(her_id);
    if (today < row.from) return "not_valid_yet" + party;
    if (today >= row.until) return "expired" + party;
    return (row.endpoint ? "found" : "unreachable") + party;
}

std::string actual(const Directory& directory, int recipient, int today) {
    const auto answer = resolve(directory, her(std::to_string(recipient)), day(today));
    return std::string(name(answer.outcome)) + " " +
           (answer.party == nullptr ? "0" : answer.party->her_id.text());
}

class Dice {
 public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int roll(int least, int most) {
        return std::uniform_int_distribution<int>(least, most)(engine_);
    }

 private:
    std::mt19937 engine_;
};

World random_world(Dice& dice) {
    World world;
    const int count = dice.roll(1, 40);
    for (int i = 0; i < count; ++i) {
        Row row;
        row.from = dice.roll(0, horizon - 2);
        row.until = dice.roll(row.from + 1, horizon);
        row.endpoint = dice.roll(0, 4) != 0;
        world.parties[dice.roll(1, 60)] = row;
    }
    // At most limits::redirects_max in a row: only from one band of HER-ids to the next.
    for (auto& [her_id, row] : world.parties) {
        const auto next = world.parties.lower_bound((her_id / 15 + 1) * 15);
        if (next != world.parties.end() && dice.roll(0, 2) != 0) {
            row.target = next->first;
            row.target_from = dice.roll(0, horizon - 2);
            row.target_until = dice.roll(row.target_from + 1, horizon);
        }
    }
    for (int organisation = 0; organisation < 5; ++organisation) {
        for (const auto& [her_id, row] : world.parties) {
            if (dice.roll(0, 2) == 0) world.acts_for[organisation].insert(her_id);
        }
    }
    return world;
}

std::string text_of(const World& world) {
    std::string text;
    for (int organisation = 0; organisation < 5; ++organisation) {
        text += "[[organisation]]\nnumber = \"99900000" + std::to_string(organisation) +
                "\"\nname = \"Virksomhet\"\nacts_for = [";
        if (const auto found = world.acts_for.find(organisation); found != world.acts_for.end()) {
            for (const int her_id : found->second)
                text += '"' + std::to_string(her_id) + "\",";
        }
        text += "]\n";
    }
    for (const auto& [her_id, row] : world.parties) {
        std::string more =
            "valid_from = " + stamp(row.from) + "\nvalid_until = " + stamp(row.until) + "\n";
        more += row.endpoint ? "endpoint = \"exchange\"\n" : "";
        if (row.target != 0) {
            more += "redirect_to = \"" + std::to_string(row.target) +
                    "\"\nredirect_from = " + stamp(row.target_from) +
                    "\nredirect_until = " + stamp(row.target_until) + "\n";
        }
        text += party_text(std::to_string(her_id), more);
    }
    return text;
}

TEST(DirectoryReference, agrees_on_every_answer_over_random_directories) {
    Dice dice(20260101);
    std::size_t mismatches = 0;
    for (int round = 0; round < 100; ++round) {
        const World world = random_world(dice);
        const Directory directory = parsed(text_of(world));
        ASSERT_EQ(directory.parties().size(), world.parties.size());
        for (int question = 0; question < 2000; ++question) {
            const int recipient = dice.roll(1, 62);
            const int today = dice.roll(-1, horizon + 1);
            const auto answer = actual(directory, recipient, today);
            mismatches += answer == expected(world, recipient, today) ? 0 : 1;
            const int organisation = dice.roll(0, 5);
            const auto found = world.acts_for.find(organisation);
            const bool may = found != world.acts_for.end() && found->second.contains(recipient);
            mismatches +=
                may == directory.may_act_for(
                           "99900000" + std::to_string(organisation), her(std::to_string(recipient))
                       )
                    ? 0
                    : 1;
        }
    }
    EXPECT_EQ(mismatches, 0U);
}

}  // namespace
}  // namespace budstikke::directory
