// Where a message for a HER-id goes at a moment.
#include "broker/directory/resolve.hpp"

#include "tests/unit/directory/directory_text.hpp"

namespace budstikke::directory {
namespace {

constexpr std::string_view reachable = "endpoint = \"exchange\"\n";

std::string party(std::string_view her_id, std::string_view more = {}) {
    return party_text(her_id, std::string(reachable) + std::string(more));
}

struct Answer {
    ResolutionOutcome outcome;
    std::string last;
    std::string path;

    bool operator==(const Answer&) const = default;
};

void PrintTo(const Answer& answer, std::ostream* out) {
    *out << name(answer.outcome) << ' ' << answer.last << " by " << answer.path;
}

Answer answer(const Directory& directory, std::string_view recipient, Timestamp now) {
    const Resolution resolution = resolve(directory, her(recipient), now);
    Answer result{resolution.outcome, "", ""};
    result.last = resolution.party == nullptr ? "" : resolution.party->her_id.text();
    for (const auto& step : resolution.path) {
        result.path += (result.path.empty() ? "" : ">") + step.text();
    }
    return result;
}

TEST(Resolve, a_valid_reachable_party_is_its_own_answer) {
    const auto directory = parsed(organisation_text() + party("1"));
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 1, 1)), (Answer{ResolutionOutcome::found, "1", "1"})
    );
}

TEST(Resolve, an_unknown_her_id_has_no_party) {
    const auto directory = parsed(organisation_text() + party("1"));
    EXPECT_EQ(
        answer(directory, "01", utc(2026, 1, 1)), (Answer{ResolutionOutcome::unknown, "", ""})
    );
}

TEST(Resolve, a_party_without_endpoint_is_unreachable) {
    const auto directory = parsed(organisation_text() + party_text("1"));
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 1, 1)), (Answer{ResolutionOutcome::unreachable, "1", "1"})
    );
}

TEST(Resolve, validity_includes_its_first_moment_and_excludes_its_last) {
    const auto directory = parsed(
        organisation_text() + party(
                                  "1",
                                  "valid_from = 2026-02-01T00:00:00Z\n"
                                  "valid_until = 2026-03-01T00:00:00Z\n"
                              )
    );
    const auto outcome = [&](Timestamp now) { return resolve(directory, her("1"), now).outcome; };
    const auto tick = Duration(1);
    EXPECT_EQ(outcome(utc(2026, 2, 1) - tick), ResolutionOutcome::not_valid_yet);
    EXPECT_EQ(outcome(utc(2026, 2, 1)), ResolutionOutcome::found);
    EXPECT_EQ(outcome(utc(2026, 3, 1) - tick), ResolutionOutcome::found);
    EXPECT_EQ(outcome(utc(2026, 3, 1)), ResolutionOutcome::expired);
}

TEST(Resolve, mail_of_a_merged_party_goes_on_after_its_own_end) {
    const auto directory = parsed(
        organisation_text() +
        party(
            "1",
            "valid_until = 2026-02-01T00:00:00Z\nredirect_to = \"2\"\n"
            "redirect_from = 2026-02-01T00:00:00Z\nredirect_until = 2026-06-01T00:00:00Z\n"
        ) +
        party("2")
    );
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 1, 31)), (Answer{ResolutionOutcome::found, "1", "1"})
    );
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 2, 1)), (Answer{ResolutionOutcome::found, "2", "1>2"})
    );
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 6, 1)), (Answer{ResolutionOutcome::expired, "1", "1"})
    );
}

TEST(Resolve, a_redirect_to_an_expired_or_unreachable_party_says_so_with_the_path) {
    const auto directory = parsed(
        organisation_text() + party("1", "redirect_to = \"2\"\n") +
        party("2", "valid_until = 2026-01-01\n") + party("3", "redirect_to = \"4\"\n") +
        party_text("4")
    );
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 6, 1)), (Answer{ResolutionOutcome::expired, "2", "1>2"})
    );
    EXPECT_EQ(
        answer(directory, "3", utc(2026, 6, 1)),
        (Answer{ResolutionOutcome::unreachable, "4", "3>4"})
    );
}

TEST(Resolve, follows_as_many_redirects_as_the_limit) {
    std::string text = organisation_text();
    for (std::uint32_t i = 1; i <= limits::redirects_max; ++i) {
        text += party(std::to_string(i), "redirect_to = \"" + std::to_string(i + 1) + "\"\n");
    }
    const auto directory = parsed(text + party(std::to_string(limits::redirects_max + 1)));
    EXPECT_EQ(
        answer(directory, "1", utc(2026, 1, 1)),
        (Answer{ResolutionOutcome::found, "5", "1>2>3>4>5"})
    );
}

}  // namespace
}  // namespace budstikke::directory
