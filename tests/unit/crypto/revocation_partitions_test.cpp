// Several lists of one CA: partitions stand beside each other, each for the certificates that name
// it; of two with the same scope the newer counts; where none covers a certificate it stays out.
#include <chrono>

#include <gtest/gtest.h>

#include "broker/crypto/revocation.hpp"
#include "tests/unit/crypto/revocation_pki.hpp"

namespace budstikke::crypto::test {
namespace {

constexpr const char* point_1 = "http://crl.example/1.crl";
constexpr const char* point_2 = "http://crl.example/2.crl";
constexpr const char* past = "-crl_lastupdate 20200101000000Z -crl_nextupdate 20200102000000Z";

class RevocationPartitions : public testing::Test {
 protected:
    RevocationPartitions() {
        pki.issue("first", point_1);
        pki.issue("second", point_2);
        pki.issue("nowhere", "");
    }
    RevocationLists load(
        std::vector<std::string> files, StaleListPolicy policy = StaleListPolicy::fail_closed
    ) const {
        std::vector<std::filesystem::path> paths{pki.path("root-ca.crl")};
        paths.insert(paths.end(), files.begin(), files.end());
        auto lists = RevocationLists::load({pki.path("ca.crt")}, paths, policy);
        if (!lists) throw std::runtime_error(lists.error().detail);
        return *std::move(lists);
    }
    RevocationStatus check(const RevocationLists& lists, const std::string& client) const {
        return lists.check(pki.identity(client), now);
    }
    std::string list(const std::string& name, const char* point, const char* dates = "") {
        ListDraft draft{.extensions = partition(point)};
        if (*dates != '\0') draft.dates = dates;
        return pki.write_list(name, draft);
    }

