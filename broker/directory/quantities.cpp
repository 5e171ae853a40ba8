// Durations and sizes as people write them.
#include <array>
#include <charconv>

#include "broker/base/limits.hpp"
#include "broker/directory/toml_reader.hpp"

namespace budstikke::directory {
namespace {

using namespace std::chrono_literals;

constexpr Duration longest = limits::duration_max;

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

/// The largest first, which is the order that several parts must have.
constexpr std::array<Unit, 5> units = {{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1000},
    {"ms", 1},
}};

/// Takes the number in front; nothing where there is none.
template <typename T>
std::optional<T> take_number(std::string_view& text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || text.front() == '-') {
        return {};
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        const auto count = take_number<std::int64_t>(text);
        const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const std::string_view name = text.substr(0, letters);
        std::size_t unit = next_unit;
        while (unit < units.size() && units[unit].name != name) {
            ++unit;
        }
        if (!count || unit == units.size() || *count > longest.count() / units[unit].milliseconds) {
            return {};
        }
        total += *count * units[unit].milliseconds;
        next_unit = unit + 1;
        text.remove_prefix(letters);
    }
    return total > longest.count() ? std::nullopt : std::optional(Duration(total));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    const auto count = take_number<std::uint64_t>(text);
    if (!count) {
        return {};
    }
    if (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    unsigned shift = 0;
    if (text == "KiB") {
        shift = 10;
    } else if (text == "MiB") {
        shift = 20;
    } else if (text == "GiB") {
        shift = 30;
    } else if (!text.empty()) {
        return {};
    }
    if (*count > (std::numeric_limits<std::uint64_t>::max() >> shift)) {
        return {};
    }
    return *count << shift;
}

std::string duration_text(Duration duration) {
    std::int64_t rest = duration.count();
    std::string text;
    for (const auto& unit : units) {
        if (rest / unit.milliseconds > 0) {
            text += std::to_string(rest / unit.milliseconds) + std::string(unit.name);
            rest %= unit.milliseconds;
        }
    }
    return text.empty() ? "0s" : text;
}

}  // namespace budstikke::directory
