// Loading a folder: what is read, what is refused as a whole, and how fast.
#include <cstdlib>
#include <ctime>
#include <fstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/unit/directory/directory_text.hpp"

namespace budstikke::directory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DirectoryFolder : public testing::Test {
 protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "directory.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(std::string_view name, std::string_view text) const {
        const auto path = folder_ / name;
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }
    Faults faults(const LoadLimits& load_limits = {}) const {
        const auto result = Directory::load(folder_, load_limits);
        return result ? Faults{} : result.error();
    }

    std::filesystem::path folder_;
};

TEST_F(DirectoryFolder, gives_every_fact_of_its_files) {
    write(
        "10-organisations.toml", organisation_text(
                                     "acts_for = [\"20\", \"10\"]\ncertificates = [\"" +
                                     std::string(62, 'A') + ":0b\"]\nvalid_from = 2020-01-01\n"
                                 )
    );
    write(
        "20-parties.toml", party_text("10", "endpoint = \"ebxml\"\n") + R"(
[[party]]
her_id = "20"
parent = "10"
organisation = "999000001"
name = "Nordvik sjukeheim"
kind = "municipality"
endpoint = "exchange"
validation = "schema"
apprec = "broker"
valid_from = 2026-01-01
valid_until = 2027-01-01T00:00:00Z
redirect_to = "10"
redirect_from = 2027-01-01
redirect_until = 2028-01-01
edi_address = "sjukeheim@edi.example"
ebxml_url = "https://msh.example:8443/ebxml"
encryption_certificate = "sjukeheim.crt"
signing_certificates = [")" + std::string(62, 'B') +
                               R"(:0c"]
[[party.accepts]]
type = "EPIKRISE"
versions = ["1.1", "1.2"]
formats = ["hcp"]
validation = "none"
[[party.accepts]]
type = "OppgjorsMelding"
)"
    );
    write("notes.txt", "not read");
    write(".20-parties.toml", "not read either");
    const auto directory = Directory::load(folder_);
    ASSERT_TRUE(directory);
    ASSERT_EQ(directory->parties().size(), 2U);
    const Organisation* organisation = directory->organisation("999000001");
    ASSERT_NE(organisation, nullptr);
    EXPECT_EQ(organisation->name, "Nordvik kommune");
    EXPECT_THAT(organisation->acts_for, ElementsAre(her("10"), her("20")));
    EXPECT_THAT(organisation->certificates, ElementsAre(std::string(62, 'a') + "0b"));
    EXPECT_EQ(organisation->validity.from, utc(2019, 12, 31, 23));
    EXPECT_EQ(directory->organisation("999000002"), nullptr);

    const Party* party = directory->find(her("20"));
    ASSERT_NE(party, nullptr);
    EXPECT_EQ(party->her_id, her("20"));
    EXPECT_EQ(party->parent, her("10"));
    EXPECT_EQ(party->organisation, "999000001");
    EXPECT_EQ(party->name, "Nordvik sjukeheim");
    EXPECT_EQ(party->kind, PartyKind::municipality);
    EXPECT_EQ(party->endpoint, "exchange");
    EXPECT_EQ(party->validation, ValidationLevel::schema);
    EXPECT_EQ(party->apprec, AppRecBy::broker);
    EXPECT_EQ(party->validity.from, utc(2025, 12, 31, 23));
    EXPECT_EQ(party->validity.until, utc(2027, 1, 1));
    EXPECT_EQ(party->redirect_to, her("10"));
    EXPECT_EQ(party->redirect_validity.from, utc(2026, 12, 31, 23));
    EXPECT_EQ(party->edi_address, "sjukeheim@edi.example");
    EXPECT_EQ(party->ebxml_url, "https://msh.example:8443/ebxml");
    EXPECT_EQ(party->encryption_certificate, "sjukeheim.crt");
    EXPECT_THAT(party->signing_certificates, ElementsAre(std::string(62, 'b') + "0c"));
    ASSERT_EQ(party->accepts.size(), 2U);
    EXPECT_EQ(party->accepts[0].type, "EPIKRISE");
    EXPECT_THAT(party->accepts[0].versions, ElementsAre("1.1", "1.2"));
    EXPECT_THAT(party->accepts[0].formats, ElementsAre("hcp"));
    EXPECT_EQ(party->accepts[0].validation, ValidationLevel::none);
    EXPECT_EQ(party->accepts[1].validation, std::nullopt);

    const Party* plain = directory->find(her("10"));
    ASSERT_NE(plain, nullptr);
    EXPECT_EQ(plain->endpoint, "ebxml");
    EXPECT_EQ(plain->ebxml_url + plain->encryption_certificate, "");
    EXPECT_EQ(plain->validation, ValidationLevel::envelope);
    EXPECT_EQ(plain->apprec, AppRecBy::application);
    EXPECT_FALSE(plain->parent || plain->redirect_to || plain->validity.from);
}

