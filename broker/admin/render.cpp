// Rendering of answers; render.hpp says what it promises.
#include "broker/admin/render.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace budstikke::admin {

namespace {

namespace json = boost::json;

constexpr std::size_t indent_step = 2;

/// Parties and people chose some of the strings: a terminal must not obey them.
std::string harmless(std::string_view text) {
    std::string safe(text);
    for (char& c : safe) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = '?';
    }
    return safe;
}

bool is_scalar(const json::value& value) {
    return !value.is_object() && !value.is_array();
}

bool is_list_of_scalars(const json::value& value) {
    return value.is_array() && std::ranges::all_of(value.get_array(), is_scalar);
}

bool is_short(const json::value& value) {
    return is_scalar(value) || is_list_of_scalars(value);
}

bool is_table(const json::array& rows) {
    return std::ranges::all_of(rows, [](const json::value& row) {
        return row.is_object() && std::ranges::all_of(row.get_object(), [](const auto& member) {
                   return is_short(member.value());
               });
    });
}

std::string short_text(const json::value& value) {
    if (value.is_null()) return "-";
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (value.is_string()) {
        const std::string text = harmless(value.get_string());
        return text.empty() ? "-" : text;
    }
    if (!value.is_array()) return json::serialize(value);
    std::string text;
    for (const json::value& item : value.get_array()) {
        if (!text.empty()) text += ", ";
        text += short_text(item);
    }
    return text.empty() ? "-" : text;
}

/// People read words, programs read identifiers.
std::string label(std::string_view key) {
    std::string text = harmless(key);
    std::ranges::replace(text, '_', ' ');
    return text;
}

/// Characters, not bytes: Norwegian names must not push the columns.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

void pad(std::string& out, std::string_view text, std::size_t columns) {
    out += text;
    const std::size_t used = width(text);
    if (used < columns) out.append(columns - used, ' ');
}

void write_table(std::string& out, const json::array& rows, std::size_t indent) {
    std::vector<std::vector<std::string>> cells(1);
    for (const auto& member : rows.front().get_object())
        cells[0].push_back(label(member.key()));
    for (const json::value& row : rows) {
        auto& line = cells.emplace_back();
        for (const auto& member : row.get_object())
            line.push_back(short_text(member.value()));
    }
    std::vector<std::size_t> columns;
    for (const auto& line : cells) {
        columns.resize(std::max(columns.size(), line.size()));
        for (std::size_t i = 0; i < line.size(); ++i) {
            columns[i] = std::max(columns[i], width(line[i]));
        }
    }
    for (const auto& line : cells) {
        out.append(indent, ' ');
        for (std::size_t i = 0; i < line.size(); ++i) {
            const bool last = i + 1 == line.size();
            pad(out, line[i], last ? 0 : columns[i] + 2);
        }
        out += '\n';
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as our own answers, four levels.
void write_object(std::string& out, const json::object& values, std::size_t indent) {
    std::size_t longest = 0;
    for (const auto& member : values) {
        if (is_short(member.value())) longest = std::max(longest, width(label(member.key())));
    }
    for (const auto& member : values) {
        const json::value& value = member.value();
        out.append(indent, ' ');
        if (is_short(value)) {
            const bool empty_list = value.is_array() && value.get_array().empty();
            pad(out, label(member.key()) + ':', longest + 2);
            out += (empty_list ? "none" : short_text(value)) + '\n';
            continue;
        }
        out += label(member.key()) + ":\n";
        if (value.is_object()) {
            write_object(out, value.get_object(), indent + indent_step);
        } else if (is_table(value.get_array())) {
            write_table(out, value.get_array(), indent + indent_step);
        } else {
            for (const json::value& item : value.get_array()) {
                if (&item != value.get_array().data()) out += '\n';
                if (item.is_object()) write_object(out, item.get_object(), indent + indent_step);
            }
        }
    }
}

Reply error_reply(std::string_view command, std::string_view code, const Error& error, bool json) {
    if (!json) return {.code = std::string(code), .body = harmless(error.detail) + '\n'};
    const json::object answer{
        {"schema", json_schema},
        {"command", command},
        {"ok", false},
        {"error", {{"code", code}, {"detail", error.detail}}},
    };
    return {.code = std::string(code), .body = json::serialize(answer) + '\n'};
}

}  // namespace

std::string Reply::framed() const {
    const std::string size = std::to_string(body.size());
    return (ok() ? "ok " : "error " + code + ' ') + size + '\n' + body;
}

std::string render_text(const boost::json::object& values) {
    std::string out;
    write_object(out, values, 0);
    return out;
}

Reply render(std::string_view command, const Outcome& outcome, bool json) {
    if (!outcome) return error_reply(command, name(outcome.error().code), outcome.error(), json);
    if (!json) return {.code = {}, .body = render_text(*outcome)};
    const json::object answer{
        {"schema", json_schema}, {"command", command}, {"ok", true}, {"result", *outcome}
    };
    return {.code = {}, .body = json::serialize(answer) + '\n'};
}

Reply render_usage_error(const Error& error, bool json) {
    return error_reply("", "usage", error, json);
}

}  // namespace budstikke::admin
