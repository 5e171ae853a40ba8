#include "broker/transport/ebxml/service/mail_answers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/xml/tree.hpp"

namespace budstikke::ebxml {
namespace {

void add_ids(std::string_view field, std::vector<std::string>& ids) {
    for (auto at = field.find('<'); at != std::string_view::npos; at = field.find('<', at + 1)) {
        const auto end = field.find('>', at);
        if (end == std::string_view::npos) {
            return;
        }
        ids.emplace_back(field.substr(at + 1, end - at - 1));
    }
}

/// The value of a field in a text that begins with headers, unfolded; each time it is there.
std::vector<std::string> fields_in(std::string_view text, std::string_view name, bool head_only) {
    std::vector<std::string> values;
    bool open = false;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.empty()) {
            open = false;
            if (head_only && !values.empty()) {
                break;
            }
            continue;
        }
        if (line.front() == ' ' || line.front() == '\t') {
            if (open) {
                values.back() += line;
            }
            continue;
        }
        const auto colon = line.find(':');
        open = colon != std::string_view::npos && same_word(line.substr(0, colon), name);
        if (open) {
            values.emplace_back(xml::trim(line.substr(colon + 1)));
        }
    }
    return values;
}

bool is_any(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::ranges::any_of(list, [word](std::string_view one) { return same_word(word, one); });
}

}  // namespace

std::vector<std::string> answered_mails(const Headers& headers) {
    std::vector<std::string> ids;
    for (const std::string_view name : {"In-Reply-To", "References"}) {
        if (const auto* field = headers.find(name)) {
            add_ids(*field, ids);
        }
    }
    return ids;
}

bool is_report(const Message& message) {
    return message.mime && message.mime->content_type &&
           message.mime->content_type->is("multipart", "report");
}

std::optional<Bounce> read_bounce(const Message& message) {
    Bounce bounce;
    bool late = false;
    for (const auto& part : message.mime->parts) {
        if (!part.content_type) {
            continue;
        }
        if (part.content_type->is("message", "delivery-status")) {
            // A relay that gave up on a server which was away says "failed", too (RFC 3464, 2.3.3).
            const bool for_now = std::ranges::any_of(
                fields_in(part.content, "Status", false),
                [](std::string_view status) { return status.starts_with("4."); }
            );
            for (const auto& action : fields_in(part.content, "Action", false)) {
                const bool failed = same_word(action, "failed");
                bounce.permanent = bounce.permanent || (failed && !for_now);
                late = late || same_word(action, "delayed") || (failed && for_now);
            }
        } else if (part.content_type->is("message", "rfc822") ||
                   part.content_type->is("text", "rfc822-headers")) {
            for (const auto& id : fields_in(part.content, "Message-ID", true)) {
                add_ids(id, bounce.mails);
            }
        }
    }
    for (auto& id : answered_mails(message.mime->headers)) {
        bounce.mails.push_back(std::move(id));
    }
    return bounce.permanent || late ? std::optional(std::move(bounce)) : std::nullopt;
}

std::string fault_address(const Headers& headers) {
    const auto* automatic = headers.find("Auto-Submitted");
    const auto* precedence = headers.find("Precedence");
    const auto* path = headers.find("Return-Path");
    if ((automatic != nullptr && !same_word(*automatic, "no")) ||
        (precedence != nullptr && is_any(*precedence, {"bulk", "junk", "list"})) ||
        (path != nullptr && *path == "<>")) {
        return {};
    }
    for (const std::string_view name : {"Reply-To", "From", "Sender"}) {
        const auto* field = headers.find(name);
        if (field == nullptr) {
            continue;
        }
        const auto addresses = parse_addresses(*field);
        if (!addresses.empty()) {
            return is_plain_address(addresses.front()) ? addresses.front() : std::string{};
        }
    }
    return {};
}

}  // namespace budstikke::ebxml
