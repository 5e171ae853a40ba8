// The deep check of `[ebxml]`: keys and certificates belong together and are for what they are used
// for, and what the carriers need is there.
#include <fstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "broker/app/check_config.hpp"
#include "tests/unit/app/config_text.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"

namespace budstikke::app {
namespace {

namespace fs = std::filesystem;
using crypto::test::PartyPki;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void write(const fs::path& path, std::string_view text, fs::perms mode) {
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, mode);
}

/// A folder where all that minimal_ebxml names is as it should be; each test spoils one thing.
class CheckEbxml : public testing::Test {
 protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "check-ebxml.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        fs::create_directory(folder_ / "data");
        fs::create_directory(folder_ / "directory");
        write(
            folder_ / "directory" / "a.toml",
            "[[organisation]]\nnumber = \"999000001\"\nname = \"Nordvik sykehus\"\n",
            fs::perms(0644)
        );
        write(folder_ / "master-keys", "k1 " + std::string(64, 'a') + "\n", fs::perms(0600));
        const PartyPki& pki = PartyPki::instance();
        for (const auto& [from, to] :
             {std::pair("ca.crt", "ca.crt"),
              {"root-ca.crl", "root.crl"},
              {"issuing-ca.crl", "issuing.crl"},
              {"server.crt", "server.crt"},
              {"server.key", "server.key"}}) {
            fs::copy_file(pki.path(from), folder_ / to);
        }
        take("hospital-sign", "signing");
        take("hospital-crypt", "encryption");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void take(const std::string& pair, const std::string& as) const {
        const PartyPki& pki = PartyPki::instance();
        constexpr auto over = fs::copy_options::overwrite_existing;
        fs::copy_file(pki.certificate(pair), folder_ / (as + ".crt"), over);
        fs::copy_file(pki.key(pair), folder_ / (as + ".key"), over);
    }

    ConfigCheck check(std::string_view more = {}) const {
        const auto config =
            parse_config(minimal_config + minimal_ebxml + std::string(more), "b.toml", folder_);
        if (!config) {
            ADD_FAILURE() << directory::to_text(config.error().front());
            return {};
        }
        return check_config(*config, clock_);
    }
    static std::vector<std::string> texts(const directory::Faults& faults) {
        std::vector<std::string> result;
        for (const auto& fault : faults) {
            result.push_back(directory::to_text(fault));
        }
        return result;
    }
    std::vector<std::string> faults(std::string_view more = {}) const {
        return texts(check(more).faults);
    }
    std::vector<std::string> notes(std::string_view more = {}) const {
        return texts(check(more).notes);
    }

