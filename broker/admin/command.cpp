// What the commands share: lookup, usage lines, arguments as values.
#include "broker/admin/command.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "broker/admin/tokenizer.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin {

const std::string* Invocation::option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? nullptr : &found->second;
}

std::string Invocation::text() const {
    std::vector<std::string> words = arguments;
    for (const auto& [name, value] : options) {
        words.push_back(name);
        if (!value.empty()) words.push_back(value);
    }
    std::string text(spec->name);
    if (!words.empty()) text += ' ' + quote(words);
    return text;
}

const CommandSpec* find_command(std::string_view name) {
    const auto all = commands();
    const auto found = std::ranges::find(all, name, &CommandSpec::name);
    return found == all.end() ? nullptr : &*found;
}

std::string usage(const CommandSpec& spec) {
    std::string text(spec.name);
    if (!spec.arguments.empty()) text.append(" ").append(spec.arguments);
    for (const OptionSpec& option : spec.options) {
        text.append(" [").append(option.name).append(option.value.empty() ? "" : " ");
        text.append(option.value).append("]");
    }
    if (spec.changing) text += " --reason TEXT [--dry-run]";
    return text;
}

Result<HerId> her_id_of(std::string_view text) {
    auto her_id = HerId::parse(text);
    if (!her_id) return fail(Errc::invalid_argument, "HER-ID is not a HER-id: digits only");
    return *std::move(her_id);
}

Result<DeliveryId> delivery_id_of(std::string_view text) {
    auto id = DeliveryId::parse(text);
    if (!id) {
        return fail(
            Errc::invalid_argument, "ID is not a delivery: the broker's message id, `/`, HER-id"
        );
    }
    return *std::move(id);
}

Result<std::uint64_t> number_of(std::string_view text, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > most) {
        return fail(Errc::invalid_argument, "N is not a number from 0 to " + std::to_string(most));
    }
    return number;
}

Result<std::size_t> rows_of(const Invocation& invocation) {
    const std::string* limit = invocation.option("--limit");
    if (limit == nullptr) return limits::listing_rows_max;
    const auto rows = number_of(*limit, limits::listing_rows_max);
    if (!rows) return std::unexpected(rows.error());
    return static_cast<std::size_t>(*rows);
}

pipeline::Handler<Result<void>> finish(Call call, boost::json::object answer) {
    return [done = std::move(call.done), answer = std::move(answer)](Result<void> result) mutable {
        if (!result) return done(std::unexpected(std::move(result).error()));
        done(std::move(answer));
    };
}

}  // namespace budstikke::admin
