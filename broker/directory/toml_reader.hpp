// Reads one table of a TOML file key by key: types, ranges, words and unknown keys, all faults with
// their line. A reader that met a fault gives a usable default, so that reading goes on and finds
// the next one; whoever asks looks at the list of faults at the end. May not know what the keys
// mean.
#pragma once

#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/directory/fault.hpp"
#include "broker/directory/toml_node.hpp"

namespace budstikke::directory {

/// `90d`, `12h`, `15m`, `30s`, `250ms`, or several without space: `1h30m`. At most 100 years.
std::optional<Duration> parse_duration(std::string_view text);

/// Bytes: digits, or digits and `KiB`, `MiB` or `GiB`, with or without a space.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// A text of a list, with the line that it stands on.
struct LinedText {
    std::string text;
    std::uint32_t line = 0;
};

struct LinedHerId {
    HerId her_id;
    std::uint32_t line = 0;
};

class TomlReader {
 public:
    /// `name` is what causes call the table: `party`. All references must outlive the reader.
    TomlReader(const TomlNode& node, std::string_view name, std::string_view file, Faults& faults);

    std::uint32_t line() const { return node_->line; }
    /// The line of the key, else that of the table.
    std::uint32_t line_of(std::string_view key) const;
    bool has(std::string_view key) const { return find(key) != nullptr; }
    void fault(std::uint32_t line, std::string cause);
    /// A fault where the key is missing; true where it is there.
    bool require(std::string_view key);

    /// Every read below marks the key as known. Absent: the fallback, never a fault.
    std::string text(std::string_view key, std::string_view fallback = {});
    /// Text of 1 to `bytes_max` bytes without control characters.
    std::string label(std::string_view key, std::size_t bytes_max);
    std::vector<LinedText> texts(std::string_view key);
    bool boolean(std::string_view key, bool fallback);
    std::int64_t integer(
        std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback
    );
    /// A number of bytes, or text as parse_size takes it.
    std::uint64_t size(
        std::string_view key, std::uint64_t least, std::uint64_t most, std::uint64_t fallback
    );
    Duration duration(std::string_view key, Duration least, Duration most, Duration fallback);
    std::vector<Duration> durations(
        std::string_view key, Duration least, Duration most, const std::vector<Duration>& fallback
    );
    std::optional<Timestamp> time(std::string_view key);
    std::optional<HerId> her_id(std::string_view key);
    std::vector<LinedHerId> her_ids(std::string_view key);
    /// The inner table, nullptr where absent or no table.
    const TomlNode* table(std::string_view key);
    /// `[[key]]`: every table of the list.
    std::vector<const TomlNode*> tables(std::string_view key);

    template <typename T>
    T choice(
        std::string_view key, std::initializer_list<std::pair<std::string_view, T>> words,
        T fallback
    ) {
        const TomlNode* node = take(key);
        if (node == nullptr) {
            return fallback;
        }
        std::vector<std::string_view> known;
        for (const auto& [word, value] : words) {
            if (node->text() != nullptr && *node->text() == word) {
                return value;
            }
            known.push_back(word);
        }
        unknown_word(key, *node, known);
        return fallback;
    }

    /// The keys that were asked for, in that order.
    const std::vector<std::string_view>& known() const { return known_; }
    /// A fault for every key that was never asked for, with the key that was probably meant.
    void finish();

 private:
    const TomlMember* find(std::string_view key) const;
    const TomlNode* take(std::string_view key);
    const TomlNode::Array* take_list(std::string_view key, std::string_view of_what);
    std::optional<HerId> her_id_of(std::string_view key, const TomlNode& node);
    std::optional<Duration> duration_of(
        std::string_view key, const TomlNode& node, Duration least, Duration most
    );
    void wrong_type(std::string_view key, const TomlNode& node, std::string_view wanted);
    void unknown_word(
        std::string_view key, const TomlNode& node, const std::vector<std::string_view>& known
    );

    const TomlNode* node_;
    std::string name_;
    std::string file_;
    Faults* faults_;
    std::vector<std::string_view> known_;
};

/// `2h`, `90d`, `1m30s`: as parse_duration reads it.
std::string duration_text(Duration duration);

}  // namespace budstikke::directory
