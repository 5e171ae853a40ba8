// The deep check: what the configuration names is there, may be read, and fits together.
#include "broker/app/check_config.hpp"

#include <algorithm>
#include <cstdlib>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/app/config_folder.hpp"

namespace budstikke::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class CheckConfig : public ConfigFolder {
 protected:
    ConfigCheck check(std::string_view more = {}, Duration ahead = 1s) const {
        const auto config = parse_config(minimal_config + std::string(more), "b.toml", folder_);
        if (!config) {
            ADD_FAILURE() << directory::to_text(config.error().front());
            return {};
        }
        return check_config(*config, FixedClock(ahead));
    }
    std::vector<std::string> faults(std::string_view more = {}) const {
        return texts(check(more).faults);
    }
};

TEST_F(CheckConfig, finds_nothing_where_everything_fits) {
    EXPECT_THAT(faults(), ElementsAre());
}

TEST_F(CheckConfig, notes_that_there_are_no_schemas) {
    EXPECT_THAT(texts(check().notes), Contains(HasSubstr("`schemas` is not set")));
}

TEST_F(CheckConfig, everything_that_is_missing_is_told_at_the_key_that_names_it) {
    for (const auto& name :
         {"data", "directory", "master-keys", "server.crt", "server.key", "ca.crt", "issuing.crl"
         }) {
        fs::remove_all(folder_ / name);
    }
    EXPECT_THAT(
        faults(), ElementsAre(
                      "b.toml:2: the data folder is not there: make it",
                      StartsWith("b.toml:3: the directory's folder cannot be read"),
                      "b.toml:4: the file is not there", "b.toml:9: the file is not there",
                      "b.toml:10: the file is not there", "b.toml:11: the file is not there",
                      "b.toml:12: the file is not there"
                  )
    );
}

TEST_F(CheckConfig, a_fault_of_the_directory_names_its_own_file_and_line) {
    write(folder_ / "directory" / "b.toml", "\n[[partys]]\n");
    EXPECT_THAT(
        faults(), ElementsAre(StartsWith((folder_ / "directory/b.toml").string() + ":2: "))
    );
}

TEST_F(CheckConfig, keys_that_others_may_read_are_refused) {
    fs::permissions(folder_ / "server.key", fs::perms(0640));
    fs::permissions(folder_ / "master-keys", fs::perms(0604));
    EXPECT_THAT(faults(), ElementsAre(StartsWith("b.toml:4: "), StartsWith("b.toml:8: ")));
}

TEST_F(CheckConfig, master_keys_inside_the_data_folder_are_refused) {
    fs::rename(folder_ / "master-keys", folder_ / "data" / "master-keys");
    fs::create_symlink(folder_ / "data" / "master-keys", folder_ / "master-keys");
    EXPECT_THAT(faults(), Contains("b.toml:4: the master keys must not lie in the data folder"));
}

TEST_F(CheckConfig, master_keys_that_do_not_read_are_refused) {
    write(folder_ / "master-keys", "k1 abc\n", fs::perms(0600));
    EXPECT_THAT(faults(), ElementsAre(StartsWith("b.toml:4: ")));
}

TEST_F(CheckConfig, a_key_of_another_certificate_is_refused) {
    fs::copy_file(
        pki_ / "pki" / "issuing-ca" / "ca.key", folder_ / "server.key",
        fs::copy_options::overwrite_existing
    );
    fs::permissions(folder_ / "server.key", fs::perms(0600));
    EXPECT_THAT(faults(), ElementsAre(StartsWith("b.toml:8: ")));
}

TEST_F(CheckConfig, a_list_that_is_none_is_refused) {
    write(folder_ / "root.crl", "not a list");
    EXPECT_THAT(faults(), ElementsAre(StartsWith("b.toml:8: ")));
}

TEST_F(CheckConfig, an_expired_certificate_is_refused_and_a_stale_list_noted) {
    const auto result = check("", 24h * 365 * 30);
    EXPECT_THAT(
        texts(result.faults), Contains(StartsWith("b.toml:9: the certificate expired at "))
    );
    EXPECT_THAT(
        texts(result.notes), Contains(StartsWith("b.toml:12: a revocation list is stale since "))
    );
}

TEST_F(CheckConfig, a_certificate_that_is_not_valid_yet_is_refused) {
    EXPECT_THAT(
        texts(check("", -24h * 365 * 5).faults),
        Contains(StartsWith("b.toml:9: the certificate is not valid before "))
    );
}

TEST_F(CheckConfig, unknown_users_and_groups_are_refused) {
    EXPECT_THAT(
        faults("[admin]\ngroup = \"no-such-group\"\n[admin.roles]\nviewer = "
               "[\"user:no-such-user\", \"uid:4000\"]\nauditor = [\"group:no-such-group\"]\n"),
        ElementsAre(
            "b.toml:14: this machine has no such group",
            "b.toml:16: this machine has no user `no-such-user`",
            "b.toml:17: this machine has no group `no-such-group`"
        )
    );
}

