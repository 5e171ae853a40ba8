// A closed store with changed, cut, missing or exchanged files: it says so, or it still has all
// that was acknowledged. It never opens as if nothing had been there (reliability.md section 4,
// C4).
#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/store/ledger.hpp"

namespace budstikke::store::testing {
namespace {

constexpr std::uint64_t messages = 60;

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class rocksdb_damage : public ::testing::Test {
 protected:
    rocksdb_damage() {
        auto store = open_rocksdb({.path = (folder_ / "good").string()}).value();
        for (std::uint64_t number = 1; number <= messages; ++number) {
            EXPECT_TRUE(commit_message(*store, number).has_value());
            if (number == messages / 2) {
                EXPECT_TRUE(store->compact().has_value());  // half in tables, half in the log
            }
        }
    }
    /// A fresh copy to spoil.
    std::filesystem::path copy() const {
        const auto bad = folder_ / "bad";
        std::filesystem::remove_all(bad);
        std::filesystem::copy(folder_ / "good", bad);
        std::filesystem::permissions(bad, std::filesystem::perms::owner_all);
        return bad;
    }
    /// Those that hold what was acknowledged; RocksDB's options, lock and text logs do not.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "good")) {
            const std::string name = entry.path().filename();
            const bool aside = name.starts_with("LOG") || name.starts_with("OPTIONS") ||
                               name == "LOCK" || name == "IDENTITY";
            if (!aside && entry.file_size() > 0) {
                names.push_back(name);
            }
        }
        return names;
    }
    /// True where opening or reading said that something is wrong.
    static bool noticed(const std::filesystem::path& bad, const std::string& what) {
        const auto store = open_rocksdb({.path = bad.string()});
        if (!store) {
            return true;
        }
        const auto found = find_all(**store, messages);
        EXPECT_TRUE(found == Found::whole || found == Found::error) << "silent loss: " << what;
        return found == Found::error;
    }

    TempFolder parent_{quick_folder()};
    const std::filesystem::path folder_ = parent_.path();
};

TEST_F(rocksdb_damage, an_undamaged_copy_opens_with_everything) {
    EXPECT_FALSE(noticed(copy(), "nothing"));
}

TEST_F(rocksdb_damage, no_changed_byte_loses_anything_silently) {
    std::size_t tried = 0;
    std::size_t seen = 0;
    for (const auto& name : files()) {
        const auto size = read(folder_ / "good" / name).size();
        // Every byte near both ends, where the headers and footers are, and a sample between.
        const std::size_t step = std::max<std::size_t>(1, size / 40);
        for (std::size_t at = 0; at < size; at += at < 16 || at + 16 > size ? 4 : step) {
            const auto bad = copy();
            auto bytes = read(bad / name);
            bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
            write(bad / name, bytes);
            seen += noticed(bad, name + " byte " + std::to_string(at)) ? 1U : 0U;
            ++tried;
        }
    }
    EXPECT_GT(tried, 200U);
    EXPECT_GT(seen, tried / 2);  // the rest hit what nothing depends on
}

TEST_F(rocksdb_damage, no_cut_file_loses_anything_silently) {
    for (const auto& name : files()) {
        const auto size = read(folder_ / "good" / name).size();
        for (const std::size_t kept : {std::size_t{0}, size / 3, size / 2, size - 40, size - 1}) {
            if (kept < size) {
                const auto bad = copy();
                std::filesystem::resize_file(bad / name, kept);
                noticed(bad, name + " cut to " + std::to_string(kept));
            }
        }
    }
}

TEST_F(rocksdb_damage, no_missing_file_loses_anything_silently) {
    for (const auto& name : files()) {
        const auto bad = copy();
        std::filesystem::remove(bad / name);
        EXPECT_TRUE(noticed(bad, name + " missing")) << name;
    }
}

TEST_F(rocksdb_damage, no_zeroed_page_loses_anything_silently) {
    for (const auto& name : files()) {
        const auto size = read(folder_ / "good" / name).size();
        for (std::size_t at = 0; at < size; at += 32 * limits::kib) {
            const auto bad = copy();
            auto bytes = read(bad / name);
            const auto end = std::min(size, at + 4 * limits::kib);
            std::fill(
                bytes.begin() + static_cast<std::ptrdiff_t>(at),
                bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0'
            );
            write(bad / name, bytes);
            noticed(bad, name + " zeroed at " + std::to_string(at));
        }
    }
}

TEST_F(rocksdb_damage, two_exchanged_files_lose_nothing_silently) {
    const auto names = files();
    for (const auto& first : names) {
        for (const auto& second : names) {
            const bool alike = std::filesystem::path(first).extension() ==
                               std::filesystem::path(second).extension();
            if (first < second && alike) {
                const auto bad = copy();
                std::filesystem::rename(bad / first, bad / "aside");
                std::filesystem::rename(bad / second, bad / first);
                std::filesystem::rename(bad / "aside", bad / second);
                noticed(bad, first + " and " + second);
            }
        }
    }
}

TEST_F(rocksdb_damage, a_log_cut_below_what_was_acknowledged_is_named_and_left_alone) {
    const auto bad = copy();
    std::string log;
    for (const auto& name : files()) {
        if (name.ends_with(".log")) {
            log = name;
        }
    }
    ASSERT_FALSE(log.empty());
    const auto size = read(bad / log).size();
    std::filesystem::resize_file(bad / log, size - 100);
    const auto refused = open_rocksdb({.path = bad.string()});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::corrupt);
    EXPECT_NE(refused.error().detail.find(bad.string()), std::string::npos);
    // With the missing bytes brought back, everything is there again: nothing was cut or deleted.
    EXPECT_EQ(read(bad / log).size(), size - 100);
    std::filesystem::copy_file(
        folder_ / "good" / log, bad / log, std::filesystem::copy_options::overwrite_existing
    );
    EXPECT_FALSE(noticed(bad, "restored"));
}

TEST_F(rocksdb_damage, a_torn_tail_that_nobody_was_promised_is_cut_and_the_rest_is_there) {
    for (const auto& name : files()) {
        if (name.ends_with(".log")) {
            for (const std::string& tail :
                 {std::string(700, '\0'), std::string("\x12\x34 half"), std::string(5'000, 'x')}) {
                const auto bad = copy();
                write(bad / name, read(bad / name) + tail);
                EXPECT_FALSE(noticed(bad, "torn tail"));
            }
        }
    }
}

TEST_F(rocksdb_damage, an_older_state_under_a_newer_watermark_is_found) {
    const auto old = folder_ / "old";
    std::filesystem::copy(folder_ / "good", old);
    std::filesystem::permissions(old, std::filesystem::perms::owner_all);
    {
        const auto store = open_rocksdb({.path = (folder_ / "good").string()}).value();
        ASSERT_TRUE(commit_message(*store, messages + 1).has_value());
    }
    std::filesystem::copy_file(
        folder_ / "good" / "WATERMARK", old / "WATERMARK",
        std::filesystem::copy_options::overwrite_existing
    );
    const auto refused = open_rocksdb({.path = old.string()});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace budstikke::store::testing
