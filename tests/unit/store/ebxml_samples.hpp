// What the tests of the ebXML store have in common: records with every field set, master keys, a
// store that is open, and a hand behind its back.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include "broker/crypto/master_keys.hpp"
#include "broker/store/ebxml_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace budstikke::store::testing {

/// As the broker makes them for what it sends.
inline std::string out_id(std::uint64_t number) {
    return message_id(1000 + number).text();
}

inline OutboundEbxml sample_outbound(std::uint64_t number) {
    return {
        .message_id = out_id(number),
        .delivery = delivery_id(number, "8094866"),
        .from = her_id("90998"),
        .to = her_id("8094866"),
        .conversation_id = "c-" + std::to_string(number),
        .cpa_id = "8094866_90998",
        .endpoint = "https://partner.example/msh",
        .content_type = "multipart/related; boundary=b",
        .body = "the body of " + std::to_string(number),
        .references = {" q1w2", "cid:payload e3r4"},
        .state = OutboundState::waiting,
        .attempts = 2,
        .failures = 3,
        .failures_in_a_row = 1,
        .attempts_max = 6,
        .retry_interval = std::chrono::hours(12),
        .next_attempt = at(1000),
        .expires_at = at(9000),
        .reason = "SecurityFailure",
    };
}

inline OutboundEbxml without_body(OutboundEbxml message) {
    message.body.clear();
    return message;
}

inline InboundEbxml sample_inbound(const std::string& id, std::int64_t received_at) {
    return {
        .from = her_id("90998"),
        .to = her_id("8094866"),
        .message_id = id,
        .conversation_id = "c-" + id,
        .digests = {" q1w2", "cid:payload e3r4"},
        .received_at = at(received_at),
        .business_id = "business-1",
        .content_type = "text/xml",
        .body = "the signal",
        .transfer_encoding = "base64",
    };
}

/// Keys of the ids and digits given, the last one the current; read as the broker reads them.
inline std::shared_ptr<const crypto::MasterKeys> master_keys(
    const TempFolder& folder, const std::vector<std::pair<std::string, char>>& keys
) {
    const auto file = folder.path() / "master-keys";
    {
        std::ofstream text(file, std::ios::trunc);
        for (const auto& [id, digit] : keys) {
            text << id << ' ' << std::string(64, digit) << '\n';
        }
    }
    EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
    return std::make_shared<const crypto::MasterKeys>(crypto::MasterKeys::load(file).value());
}

/// A store in a folder of its own, opened; open() does so anew.
class WithEbxmlStore : public ::testing::Test {
 protected:
    void SetUp() override { open(); }
    std::string path() const { return (folder_.path() / "ebxml").string(); }
    void open() {
        store_.reset();
        auto store = open_ebxml_store(path(), codec_);
        ASSERT_TRUE(store) << store.error().detail;
        store_ = *std::move(store);
    }

    TempFolder folder_;
    PayloadCodec codec_{master_keys(folder_, {{"k1", '1'}})};
    std::unique_ptr<EbxmlStore> store_;
};

/// Opens the store with these families, makes those that it lacks, and writes a row; none where the
/// key is empty.
inline void plant_row(
    const std::string& path, const std::vector<std::string>& families, const std::string& key,
    const std::string& value, std::size_t family = 0
) {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> all;
    for (const auto& name : families) {
        all.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const auto opened = rocksdb::DB::Open(options, path, all, &handles, &db);
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    if (!key.empty()) {
        EXPECT_TRUE(db->Put(rocksdb::WriteOptions(), handles[family], key, value).ok());
    }
    for (auto* handle : handles) {
        EXPECT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
    delete db;
}

}  // namespace budstikke::store::testing