    RevocationPki pki;
    const Timestamp now = SystemClock().now();
};

TEST_F(RevocationPartitions, StandBesideEachOtherInAnyOrder) {
    const std::string one = list("1.crl", point_1);
    pki.revoke("second");
    const std::string two = list("2.crl", point_2);
    for (const auto& files : {std::vector{one, two}, std::vector{two, one}}) {
        const RevocationLists lists = load(files);
        EXPECT_EQ(lists.lists().size(), 3U);
        EXPECT_EQ(check(lists, "first"), RevocationStatus::good);
        EXPECT_EQ(check(lists, "second"), RevocationStatus::revoked);
    }
}

TEST_F(RevocationPartitions, NameTheirPointToOperations) {
    const RevocationLists lists = load({list("1.crl", point_1)});
    ASSERT_EQ(lists.lists().size(), 2U);
    EXPECT_EQ(lists.lists()[0].partition, std::string("URI:") + point_1);
    EXPECT_EQ(lists.lists()[1].partition, "") << "the root has one for all";
}

TEST_F(RevocationPartitions, LetNobodyInWhomNoneCovers) {
    const std::string one = list("1.crl", point_1);
    for (const auto policy : {StaleListPolicy::fail_closed, StaleListPolicy::use_stale}) {
        const RevocationLists lists = load({one}, policy);
        EXPECT_EQ(check(lists, "first"), RevocationStatus::good);
        EXPECT_EQ(check(lists, "second"), RevocationStatus::no_list);
        EXPECT_EQ(check(lists, "nowhere"), RevocationStatus::no_list);
    }
}

TEST_F(RevocationPartitions, RevokeAlsoWhomTheyDoNotCover) {
    pki.revoke("second");
    const RevocationLists lists = load({list("1.crl", point_1)});
    EXPECT_EQ(check(lists, "second"), RevocationStatus::revoked);
}

TEST_F(RevocationPartitions, GoStaleOneByOne) {
    const std::string one = list("1.crl", point_1, past);
    const std::string two = list("2.crl", point_2);
    const RevocationLists closed = load({one, two});
    EXPECT_EQ(check(closed, "first"), RevocationStatus::stale);
    EXPECT_EQ(check(closed, "second"), RevocationStatus::good);
    const RevocationLists open = load({one, two}, StaleListPolicy::use_stale);
    EXPECT_EQ(check(open, "first"), RevocationStatus::good);
    EXPECT_EQ(check(open, "second"), RevocationStatus::good);
}

TEST_F(RevocationPartitions, AreReplacedByTheNewerOfTheSamePointOnly) {
    const std::string old_one = list("old-1.crl", point_1);
    const std::string old_two = list("old-2.crl", point_2);
    const std::string stale_one = list("stale-1.crl", point_1, past);
    const RevocationLists lists = load({old_one, old_two, stale_one});
    EXPECT_EQ(check(lists, "first"), RevocationStatus::good);
    EXPECT_EQ(check(load({stale_one, old_two, old_one}), "first"), RevocationStatus::good);
    EXPECT_EQ(lists.lists().size(), 3U);
}

TEST_F(RevocationPartitions, ANumberTellsTheNewerOfTwoListsWhateverTheirDates) {
    const std::string before = pki.write_list("before.crl", {.number = "FF"});
    pki.revoke("first");
    const std::string after = pki.write_list(
        "after.crl", {.number = "0100", .dates = "-crl_lastupdate 20250101000000Z -crlhours 24"}
    );
    for (const auto& files : {std::vector{before, after}, std::vector{after, before}}) {
        const RevocationLists lists = load(files);
        EXPECT_EQ(lists.lists().size(), 2U);
        EXPECT_EQ(check(lists, "first"), RevocationStatus::revoked);
    }
    const std::string released = pki.write_list("released.crl", {.number = "0101"});
    EXPECT_EQ(load({after, released}).lists()[0].revoked_count, 1U);
}

TEST_F(RevocationPartitions, AListForAllCoversThemTooAndOneFreshListIsEnough) {
    const std::string all = pki.write_list("all.crl", {.number = "07"});
    const std::string one = list("1.crl", point_1, past);
    const RevocationLists lists = load({all, one});
    EXPECT_EQ(check(lists, "first"), RevocationStatus::good);
    EXPECT_EQ(check(lists, "second"), RevocationStatus::good);
    EXPECT_EQ(check(lists, "nowhere"), RevocationStatus::good);
    const std::string old_all = pki.write_list("old.crl", {.number = "06", .dates = past});
    EXPECT_EQ(check(load({old_all, one}), "nowhere"), RevocationStatus::stale);
    EXPECT_EQ(check(load({old_all, list("2.crl", point_2)}), "second"), RevocationStatus::good);
}

TEST_F(RevocationPartitions, SpeakForClientsOrForCasWhereTheySaySo) {
    constexpr const char* point = "issuingDistributionPoint = critical, @part\n[part]\n";
    const ListDraft users{.extensions = std::string(point) + "onlyuser = TRUE\n"};
    const ListDraft authorities{.extensions = std::string(point) + "onlyCA = TRUE\n"};
    const std::string for_users = pki.write_list("users.crl", users);
    const std::string for_authorities = pki.write_list("authorities.crl", authorities);
    const std::string root_authorities = pki.write_list("root-cas.crl", authorities, "root-ca");
    const std::string root_users = pki.write_list("root-users.crl", users, "root-ca");
    const auto status = [&](std::vector<std::filesystem::path> files) {
        const auto lists =
            RevocationLists::load({pki.path("ca.crt")}, files, StaleListPolicy::fail_closed);
        return lists ? lists->check(pki.identity("first"), now) : RevocationStatus::stale;
    };
    EXPECT_EQ(status({for_users, root_authorities}), RevocationStatus::good);
    EXPECT_EQ(status({for_users, root_users}), RevocationStatus::no_list);
    EXPECT_EQ(status({for_authorities, root_authorities}), RevocationStatus::no_list);
}

}  // namespace
}  // namespace budstikke::crypto::test
