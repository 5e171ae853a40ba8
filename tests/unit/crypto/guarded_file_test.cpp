// Files that cryptography starts from: modes, limits, and what is no file. The mode bits decide,
// not who asks, so these tests say the same to root and to anybody else.
#include "broker/crypto/guarded_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

TEST(SecretFile, IsReadOnlyWhenNobodyElseMayTouchIt) {
    const TempFolder folder;
    const auto path = folder.path("key");
    for (const unsigned mode : {0600U, 0400U, 0700U}) {
        write_file(path, "secret", mode);
        EXPECT_EQ(read_secret_file(path, 100).value_or("refused"), "secret") << std::oct << mode;
        ::chmod(path.c_str(), 0600);
    }
    for (const unsigned mode : {0640U, 0604U, 0660U, 0644U, 0610U, 0601U, 0602U, 0620U}) {
        write_file(path, "secret", mode);
        const Result<std::string> read = read_secret_file(path, 100);
        ASSERT_FALSE(read) << std::oct << mode;
        EXPECT_EQ(read.error().code, Errc::denied) << std::oct << mode;
        EXPECT_EQ(read.error().detail.find("secret"), std::string::npos);
    }
}

TEST(SecretFile, FollowsALinkToTheModeOfTheFileItself) {
    const TempFolder folder;
    write_file(folder.path("open"), "secret", 0644);
    std::filesystem::create_symlink(folder.path("open"), folder.path("link"));
    EXPECT_EQ(read_secret_file(folder.path("link"), 100).error().code, Errc::denied);
}

TEST(GuardedFile, HoldsItsLimit) {
    const TempFolder folder;
    write_file(folder.path("file"), "12345");
    EXPECT_EQ(read_file(folder.path("file"), 6).value_or(""), "12345");
    EXPECT_EQ(read_file(folder.path("file"), 5).value_or(""), "12345");
    EXPECT_EQ(read_file(folder.path("file"), 4).error().code, Errc::limit_exceeded);
}

TEST(GuardedFile, RefusesWhatIsNoFile) {
    const TempFolder folder;
    EXPECT_EQ(read_file(folder.path("absent"), 5).error().code, Errc::not_found);
    EXPECT_EQ(read_file(folder.path(""), 5).error().code, Errc::io);
    ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
    EXPECT_EQ(read_secret_file(folder.path("pipe"), 5).error().code, Errc::io);
    EXPECT_EQ(read_file("/dev/zero", 5).error().code, Errc::io);
}

TEST(Wipe, LeavesNothing) {
    std::string secret = "a secret that is longer than a small string";
    const char* bytes = secret.data();
    wipe(secret);
    EXPECT_TRUE(secret.empty());
    EXPECT_EQ(bytes[0], '\0');
}

}  // namespace
}  // namespace budstikke::crypto::test
