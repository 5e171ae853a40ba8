// Opening: who may, what is refused, and that refusing changes nothing.
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/store/payload_codec.hpp"
#include "tests/unit/store/ledger.hpp"

namespace budstikke::store::testing {
namespace {

class rocksdb_open : public ::testing::Test {
 protected:
    std::string path() const { return (folder_.path() / "store").string(); }
    Result<std::unique_ptr<Store>> open() const { return open_rocksdb({.path = path()}); }
    Errc refusal() const {
        const auto store = open();
        EXPECT_FALSE(store.has_value());
        return store ? Errc::internal : store.error().code;
    }
    /// All bytes of all files of the folder.
    std::string raw() const {
        std::string all;
        for (const auto& entry : std::filesystem::directory_iterator(path())) {
            std::ifstream file(entry.path(), std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all;
    }

    TempFolder folder_;
};

TEST_F(rocksdb_open, the_folder_is_made_for_its_owner_only_whatever_the_umask) {
    const mode_t before = ::umask(0);
    const auto store = open_rocksdb({.path = path() + "/below/another"});
    ::umask(before);
    ASSERT_TRUE(store.has_value());
    struct stat facts{};
    ASSERT_EQ(::stat((path() + "/below/another").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0700U);
}

TEST_F(rocksdb_open, a_folder_that_others_may_enter_is_denied) {
    ASSERT_TRUE(open().has_value());
    for (const mode_t mode : {0750U, 0701U, 0777U}) {
        ASSERT_EQ(::chmod(path().c_str(), mode), 0);
        EXPECT_EQ(refusal(), Errc::denied);
    }
    ASSERT_EQ(::chmod(path().c_str(), 0700), 0);
    EXPECT_TRUE(open().has_value());
}

TEST_F(rocksdb_open, a_file_in_the_place_of_the_folder_is_refused) {
    std::ofstream(path()) << "x";
    EXPECT_EQ(refusal(), Errc::io);
}

TEST_F(rocksdb_open, a_second_store_of_this_process_is_refused) {
    const auto first = open();
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(refusal(), Errc::conflict);
    EXPECT_TRUE(commit_message(**first, 1).has_value());
}

TEST_F(rocksdb_open, a_store_of_another_process_is_refused) {
    const auto first = open();
    ASSERT_TRUE(first.has_value());
    const std::string program = BUDSTIKKE_STORE_OPENER;
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(program.c_str(), program.c_str(), path().c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(Errc::conflict));
}

TEST_F(rocksdb_open, another_format_version_is_refused_and_left_alone) {
    {
        ASSERT_TRUE(commit_message(**open(), 1).has_value());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    std::vector<std::string> names;
    rocksdb::DB* db = nullptr;
    const rocksdb::Options options;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, path(), &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names) {
        families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    ASSERT_TRUE(rocksdb::DB::Open(options, path(), families, &handles, &db).ok());
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "f", "1").ok());
    for (auto* handle : handles) {
        ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
    delete db;
    EXPECT_EQ(refusal(), Errc::conflict);
    EXPECT_EQ(refusal(), Errc::conflict);
}

TEST_F(rocksdb_open, a_database_of_somebody_else_is_refused) {
    rocksdb::DB* db = nullptr;
    rocksdb::Options options;
    options.create_if_missing = true;
    std::filesystem::create_directory(path());
    ASSERT_EQ(::chmod(path().c_str(), 0700), 0);
    ASSERT_TRUE(rocksdb::DB::Open(options, path(), &db).ok());
    delete db;
    EXPECT_EQ(refusal(), Errc::corrupt);
}

TEST_F(rocksdb_open, a_store_whose_making_was_interrupted_is_made_again) {
    {
        ASSERT_TRUE(open().has_value());
    }
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
        if (entry.path().filename() != "WATERMARK") {
            std::filesystem::remove_all(entry.path());
        }
    }
    // Beyond the first mark the files were not lost in the making.
    EXPECT_EQ(refusal(), Errc::corrupt);
    std::filesystem::remove(path() + "/WATERMARK");
    EXPECT_TRUE(open().has_value());
}

TEST_F(rocksdb_open, a_batch_of_another_store_is_refused_and_poisons_nothing) {
    class Foreign final : public Batch {
     public:
        void put_message(const MessageRecord&) override {}
        void put_chunk(const MessageId&, std::uint32_t, std::string_view) override {}
        void put_wrap(const MessageId&, std::string_view) override {}
        void erase_payload(const MessageId&, std::uint32_t) override {}
        void erase_message(const MessageId&) override {}
        void put_identity(const HerId&, std::string_view, const IdentityRecord&) override {}
        void erase_identity(const HerId&, std::string_view) override {}
        void put_delivery(const DeliveryRecord&) override {}
        void erase_delivery(const DeliveryId&) override {}
        void put_open(const OpenEntry&) override {}
        void erase_open(Position) override {}
        void put_dead(const DeadLetter&) override {}
        void erase_dead(const DeliveryId&) override {}
        void put_timer(const Timer&) override {}
        void erase_timer(const Timer&) override {}
        void put_feed(const HerId&, const DeliveryId&, std::span<const DeliveryEvent>) override {}
        void erase_feed(const HerId&, Position) override {}
        void put_audit(const AuditRecord&) override {}
        void put_setting(std::string_view, std::string_view) override {}
        void erase_setting(std::string_view) override {}
        void put_position(Position) override {}
        std::size_t operations() const override { return 0; }
        std::size_t bytes() const override { return 0; }
    };
    const auto store = open().value();
    Foreign foreign;
    EXPECT_EQ(store->commit(foreign).error().code, Errc::invalid_argument);
    EXPECT_TRUE(commit_message(*store, 1).has_value());
}

// security.md T12: a disk, a backup or a discarded drive shows no payload.
TEST_F(rocksdb_open, no_payload_can_be_read_off_the_disk_and_an_erased_wrap_is_gone) {
    const auto key_file = folder_.path() / "keys";
    std::ofstream(key_file) << "k1 " << std::string(64, '7') << "\n";
    ASSERT_EQ(::chmod(key_file.c_str(), 0600), 0);
    const PayloadCodec codec(
        std::make_shared<const crypto::MasterKeys>(crypto::MasterKeys::load(key_file).value())
    );
    const std::string canary = "Kanarifugl Testesen 13916900216";
    auto store = open().value();
    const auto sealed = codec.seal(message_id(1), "<Diagnose>" + canary + "</Diagnose>").value();
    const auto batch = store->begin();
    batch->put_chunk(message_id(1), 0, sealed.chunks[0]);
    batch->put_wrap(message_id(1), sealed.wrap);
    ASSERT_TRUE(store->commit(*batch).has_value());
    EXPECT_EQ(raw().find(canary), std::string::npos);
    EXPECT_NE(raw().find(sealed.wrap), std::string::npos);
    ASSERT_TRUE(store->compact().has_value());
    EXPECT_EQ(raw().find(canary), std::string::npos);
    EXPECT_NE(raw().find(sealed.wrap), std::string::npos);

    batch->erase_payload(message_id(1), 1);
    ASSERT_TRUE(store->commit(*batch).has_value());
    ASSERT_TRUE(store->compact().has_value());
    EXPECT_EQ(raw().find(sealed.wrap), std::string::npos);
    EXPECT_EQ(raw().find(sealed.chunks[0]), std::string::npos);
    store.reset();
    EXPECT_EQ(raw().find(sealed.wrap), std::string::npos);
}

}  // namespace
}  // namespace budstikke::store::testing
