// The parser of admin lines; parse.hpp says what it promises. Command names have up to two words:
// the longer one wins.
#include "broker/admin/parse.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "broker/base/limits.hpp"

namespace budstikke::admin {

namespace {

/// Levenshtein's distance: changes of one character from one to the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

/// `; did you mean: queue list, queue show?`, or empty where nothing is near.
std::string nearest(std::string_view given, std::span<const std::string_view> names) {
    given = given.substr(0, limits::suggestion_bytes_max);
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string_view name : names) {
        const bool begins = !given.empty() && name.starts_with(given);
        const std::size_t away = begins ? 0 : distance(given, name);
        if (away <= std::min(limits::suggestion_distance_max, name.size() - 1))
            near.emplace_back(away, name);
    }
    std::ranges::stable_sort(near, {}, [](const auto& row) { return row.first; });
    if (near.empty()) return {};
    std::string text = "; did you mean: ";
    for (std::size_t i = 0; i < std::min(near.size(), limits::suggestions_max); ++i) {
        if (i > 0) text += ", ";
        text += near[i].second;
    }
    return text + '?';
}

std::unexpected<Error> refuse(std::string detail) {
    return fail(Errc::invalid_argument, std::move(detail));
}

std::unexpected<Error> unknown_command(std::span<const std::string> words) {
    std::vector<std::string_view> names;
    std::string given = words.front();
    // `queue lst` is compared with two words, `stauts` with one.
    const bool known_group = std::ranges::any_of(commands(), [&](const CommandSpec& spec) {
        return spec.name.starts_with(words.front() + ' ');
    });
    if (words.size() > 1) {
        const bool option = words[1].starts_with("--");
        if (!option) given += ' ' + words[1];
    }
    for (const CommandSpec& spec : commands())
        names.push_back(spec.name);
    std::string hint = nearest(given, names);
    if (hint.empty()) hint = nearest(words.front(), names);
    if (hint.empty() && known_group) hint = nearest(words.front() + ' ', names);
    return refuse("unknown command" + hint + " (`help` lists all)");
}

/// The command that the first words name, and how many they are.
std::optional<std::pair<const CommandSpec*, std::size_t>> command_of(
    std::span<const std::string> words
) {
    if (words.size() > 1) {
        if (const auto* spec = find_command(words[0] + ' ' + words[1])) return {{spec, 2}};
    }
    if (const auto* spec = find_command(words[0])) return {{spec, 1}};
    return std::nullopt;
}

std::unexpected<Error> unknown_option(const CommandSpec& spec, std::string_view given) {
    std::vector<std::string_view> names{"--json"};
    for (const OptionSpec& option : spec.options)
        names.push_back(option.name);
    if (spec.changing) names.insert(names.end(), {"--reason", "--dry-run"});
    return refuse("unknown option" + nearest(given, names) + " (usage: " + usage(spec) + ")");
}

/// Whether the option is of this command, and takes a value.
std::optional<bool> takes_value(const CommandSpec& spec, std::string_view name) {
    if (name == "--json") return false;
    if (spec.changing && name == "--dry-run") return false;
    if (spec.changing && name == "--reason") return true;
    const auto found = std::ranges::find(spec.options, name, &OptionSpec::name);
    if (found == spec.options.end()) return std::nullopt;
    return !found->value.empty();
}

/// One option at `words[at]`, given as `--name value` or `--name=value`; gives how many words it
/// was.
Result<std::size_t> take_option(
    Invocation& invocation, std::span<const std::string> words, std::size_t at
) {
    const CommandSpec& spec = *invocation.spec;
    const std::string& word = words[at];
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto with_value = takes_value(spec, name);
    if (!with_value) return unknown_option(spec, name);
    if (!*with_value) {
        if (equals != std::string::npos) return refuse("option " + name + " takes no value");
        if (name == "--dry-run") invocation.dry_run = true;
        if (name != "--json" && name != "--dry-run") invocation.options[name] = "";
        return std::size_t{1};
    }
    // An option where the value was forgotten: taken for a reason it would not take effect itself.
    const bool is_missing = at + 1 >= words.size() || words[at + 1].starts_with("--");
    if (equals == std::string::npos && is_missing) {
        return refuse("option " + name + " needs a value (usage: " + usage(spec) + ")");
    }
    const bool joined = equals != std::string::npos;
    const std::string& value = joined ? word.substr(equals + 1) : words[at + 1];
    std::string& place = name == "--reason" ? invocation.reason : invocation.options[name];
    if (!place.empty()) return refuse("option " + name + " is given twice");
    if (value.empty()) return refuse("option " + name + " is empty");
    place = value;
    return std::size_t{joined ? 1U : 2U};
}

Result<void> check_reason(const Invocation& invocation) {
    const bool needed = invocation.spec->changing && !invocation.dry_run;
    if (needed && invocation.reason.empty()) {
        return refuse("a changing command needs --reason TEXT, which is recorded");
    }
    if (invocation.reason.size() > limits::reason_bytes_max) {
        return refuse(
            "the reason is longer than " + std::to_string(limits::reason_bytes_max) + " bytes"
        );
    }
    return {};
}

}  // namespace

bool wants_json(std::span<const std::string> words) {
    return std::ranges::find(words, "--json") != words.end();
}

Result<Invocation> parse(std::span<const std::string> all) {
    // --json may stand in front of the command too.
    while (!all.empty() && all.front() == "--json")
        all = all.subspan(1);
    if (all.empty()) return refuse("no command (`help` lists all)");
    const auto command = command_of(all);
    if (!command) return unknown_command(all);
    Invocation invocation;
    invocation.spec = command->first;
    const auto words = all.subspan(command->second);
    for (std::size_t i = 0; i < words.size();) {
        if (!words[i].starts_with("--")) {
            invocation.arguments.push_back(words[i++]);
            continue;
        }
        const auto taken = take_option(invocation, words, i);
        if (!taken) return std::unexpected(taken.error());
        i += *taken;
    }
    const std::size_t count = invocation.arguments.size();
    const CommandSpec& spec = *invocation.spec;
    if (count < spec.arguments_min || count > spec.arguments_max) {
        return refuse(
            std::string(
                count < spec.arguments_min ? "an argument is missing" : "too many arguments"
            ) +
            " (usage: " + usage(spec) + ")"
        );
    }
    if (auto checked = check_reason(invocation); !checked) {
        return std::unexpected(std::move(checked).error());
    }
    return invocation;
}

}  // namespace budstikke::admin
