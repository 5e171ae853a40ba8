// The one place that knows toml++. It is compiled in here, without exceptions, since the library
// that Debian ships has them.
#include "broker/directory/toml_node.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16  // limits::toml_depth_max: the parser wants a plain number
// Version 3.3 asserts of what an operator writes ("a table's name begins as a name does") what the
// lines behind the assertion find and report, as they do in a release build: `[&]` is a fault of
// the file and not the end of the broker.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <fstream>
#include <iterator>
#include <system_error>

#include <toml++/toml.h>

#include "broker/base/limits.hpp"

namespace budstikke::directory {
namespace {

static_assert(TOML_MAX_NESTED_VALUES == limits::toml_depth_max);

/// Finds keys of too many dotted parts. The parser bounds the depth of values only, and tables as
/// deep as a file is long would overrun the stack when they are destroyed.
class DottedKeyGuard {
 public:
    /// The line of the first such key, 0 where there is none.
    std::uint32_t check(std::string_view text) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            const char c = text[at];
            if (c == '\n') {
                ++line_;
                comment_ = false;
                dots_ = 0;
                continue;
            }
            if (comment_) {
                continue;
            }
            if (c == '"' || c == '\'') {
                at = skip_string(text, at);
            } else if (c == '#') {
                comment_ = true;
            } else if (c == '.') {
                if (++dots_ >= limits::toml_depth_max) {
                    return line_;
                }
            } else if (std::string_view("=,[]{}").contains(c)) {
                dots_ = 0;
            }
        }
        return 0;
    }

 private:
    /// The position of the last quote; a string that does not end is the parser's to report.
    std::size_t skip_string(std::string_view text, std::size_t at) {
        const char quote = text[at];
        const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
        const bool lines = text.substr(at).starts_with(three);
        for (std::size_t i = at + (lines ? 3 : 1); i < text.size(); ++i) {
            if (text[i] == '\n') {
                if (!lines) {
                    return i - 1;
                }
                ++line_;
            } else if (text[i] == '\\' && quote == '"') {
                // An escaped line end still counts.
                i += i + 1 < text.size() && text[i + 1] != '\n' ? 1 : 0;
            } else if (lines && text.substr(i).starts_with(three)) {
                return i + 2;
            } else if (!lines && text[i] == quote) {
                return i;
            }
        }
        return text.size();
    }

    std::uint32_t line_ = 1;
    std::size_t dots_ = 0;
    bool comment_ = false;
};

TomlTime convert(const toml::date& date, const toml::time& time) {
    const std::chrono::year_month_day day{
        std::chrono::year(date.year), std::chrono::month(date.month), std::chrono::day(date.day)
    };
    const auto of_day = std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
                        std::chrono::seconds(time.second) +
                        std::chrono::milliseconds(time.nanosecond / 1'000'000);
    return {.local = std::chrono::local_days(day) + of_day, .offset = {}};
}

/// toml++ bounds the depth of nested values, and with it that of this recursion.
TomlNode convert(const toml::node& node) {
    TomlNode result{.line = node.source().begin.line, .value = {}};
    if (const auto* table = node.as_table()) {
        TomlNode::Table members;
        members.reserve(table->size());
        for (const auto& [key, value] : *table) {
            members.push_back({std::string(key.str()), key.source().begin.line, convert(value)});
        }
        result.value = std::move(members);
    } else if (const auto* array = node.as_array()) {
        TomlNode::Array items;
        items.reserve(array->size());
        for (const auto& item : *array) {
            items.push_back(convert(item));
        }
        result.value = std::move(items);
    } else if (const auto* text = node.as_string()) {
        result.value = text->get();
    } else if (const auto* integer = node.as_integer()) {
        result.value = integer->get();
    } else if (const auto* real = node.as_floating_point()) {
        result.value = real->get();
    } else if (const auto* boolean = node.as_boolean()) {
        result.value = boolean->get();
    } else if (const auto* date = node.as_date()) {
        result.value = convert(date->get(), {});
    } else if (const auto* date_time = node.as_date_time()) {
        TomlTime time = convert(date_time->get().date, date_time->get().time);
        if (date_time->get().offset) {
            time.offset = std::chrono::minutes(date_time->get().offset->minutes);
        }
        result.value = time;
    }
    return result;
}

}  // namespace

std::string_view TomlNode::kind() const {
    static constexpr std::string_view names[] = {"a time of day",  "a table",
                                                 "a list",         "text",
                                                 "a whole number", "a decimal number",
                                                 "true or false",  "a date"};
    return names[value.index()];
}

std::expected<TomlNode, Fault> parse_toml(std::string_view text, std::string_view file) {
    if (const auto line = DottedKeyGuard().check(text); line != 0) {
        return std::unexpected(Fault{
            std::string(file), line,
            "a key has more than " + std::to_string(limits::toml_depth_max) + " dotted parts"
        });
    }
    const toml::parse_result result = toml::parse(text);
    if (!result) {
        // The parser's own words repeat bytes of the file; what counts is the place and the rule.
        std::string cause = "not valid TOML: ";
        for (const char c : result.error().description().substr(0, 200)) {
            cause += c >= ' ' && c <= '~' ? c : '?';
        }
        return std::unexpected(
            Fault{std::string(file), result.error().source().begin.line, std::move(cause)}
        );
    }
    return convert(result.table());
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        return fail(Errc::not_found, "the file does not exist");
    }
    if (error) {
        return fail(Errc::io, "the file cannot be read: " + error.message());
    }
    if (!std::filesystem::is_regular_file(status)) {
        return fail(Errc::io, "this is not a regular file");
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return fail(Errc::io, "the file cannot be opened for reading");
    }
    // One byte more than allowed tells too large from just large enough, whatever the file's size
    // was a moment ago.
    std::string text(bytes_max + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (stream.bad()) {
        return fail(Errc::io, "reading the file failed");
    }
    if (text.size() > bytes_max) {
        return fail(
            Errc::limit_exceeded,
            "the file is larger than " + std::to_string(bytes_max) + " bytes: split it"
        );
    }
    return text;
}

}  // namespace budstikke::directory
