// Reading a table key by key. Every fault says what was expected and what stands there.
#include "broker/directory/toml_reader.hpp"

#include <algorithm>

#include "broker/base/limits.hpp"
#include "broker/directory/norwegian_time.hpp"

namespace budstikke::directory {
namespace {

const TomlNode::Table no_members;

std::string list_of(const std::vector<std::string_view>& words) {
    std::string list;
    for (const auto word : words) {
        list += (list.empty() ? "`" : ", `") + std::string(word) + '`';
    }
    return list;
}

}  // namespace

TomlReader::TomlReader(
    const TomlNode& node, std::string_view name, std::string_view file, Faults& faults
)
    : node_(&node), name_(name), file_(file), faults_(&faults) {}

const TomlMember* TomlReader::find(std::string_view key) const {
    const auto& members = node_->table() != nullptr ? *node_->table() : no_members;
    const auto found = std::ranges::find(members, key, &TomlMember::key);
    return found == members.end() ? nullptr : &*found;
}

const TomlNode* TomlReader::take(std::string_view key) {
    if (std::ranges::find(known_, key) == known_.end()) {
        known_.push_back(key);
    }
    const TomlMember* member = find(key);
    return member == nullptr ? nullptr : &member->node;
}

std::uint32_t TomlReader::line_of(std::string_view key) const {
    const TomlMember* member = find(key);
    return member == nullptr ? line() : member->line;
}

void TomlReader::fault(std::uint32_t line, std::string cause) {
    faults_->push_back({file_, line, std::move(cause)});
}

bool TomlReader::require(std::string_view key) {
    if (take(key) == nullptr) {
        fault(line(), name_ + ": the key `" + std::string(key) + "` is missing");
        return false;
    }
    return true;
}

void TomlReader::wrong_type(std::string_view key, const TomlNode& node, std::string_view wanted) {
    fault(
        node.line, '`' + std::string(key) + "` must be " + std::string(wanted) + ", not " +
                       std::string(node.kind())
    );
}

void TomlReader::unknown_word(
    std::string_view key, const TomlNode& node, const std::vector<std::string_view>& known
) {
    if (node.text() == nullptr) {
        wrong_type(key, node, "text: one of " + list_of(known));
        return;
    }
    fault(
        node.line, '`' + std::string(key) + "` is " + in_quotes(*node.text()) +
                       ", but must be one of " + list_of(known)
    );
}

std::string TomlReader::text(std::string_view key, std::string_view fallback) {
    const TomlNode* node = take(key);
    if (node == nullptr) {
        return std::string(fallback);
    }
    if (node->text() == nullptr) {
        wrong_type(key, *node, "text in quotes");
        return std::string(fallback);
    }
    return *node->text();
}

std::string TomlReader::label(std::string_view key, std::size_t bytes_max) {
    std::string value = text(key);
    const bool control = std::ranges::any_of(value, [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    });
    if (has(key) && (control || value.empty() || value.size() > bytes_max)) {
        const TomlMember* member = find(key);
        if (member->node.text() != nullptr) {
            fault(
                member->node.line, '`' + std::string(key) + "` must have 1 to " +
                                       std::to_string(bytes_max) +
                                       " bytes and no control characters"
            );
        }
    }
    return value;
}

const TomlNode::Array* TomlReader::take_list(std::string_view key, std::string_view of_what) {
    const TomlNode* node = take(key);
    if (node != nullptr && node->array() == nullptr) {
        wrong_type(key, *node, "a list of " + std::string(of_what));
        return nullptr;
    }
    return node == nullptr ? nullptr : node->array();
}

std::vector<LinedText> TomlReader::texts(std::string_view key) {
    std::vector<LinedText> result;
    if (const auto* items = take_list(key, "texts in quotes")) {
        for (const auto& item : *items) {
            if (item.text() == nullptr) {
                wrong_type(key, item, "a list of texts in quotes");
            } else {
                result.push_back({*item.text(), item.line});
            }
        }
    }
    return result;
}

bool TomlReader::boolean(std::string_view key, bool fallback) {
    const TomlNode* node = take(key);
    if (node == nullptr) {
        return fallback;
    }
    if (const bool* value = std::get_if<bool>(&node->value)) {
        return *value;
    }
    wrong_type(key, *node, "true or false, without quotes");
    return fallback;
}

std::int64_t TomlReader::integer(
    std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback
) {
    const TomlNode* node = take(key);
    if (node == nullptr) {
        return fallback;
    }
    const auto* value = std::get_if<std::int64_t>(&node->value);
    if (value == nullptr) {
        wrong_type(key, *node, "a whole number, without quotes");
        return fallback;
    }
    if (*value < least || *value > most) {
        fault(
            node->line, '`' + std::string(key) + "` must be from " + std::to_string(least) +
                            " to " + std::to_string(most)
        );
        return fallback;
    }
    return *value;
}

std::uint64_t TomlReader::size(
    std::string_view key, std::uint64_t least, std::uint64_t most, std::uint64_t fallback
) {
    const TomlNode* node = take(key);
    if (node == nullptr) {
        return fallback;
    }
    std::optional<std::uint64_t> bytes;
    if (const auto* number = std::get_if<std::int64_t>(&node->value)) {
        bytes = *number < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(*number));
    } else if (node->text() != nullptr) {
        bytes = parse_size(*node->text());
    } else {
        wrong_type(key, *node, "a number of bytes, or text like `35MiB`");
        return fallback;
    }
    if (!bytes || *bytes < least || *bytes > most) {
        fault(
            node->line, '`' + std::string(key) + "` must be bytes, or text like `35MiB`, from " +
                            std::to_string(least) + " to " + std::to_string(most) + " bytes"
        );
        return fallback;
    }
    return *bytes;
}