    SystemClock clock_;
    fs::path folder_;
};

TEST_F(CheckEbxml, finds_nothing_where_everything_fits) {
    EXPECT_THAT(faults(), ElementsAre());
}

TEST_F(CheckEbxml, everything_that_is_missing_is_told_at_the_key_that_names_it) {
    for (const auto& name : {"signing.crt", "signing.key", "encryption.crt", "encryption.key"}) {
        fs::remove(folder_ / name);
    }
    EXPECT_THAT(
        faults("[ebxml.https]\nca = \"none\"\n[ebxml.smtp]\nurl = \"smtp://a\"\nuser = \"u\"\n"
               "password_file = \"none\"\nca = \"none\"\n[ebxml.lmtp]\nsocket = \"none/s\"\n"),
        ElementsAre(
            "b.toml:18: the file is not there", "b.toml:19: the file is not there",
            "b.toml:21: the file is not there", "b.toml:22: the file is not there",
            "b.toml:24: the file is not there", "b.toml:28: the file is not there",
            "b.toml:29: the file is not there",
            "b.toml:31: the folder of the socket is not there: make it"
        )
    );
}

TEST_F(CheckEbxml, lists_of_servers_that_are_missing_are_told_at_their_keys) {
    EXPECT_THAT(
        faults("[ebxml.https]\nca = \"ca.crt\"\ncrl = \"none\"\n[ebxml.smtp]\n"
               "url = \"smtp://a\"\nca = \"ca.crt\"\ncrl = \"none\"\n"),
        ElementsAre("b.toml:25: the file is not there", "b.toml:29: the file is not there")
    );
}

TEST_F(CheckEbxml, a_key_of_another_certificate_is_refused) {
    fs::copy_file(
        folder_ / "encryption.key", folder_ / "signing.key", fs::copy_options::overwrite_existing
    );
    EXPECT_THAT(faults(), ElementsAre(StartsWith("b.toml:19: ")));
}

TEST_F(CheckEbxml, keys_that_others_may_read_are_refused) {
    fs::permissions(folder_ / "signing.key", fs::perms(0640));
    fs::permissions(folder_ / "encryption.key", fs::perms(0604));
    EXPECT_THAT(faults(), ElementsAre(StartsWith("b.toml:19: "), StartsWith("b.toml:22: ")));
}

TEST_F(CheckEbxml, certificates_that_are_for_something_else_are_refused) {
    take("hospital-crypt", "signing");
    take("hospital-sign", "encryption");
    EXPECT_THAT(
        faults(), ElementsAre(
                      StartsWith("b.toml:18: the certificate is not for signing"),
                      StartsWith("b.toml:21: nobody may encrypt for this certificate")
                  )
    );
}

TEST_F(CheckEbxml, the_same_decryption_key_twice_is_refused) {
    EXPECT_THAT(
        faults("[[ebxml.identity.decryption]]\ncertificate = \"encryption.crt\"\n"
               "key = \"encryption.key\"\n"),
        ElementsAre(StartsWith("b.toml:20: "))
    );
}

TEST_F(CheckEbxml, an_identity_that_the_directory_does_not_know_is_refused) {
    write(
        folder_ / "directory" / "a.toml",
        "[[organisation]]\nnumber = \"999000009\"\nname = \"Sorvik\"\n", fs::perms(0644)
    );
    EXPECT_THAT(
        faults(), ElementsAre("b.toml:17: the directory has no organisation with this number")
    );
}

TEST_F(CheckEbxml, a_list_that_is_none_is_refused) {
    write(folder_ / "issuing.crl", "not a list", fs::perms(0644));
    EXPECT_THAT(faults(), Contains(StartsWith("b.toml:15: ")));
}

TEST_F(CheckEbxml, passwords_are_held_to_their_form_and_mode) {
    const std::string smtp =
        "[ebxml.smtp]\nurl = \"smtp://a\"\nuser = \"u\"\npassword_file = \"p\"\n"
        "ca = \"ca.crt\"\n";
    write(folder_ / "p", "hemmelig\n", fs::perms(0600));
    EXPECT_THAT(faults(smtp), ElementsAre());
    write(folder_ / "p", "\n", fs::perms(0600));
    EXPECT_THAT(
        faults(smtp), ElementsAre(StartsWith("b.toml:26: the first line of the file must be"))
    );
    write(folder_ / "p", "a\n", fs::perms(0640));
    EXPECT_THAT(faults(smtp), ElementsAre(StartsWith("b.toml:26: ")));
}

TEST_F(CheckEbxml, a_key_for_https_must_be_that_of_its_certificate) {
    const std::string https =
        "[ebxml.https]\nca = \"ca.crt\"\ncertificate = \"server.crt\"\nkey = \"server.key\"\n";
    EXPECT_THAT(faults(https), ElementsAre());
    fs::copy_file(
        folder_ / "signing.key", folder_ / "server.key", fs::copy_options::overwrite_existing
    );
    EXPECT_THAT(faults(https), Contains(StartsWith("b.toml:23: ")));
}

TEST_F(CheckEbxml, notes_what_an_operator_should_look_at) {
    EXPECT_THAT(notes(), Contains(HasSubstr("nothing can be sent")));
    EXPECT_THAT(
        notes("[ebxml.https]\nca = \"ca.crt\"\n"), Not(Contains(HasSubstr("nothing can be sent")))
    );
    write(
        folder_ / "directory" / "b.toml",
        "[[organisation]]\nnumber = \"999000002\"\nname = \"Sorvik\"\n[[party]]\nher_id = "
        "\"2001\"\n"
        "organisation = \"999000002\"\nname = \"Sorvik\"\nkind = \"municipality\"\n"
        "endpoint = \"ebxml\"\n",
        fs::perms(0644)
    );
    EXPECT_THAT(notes(), Contains(HasSubstr("HER-id 2001 has the endpoint `ebxml`, and its")));
    const auto config = parse_config(minimal_config, "b.toml", folder_);
    ASSERT_TRUE(config);
    EXPECT_THAT(
        texts(check_config(*config, clock_).notes),
        Contains(HasSubstr("there are parties with the endpoint `ebxml` and no [ebxml]"))
    );
}

}  // namespace
}  // namespace budstikke::app
