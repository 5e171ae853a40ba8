// What a party accepts, and which trait of a message it refuses.
#include <gtest/gtest.h>

#include "broker/directory/resolve.hpp"

namespace budstikke::directory {
namespace {

using Answer = std::expected<ValidationLevel, AgreementRefusal>;

constexpr auto refused(AgreementRefusal why) {
    return std::unexpected(why);
}

Party with(std::vector<Acceptance> accepts) {
    Party party;
    party.accepts = std::move(accepts);
    party.validation = ValidationLevel::envelope;
    return party;
}

TEST(Agreement, a_party_without_rows_accepts_everything_at_its_own_level) {
    EXPECT_EQ(agreement(with({}), "EPIKRISE", "1.2", "hcp"), Answer(ValidationLevel::envelope));
}

TEST(Agreement, a_type_that_no_row_names_is_refused) {
    const auto party = with({{"EPIKRISE", {}, {}, {}}});
    EXPECT_EQ(
        agreement(party, "HENVISNING", "1.1", "hcp"), Answer(refused(AgreementRefusal::type))
    );
    EXPECT_EQ(agreement(party, "", "", "opaque"), Answer(refused(AgreementRefusal::type)));
}

TEST(Agreement, the_first_trait_that_no_row_accepts_is_named) {
    const auto party = with({{"EPIKRISE", {"1.1", "1.2"}, {"hcp"}, {}}});
    EXPECT_EQ(agreement(party, "EPIKRISE", "1.2", "hcp"), Answer(ValidationLevel::envelope));
    EXPECT_EQ(
        agreement(party, "EPIKRISE", "2.0", "msghead"), Answer(refused(AgreementRefusal::version))
    );
    EXPECT_EQ(
        agreement(party, "EPIKRISE", "1.1", "opaque"), Answer(refused(AgreementRefusal::format))
    );
}

TEST(Agreement, rows_of_one_type_add_up_and_each_has_its_level) {
    const auto party = with({
        {"EPIKRISE", {"1.2"}, {"hcp"}, ValidationLevel::schema},
        {"EPIKRISE", {"1.1"}, {}, ValidationLevel::none},
    });
    EXPECT_EQ(agreement(party, "EPIKRISE", "1.2", "hcp"), Answer(ValidationLevel::schema));
    EXPECT_EQ(agreement(party, "EPIKRISE", "1.1", "opaque"), Answer(ValidationLevel::none));
    EXPECT_EQ(
        agreement(party, "EPIKRISE", "1.2", "opaque"), Answer(refused(AgreementRefusal::format))
    );
}

TEST(Agreement, a_row_that_names_the_type_goes_before_the_row_of_any_type) {
    const auto party = with({
        {"*", {}, {}, ValidationLevel::none},
        {"EPIKRISE", {"1.2"}, {}, ValidationLevel::schema},
    });
    EXPECT_EQ(agreement(party, "SVAR_LAB", "1.4", "hcp"), Answer(ValidationLevel::none));
    EXPECT_EQ(agreement(party, "EPIKRISE", "1.2", "hcp"), Answer(ValidationLevel::schema));
    EXPECT_EQ(
        agreement(party, "EPIKRISE", "1.1", "hcp"), Answer(refused(AgreementRefusal::version))
    );
}

TEST(Agreement, a_receipt_is_accepted_unless_a_row_of_its_own_narrows_it) {
    const auto sender_only = with({{"EPIKRISE", {}, {}, {}}});
    EXPECT_EQ(agreement(sender_only, "APPREC", "1.0", "apprec"), Answer(ValidationLevel::envelope));
    const auto narrowed = with({{"APPREC", {"1.1"}, {}, {}}});
    EXPECT_EQ(
        agreement(narrowed, "APPREC", "1.0", "apprec"), Answer(refused(AgreementRefusal::version))
    );
}

}  // namespace
}  // namespace budstikke::directory