std::optional<Duration> TomlReader::duration_of(
    std::string_view key, const TomlNode& node, Duration least, Duration most
) {
    if (node.text() == nullptr) {
        wrong_type(key, node, "a duration in quotes, like `15m`");
        return {};
    }
    const auto duration = parse_duration(*node.text());
    if (!duration) {
        fault(
            node.line, '`' + std::string(key) + "` is " + in_quotes(*node.text()) +
                           ", but must be a duration like `90d`, `12h`, `15m`, `30s` or `250ms`"
        );
    } else if (*duration < least || *duration > most) {
        fault(
            node.line, '`' + std::string(key) + "` must be from " + duration_text(least) + " to " +
                           duration_text(most)
        );
        return {};
    }
    return duration;
}

Duration TomlReader::duration(
    std::string_view key, Duration least, Duration most, Duration fallback
) {
    const TomlNode* node = take(key);
    return node == nullptr ? fallback : duration_of(key, *node, least, most).value_or(fallback);
}

std::vector<Duration> TomlReader::durations(
    std::string_view key, Duration least, Duration most, const std::vector<Duration>& fallback
) {
    const auto* items = take_list(key, "durations in quotes");
    if (items == nullptr) {
        return fallback;
    }
    std::vector<Duration> result;
    for (const auto& item : *items) {
        if (const auto duration = duration_of(key, item, least, most)) {
            result.push_back(*duration);
        }
    }
    return result;
}

std::optional<Timestamp> TomlReader::time(std::string_view key) {
    const TomlNode* node = take(key);
    if (node == nullptr) {
        return {};
    }
    const auto* time = std::get_if<TomlTime>(&node->value);
    if (time == nullptr) {
        wrong_type(key, *node, "a date without quotes, like 2027-01-01");
        return {};
    }
    if (time->offset) {
        return Timestamp(time->local.time_since_epoch() - *time->offset);
    }
    return norwegian_to_utc(time->local);
}

std::optional<HerId> TomlReader::her_id_of(std::string_view key, const TomlNode& node) {
    if (std::holds_alternative<std::int64_t>(node.value)) {
        fault(
            node.line,
            '`' + std::string(key) + "`: write the HER-id in quotes; it is an identifier, no number"
        );
        return {};
    }
    if (node.text() == nullptr) {
        wrong_type(key, node, "a HER-id in quotes");
        return {};
    }
    auto parsed = HerId::parse(*node.text());
    if (!parsed) {
        fault(
            node.line, '`' + std::string(key) + "`: " + in_quotes(*node.text()) +
                           " is no HER-id, which has 1 to " +
                           std::to_string(limits::her_id_digits_max) + " digits and nothing else"
        );
    }
    return parsed;
}

std::optional<HerId> TomlReader::her_id(std::string_view key) {
    const TomlNode* node = take(key);
    return node == nullptr ? std::nullopt : her_id_of(key, *node);
}

std::vector<LinedHerId> TomlReader::her_ids(std::string_view key) {
    std::vector<LinedHerId> result;
    if (const auto* items = take_list(key, "HER-ids in quotes")) {
        for (const auto& item : *items) {
            if (auto parsed = her_id_of(key, item)) {
                result.push_back({std::move(*parsed), item.line});
            }
        }
    }
    return result;
}

const TomlNode* TomlReader::table(std::string_view key) {
    const TomlNode* node = take(key);
    if (node != nullptr && node->table() == nullptr) {
        wrong_type(key, *node, "a table");
        return nullptr;
    }
    return node;
}

std::vector<const TomlNode*> TomlReader::tables(std::string_view key) {
    std::vector<const TomlNode*> result;
    const TomlNode* node = take(key);
    const std::string wanted = "a list of tables: write [[" + std::string(key) + "]]";
    if (node != nullptr && node->array() == nullptr) {
        wrong_type(key, *node, wanted);
    } else if (node != nullptr) {
        for (const auto& item : *node->array()) {
            if (item.table() == nullptr) {
                wrong_type(key, item, wanted);
            } else {
                result.push_back(&item);
            }
        }
    }
    return result;
}

void TomlReader::finish() {
    if (node_->table() == nullptr) {
        return;
    }
    for (const auto& member : *node_->table()) {
        if (std::ranges::find(known_, member.key) != known_.end()) {
            continue;
        }
        const auto meant = nearest(member.key, known_);
        fault(
            member.line,
            name_ + ": unknown key " + in_quotes(member.key) +
                (meant.empty() ? std::string() : "; did you mean `" + std::string(meant) + "`?")
        );
    }
}

}  // namespace budstikke::directory
