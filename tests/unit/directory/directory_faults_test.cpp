// Every fault that a directory can have is found, on its line.
#include <gmock/gmock.h>

#include "tests/unit/directory/directory_text.hpp"

namespace budstikke::directory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// The organisation takes lines 1 to 3, the party that follows 4 to 8, its `more` begins on 9.
std::vector<std::string> faults_of_party(std::string_view more) {
    return faults_of(organisation_text() + party_text("100", more));
}

struct OneFault {
    std::string_view promise;
    std::string text;
    std::string fault;  ///< how it begins
};

void PrintTo(const OneFault& fault, std::ostream* out) {
    *out << fault.promise;
}

class DirectoryFault : public testing::TestWithParam<OneFault> {};

TEST_P(DirectoryFault, is_found_with_line_and_cause) {
    EXPECT_THAT(faults_of(GetParam().text), ElementsAre(StartsWith(GetParam().fault)));
}

std::string with_party(std::string_view more) {
    return organisation_text() + party_text("100", more);
}

std::string with_organisation(std::string_view more) {
    return organisation_text(more) + party_text("100");
}

const std::string fingerprint(64, 'a');

INSTANTIATE_TEST_SUITE_P(
    Party, DirectoryFault,
    testing::Values(
        OneFault{"syntax", organisation_text() + "\nname = \n", "5: not valid TOML: "},
        OneFault{
            "edi address is none", with_party("edi_address = \"@edi.example\""),
            "9: `edi_address` must be a mail address"
        },
        OneFault{
            "ebXML in clear text", with_party("ebxml_url = \"http://msh.example/\""),
            "9: `ebxml_url` must be a URL that begins with https://"
        },
        OneFault{
            "ebXML at no host", with_party("ebxml_url = \"https:///ebxml\""),
            "9: `ebxml_url` must be a URL"
        },
        OneFault{
            "ebXML with a password", with_party("ebxml_url = \"https://me:secret@msh.example/\""),
            "9: `ebxml_url` must be a URL"
        },
        OneFault{
            "ebXML with a blank", with_party("ebxml_url = \"https://msh.example/a b\""),
            "9: `ebxml_url` must be a URL"
        },
        OneFault{
            "encryption certificate elsewhere",
            with_party("encryption_certificate = \"../other.crt\""),
            "9: `encryption_certificate` must be the name of a file in the directory's folder"
        },
        OneFault{
            "signing certificate is no fingerprint", with_party("signing_certificates = [\"ab\"]"),
            "9: `signing_certificates`: `ab` is no SHA-256 fingerprint"
        },
        OneFault{
            "unknown key", with_party("endpiont = \"exchange\""),
            "9: party: unknown key `endpiont`; did you mean `endpoint`?"
        },
        OneFault{
            "unknown table", organisation_text() + "[[partys]]\n",
            "4: directory file: unknown key `partys`; did you mean `party`?"
        },
        OneFault{
            "no list of tables", organisation_text() + "[party]\nher_id = \"1\"",
            "4: `party` must be a list of tables: write [[party]], not a table"
        },
        OneFault{
            "HER-id as number",
            organisation_text() + "[[party]]\nher_id = 100\norganisation = \"999000001\"\n"
                                  "name = \"x\"\nkind = \"gp\"",
            "5: `her_id`: write the HER-id in quotes"
        },
        OneFault{
            "HER-id with letters", organisation_text() + party_text("10x"),
            "5: `her_id`: `10x` is no HER-id"
        },
        OneFault{
            "HER-id empty", organisation_text() + party_text(""), "5: `her_id`: `` is no HER-id"
        },
        OneFault{
            "HER-id too long", organisation_text() + party_text("12345678901"),
            "5: `her_id`: `12345678901` is no HER-id, which has 1 to 10 digits"
        },
        OneFault{
            "duplicate HER-id", with_party("") + party_text("100"),
            "10: HER-id 100 is already at a.toml:4"
        },
        OneFault{
            "unknown parent", with_party("parent = \"55\""),
            "9: `parent`: no party has the HER-id 55"
        },
        OneFault{
            "unknown redirect target", with_party("redirect_to = \"55\""),
            "9: `redirect_to`: no party has the HER-id 55"
        },
        OneFault{
            "redirect period without target", with_party("redirect_from = 2027-01-01"),
            "9: `redirect_from` says when, but `redirect_to` is missing"
        },
        OneFault{
            "empty period", with_party("valid_from = 2027-01-01\nvalid_until = 2027-01-01"),
            "10: `valid_until` must be after `valid_from`"
        },
        OneFault{
            "date in quotes", with_party("valid_from = \"2027-01-01\""),
            "9: `valid_from` must be a date without quotes"
        },
        OneFault{
            "unknown endpoint", with_party("endpoint = \"telegraph\""),
            "9: `endpoint` is `telegraph`, but must be one of `exchange`, `ebxml`"
        },
        OneFault{
            "unknown validation", with_party("validation = \"strict\""),
            "9: `validation` is `strict`, but must be one of `none`, `envelope`, `schema`"
        },
        OneFault{
            "unknown apprec", with_party("apprec = \"nobody\""),
            "9: `apprec` is `nobody`, but must be one of `application`, `broker`"
        },
        OneFault{
            "name with control characters",
            organisation_text() + "[[party]]\nher_id = \"1\"\norganisation = \"999000001\"\n"
                                  "name = \"a\\u0007\"\nkind = \"gp\"",
            "7: `name` must have 1 to 200 bytes"
        },
        OneFault{
            "unknown kind",
            organisation_text() + "[[party]]\nher_id = \"1\"\norganisation = \"999000001\"\n"
                                  "name = \"x\"\nkind = \"spital\"",
            "8: `kind` is `spital`, but must be one of `municipality`, `hospital`, `gp`"
        },
        OneFault{
            "unknown organisation",
            "[[party]]\nher_id = \"1\"\norganisation = \"999000002\"\nname = \"x\"\n"
            "kind = \"gp\"",
            "3: `organisation`: no [[organisation]] has the number `999000002`"
        },
        OneFault{
            "accepts without type", with_party("[[party.accepts]]\nversions = [\"1.2\"]"),
            "9: party.accepts: the key `type` is missing"
        },
        OneFault{
            "accepts with type in lower case", with_party("[[party.accepts]]\ntype = \"epikrise\""),
            "10: `type` must be an ebXML Action in capitals"
        },
        OneFault{
            "accepts with type of other characters",
            with_party("[[party.accepts]]\ntype = \"EPI KRISE\""),
            "10: `type` must be an ebXML Action in capitals"
        },
        OneFault{
            "accepts with version as number",
            with_party("[[party.accepts]]\ntype = \"*\"\nversions = [1.2]"),
            "11: `versions` must be a list of texts in quotes, not a decimal number"
        },
        OneFault{
            "accepts with unknown format",
            with_party("[[party.accepts]]\ntype = \"*\"\nformats = [\"hcp\",\n\"fax\"]"),
            "12: `formats`: `fax` is unknown"
        },
        OneFault{
            "accepts with unknown validation",
            with_party("[[party.accepts]]\ntype = \"*\"\nvalidation = \"all\""),
            "11: `validation` is `all`"
        },
        OneFault{
            "accepts with unknown key",
            with_party("[[party.accepts]]\ntype = \"*\"\nversion = [\"1\"]"),
            "11: party.accepts: unknown key `version`; did you mean `versions`?"
        }
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

INSTANTIATE_TEST_SUITE_P(
    Organisation, DirectoryFault,
    testing::Values(
        OneFault{
            "number too short", "[[organisation]]\nnumber = \"12345678\"\nname = \"x\"",
            "2: an organisation number has 9 digits"
        },
        OneFault{
            "number with letters", "[[organisation]]\nnumber = \"12345678x\"\nname = \"x\"",
            "2: an organisation number has 9 digits"
        },
        OneFault{
            "number as number", "[[organisation]]\nnumber = 999000001\nname = \"x\"",
            "2: `number` must be text in quotes, not a whole number"
        },
        OneFault{
            "name missing", "[[organisation]]\nnumber = \"999000001\"",
            "1: organisation: the key `name` is missing"
        },
        OneFault{
            "duplicate number", organisation_text() + organisation_text(),
            "5: organisation 999000001 is already at a.toml:1"
        },
        OneFault{
            "acts for unknown HER-id", with_organisation("acts_for = [\"100\",\n\"7\"]\n"),
            "5: `acts_for`: no party has the HER-id 7"
        },
        OneFault{
            "acts for a number", with_organisation("acts_for = [100]\n"),
            "4: `acts_for`: write the HER-id in quotes"
        },
        OneFault{
            "acts for the same twice", with_organisation("acts_for = [\"100\", \"100\"]\n"),
            "4: `acts_for` names a HER-id twice"
        },
        OneFault{
            "no list", with_organisation("acts_for = \"100\"\n"),
            "4: `acts_for` must be a list of HER-ids in quotes, not text"
        },
        OneFault{
            "certificate is no fingerprint", with_organisation("certificates = [\"ab\"]\n"),
            "4: `certificates`: `ab` is no SHA-256 fingerprint"
        },
        OneFault{
            "certificate twice",
            with_organisation(
                "certificates = [\"" + fingerprint + "\",\n\"" + fingerprint + "\"]\n"
            ),
            "5: `certificates`: the same fingerprint is already at a.toml:4"
        },
        OneFault{
            "unknown key", with_organisation("act_for = []\n"),
            "4: organisation: unknown key `act_for`; did you mean `acts_for`?"
        },
        OneFault{
            "empty period",
            with_organisation("valid_from = 2027-02-01\nvalid_until = 2027-01-31\n"),
            "5: `valid_until` must be after `valid_from`"
        }
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

TEST(DirectoryFaults, a_missing_key_of_a_party_is_told_for_each_key) {
    EXPECT_THAT(
        faults_of("[[party]]\n"),
        ElementsAre(
            HasSubstr("`her_id` is missing"), HasSubstr("`organisation` is missing"),
            HasSubstr("`name` is missing"), HasSubstr("`kind` is missing")
        )
    );
}

TEST(DirectoryFaults, all_of_them_are_told_and_not_only_the_first) {
    EXPECT_THAT(
        faults_of_party("parent = 1\nvalidation = \"x\"\nunknown = 1"),
        ElementsAre(StartsWith("9: "), StartsWith("10: "), StartsWith("11: "))
    );
}

TEST(DirectoryFaults, a_parent_has_no_parent) {
    EXPECT_THAT(
        faults_of(
            organisation_text() + party_text("1") + party_text("2", "parent = \"1\"\n") +
            party_text("3", "parent = \"2\"\n")
        ),
        ElementsAre(StartsWith("20: `parent`: HER-id 2 has a parent itself"))
    );
    EXPECT_THAT(
        faults_of_party("parent = \"100\""), ElementsAre(StartsWith("9: `parent`: HER-id 100"))
    );
}

std::string redirect(std::string_view from, std::string_view to, std::string_view when = "\n") {
    return party_text(from, "redirect_to = \"" + std::string(to) + "\"\n" + std::string(when));
}

TEST(DirectoryFaults, a_redirect_loop_is_told_once) {
    EXPECT_THAT(
        faults_of(
            organisation_text() + redirect("1", "2") + redirect("2", "3") + redirect("3", "1")
        ),
        ElementsAre("9: `redirect_to`: the redirects lead back to HER-id 1")
    );
    EXPECT_THAT(
        faults_of(organisation_text() + redirect("1", "1")),
        ElementsAre("9: `redirect_to`: the redirects lead back to HER-id 1")
    );
}

TEST(DirectoryFaults, redirects_that_take_turns_are_no_loop) {
    EXPECT_THAT(
        faults_of(
            organisation_text() + redirect("1", "2", "redirect_until = 2027-01-01\n") +
            redirect("2", "1", "redirect_from = 2027-01-01\n")
        ),
        ElementsAre()
    );
    EXPECT_THAT(
        faults_of(
            organisation_text() + redirect("1", "2", "redirect_until = 2027-01-02\n") +
            redirect("2", "1", "redirect_from = 2027-01-01\n")
        ),
        ElementsAre(HasSubstr("lead back to HER-id 1"))
    );
}

std::string chain(std::size_t redirects) {
    std::string text = organisation_text();
    for (std::size_t i = 0; i < redirects; ++i) {
        text += redirect(std::to_string(i + 1), std::to_string(i + 2));
    }
    return text + party_text(std::to_string(redirects + 1));
}

TEST(DirectoryFaults, redirects_follow_each_other_up_to_the_limit) {
    EXPECT_THAT(faults_of(chain(limits::redirects_max - 1)), ElementsAre());
    EXPECT_THAT(faults_of(chain(limits::redirects_max)), ElementsAre());
    EXPECT_THAT(
        faults_of(chain(limits::redirects_max + 1)),
        ElementsAre("9: more than 4 redirects follow each other from here")
    );
}

TEST(DirectoryFaults, a_file_with_a_syntax_error_does_not_make_its_parties_unknown_elsewhere) {
    const std::vector<Source> sources = {
        {"a.toml", organisation_text("acts_for = [\"100\"]\n")}, {"b.toml", "x = \n"}
    };
    const auto result = Directory::parse(sources);
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().size(), 1U);
    EXPECT_EQ(result.error().front().file, "b.toml");
}

TEST(DirectoryFaults, duplicates_across_files_name_both_places) {
    const std::vector<Source> sources = {
        {"a.toml", organisation_text() + party_text("1")}, {"b.toml", "\n" + party_text("1")}
    };
    const auto result = Directory::parse(sources);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (Faults{{"b.toml", 3, "HER-id 1 is already at a.toml:4"}}));
}

TEST(DirectoryFaults, names_are_as_long_as_the_limit_allows) {
    const auto faults_with = [](std::size_t bytes) {
        const std::string name(bytes, 'n');
        std::string text = organisation_text() + party_text("100");
        for (const std::string_view old : {"Nordvik kommune", "Part"}) {
            text.replace(text.find(old), old.size(), name);
        }
        return faults_of(text);
    };
    EXPECT_THAT(faults_with(limits::name_bytes_max - 1), testing::IsEmpty());
    EXPECT_THAT(faults_with(limits::name_bytes_max), testing::IsEmpty());
    EXPECT_THAT(
        faults_with(limits::name_bytes_max + 1),
        ElementsAre(HasSubstr("`name` must have 1 to 200"), HasSubstr("`name` must have 1 to 200"))
    );
}

TEST(DirectoryFaults, parties_are_accepted_up_to_the_limit) {
    const auto with_three =
        organisation_text() + party_text("1") + party_text("2") + party_text("3");
    const Source source{"a.toml", with_three};
    EXPECT_TRUE(Directory::parse(std::span(&source, 1), {.parties_max = 4}));
    EXPECT_TRUE(Directory::parse(std::span(&source, 1), {.parties_max = 3}));
    const auto above = Directory::parse(std::span(&source, 1), {.parties_max = 2});
    ASSERT_FALSE(above);
    EXPECT_EQ(
        above.error(),
        (Faults{{"a.toml", 14, "more than 2 parties: this is the first one too many"}})
    );
}

}  // namespace
}  // namespace budstikke::directory