TEST_F(DirectoryFolder, is_a_fault_where_it_is_missing_or_no_folder) {
    const auto missing = Directory::load(folder_ / "nowhere");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error()[0].file, (folder_ / "nowhere").string());
    EXPECT_THAT(missing.error()[0].cause, HasSubstr("cannot be read"));
    EXPECT_FALSE(Directory::load(write("a.toml", "")));
}

TEST_F(DirectoryFolder, is_a_fault_where_it_has_no_file) {
    write("a.txt", "");
    EXPECT_EQ(
        faults(), (Faults{{folder_.string(), 0, "the directory's folder has no file named *.toml"}})
    );
}

TEST_F(DirectoryFolder, names_each_faulty_file_in_name_order) {
    const auto b = write("b.toml", "x = ");
    const auto a = write("a.toml", "\nunknown = 1");
    const auto found = faults();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].file, a);
    EXPECT_EQ(found[0].line, 2U);
    EXPECT_EQ(found[1].file, b);
    EXPECT_EQ(found[1].line, 1U);
}

TEST_F(DirectoryFolder, refuses_a_file_above_the_size_limit) {
    const auto text = organisation_text();
    const auto path = write("a.toml", text);
    EXPECT_EQ(faults({.file_bytes_max = text.size() + 1}), Faults{});
    EXPECT_EQ(faults({.file_bytes_max = text.size()}), Faults{});
    const auto above = faults({.file_bytes_max = text.size() - 1});
    ASSERT_EQ(above.size(), 1U);
    EXPECT_EQ(above[0].file, path);
    EXPECT_THAT(above[0].cause, HasSubstr("larger than"));
}

TEST_F(DirectoryFolder, refuses_what_is_no_regular_file) {
    std::filesystem::create_directory(folder_ / "a.toml");
    const auto found = faults();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].cause, "this is not a regular file");
}

TEST_F(DirectoryFolder, a_dangling_link_is_a_fault) {
    std::filesystem::create_symlink(folder_ / "nowhere", folder_ / "a.toml");
    const auto found = faults();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].cause, "the file does not exist");
}

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr double seconds_max = 1.0;
#else
constexpr double seconds_max = 60.0;
#endif

TEST_F(DirectoryFolder, ten_thousand_parties_load_in_under_a_second) {
    std::string text = organisation_text();
    for (int i = 1; i <= 10'000; ++i) {
        text += party_text(
            std::to_string(i), i == 1 ? "endpoint = \"exchange\"\n"
                                      : "endpoint = \"exchange\"\nparent = \"1\"\n"
                                        "valid_from = 2026-01-01\n"
                                        "[[party.accepts]]\ntype = \"EPIKRISE\"\n"
        );
    }
    write("a.toml", text);
    const std::clock_t start = std::clock();
    const auto directory = Directory::load(folder_);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    ASSERT_TRUE(directory);
    EXPECT_EQ(directory->parties().size(), 10'000U);
    EXPECT_LT(seconds, seconds_max);
    RecordProperty("cpu_seconds", std::to_string(seconds));
}

}  // namespace
}  // namespace budstikke::directory