TEST_F(CheckConfig, the_group_of_this_process_may_own_the_socket) {
    EXPECT_THAT(
        faults("[admin]\ngroup = \"" + std::to_string(::getegid()) + "\"\n"), ElementsAre()
    );
}

TEST_F(CheckConfig, the_folder_of_the_admin_socket_must_be_there) {
    EXPECT_THAT(
        faults("[admin]\nsocket = \"run/admin.sock\"\n"),
        ElementsAre("b.toml:14: the folder of the admin socket is not there: make it")
    );
}

TEST_F(CheckConfig, what_this_user_may_not_use_is_refused) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read and write everything";
    }
    fs::permissions(folder_ / "data", fs::perms(0500));
    fs::permissions(folder_ / "ca.crt", fs::perms(0));
    EXPECT_THAT(
        faults(), ElementsAre(
                      "b.toml:2: the data folder is not readable and writable for this user",
                      "b.toml:11: the file is not readable for this user"
                  )
    );
    EXPECT_THAT(
        faults("[admin]\ngroup = \"0\"\n"), Contains(HasSubstr("is no member of the group"))
    );
    fs::permissions(folder_ / "data", fs::perms(0700));
}

TEST_F(CheckConfig, a_data_folder_open_to_everybody_is_noted) {
    fs::permissions(folder_ / "data", fs::perms(0755));
    EXPECT_THAT(texts(check().notes), Contains(StartsWith("b.toml:2: the data folder is open")));
}

TEST_F(CheckConfig, too_few_open_files_for_the_connections_are_noted_and_no_fault) {
    // In a process of its own: a hard limit cannot be raised again.
    const auto notes_with_hard_limit = [&](rlim_t hard, std::string_view sought) {
        const rlimit files{.rlim_cur = hard, .rlim_max = hard};
        if (::setrlimit(RLIMIT_NOFILE, &files) != 0) {
            std::_Exit(2);
        }
        const auto result = check("[limits]\nconnections_max = 100\n");
        const auto notes = texts(result.notes);
        const bool noted = std::ranges::any_of(notes, [&](const std::string& note) {
            return note.starts_with("b.toml:14: ") && note.contains(sought);
        });
        std::_Exit(result.faults.empty() && noted ? 0 : 1);
    };
    constexpr rlim_t needed = 100 + limits::store_open_files_max + limits::other_open_files_max;
    const std::string few = std::to_string(needed - 1) + " open files, and `connections_max` may " +
                            "need " + std::to_string(needed);
    EXPECT_EXIT(notes_with_hard_limit(needed - 1, few), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(notes_with_hard_limit(needed, "open files"), testing::ExitedWithCode(1), "");
    EXPECT_EXIT(notes_with_hard_limit(needed + 1, "open files"), testing::ExitedWithCode(1), "");
}

TEST_F(CheckConfig, no_room_for_small_payloads_is_noted_and_no_fault) {
    const auto notes = [&](std::size_t cap, std::size_t largest) {
        const auto result = check(
            "[delivery]\nbytes_in_flight_max = " + std::to_string(cap) +
            "\n[limits]\npayload_bytes_max = " + std::to_string(largest) + "\n"
        );
        EXPECT_THAT(result.faults, ElementsAre());
        auto noted = texts(result.notes);
        std::erase_if(noted, [](const auto& note) { return !note.starts_with("b.toml:14: "); });
        return noted;
    };
    const auto names = [](std::size_t bytes) {
        return ElementsAre(HasSubstr(
            "no room for small payloads beside the largest one, so they "
            "wait for it: " +
            std::to_string(bytes) + " bytes or more do"
        ));
    };
    using limits::mib;
    EXPECT_THAT(notes(36 * mib - 1, 35 * mib), names(36 * mib));
    EXPECT_THAT(notes(36 * mib, 35 * mib), ElementsAre());
    EXPECT_THAT(notes(36 * mib + 1, 35 * mib), ElementsAre());
    // Of a small cap a quarter would be too little, whatever is left.
    EXPECT_THAT(notes(4 * mib - 1, mib), names(4 * mib));
    EXPECT_THAT(notes(4 * mib, mib), ElementsAre());
}

TEST_F(CheckConfig, schemas_that_do_not_compile_are_refused) {
    fs::create_directory(folder_ / "schemas");
    write(folder_ / "schemas" / "a.xsd", "<not a schema");
    const auto text = std::string(minimal_config)
                          .insert(minimal_config.find("directory ="), "schemas = \"schemas\"\n");
    const auto config = parse_config(text, "b.toml", folder_);
    ASSERT_TRUE(config);
    EXPECT_THAT(
        texts(check_config(*config, FixedClock(1s)).faults), ElementsAre(StartsWith("b.toml:3: "))
    );
}

}  // namespace
}  // namespace budstikke::app
