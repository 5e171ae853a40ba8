#include "adapters/shared/head.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/ids.hpp"

namespace budstikke::adapters {
namespace {

constexpr std::string_view date_pattern = "dddd-dd-dd";
constexpr std::string_view time_pattern = "Tdd:dd:dd";
constexpr std::string_view zone_pattern = "dd:dd";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool take(std::string_view& text, std::string_view pattern) {
    if (text.size() < pattern.size()) {
        return false;
    }
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) {
            return false;
        }
    }
    text.remove_prefix(pattern.size());
    return true;
}

void skip_fraction(std::string_view& text) {
    if (text.size() > 1 && text[0] == '.' && is_digit(text[1])) {
        const auto end = std::ranges::find_if_not(text.substr(1), is_digit);
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
}

}  // namespace

bool is_date_time(std::string_view text) {
    if (!take(text, date_pattern)) {
        return false;
    }
    if (take(text, time_pattern)) {
        skip_fraction(text);
    }
    if (text.empty() || text == "Z") {
        return true;
    }
    const char sign = text.front();
    text.remove_prefix(1);
    return (sign == '+' || sign == '-') && take(text, zone_pattern) && text.empty();
}

void check_head(const Envelope& envelope, HeadPlaces places, xml::FindingList& findings) {
    if (envelope.message_id.empty()) {
        findings.add(finding::message_id_missing, std::move(places.message_id));
    } else if (!is_uuid(envelope.message_id)) {
        const auto& spec =
            envelope.is_apprec ? finding::apprec_id_not_uuid : finding::message_id_not_uuid;
        findings.add(spec, std::move(places.message_id));
    }
    if (envelope.generated_at.empty()) {
        findings.add(finding::field_missing, std::move(places.generated_at));
    } else if (!is_date_time(envelope.generated_at)) {
        findings.add(finding::generated_at_invalid, std::move(places.generated_at));
    }
}

}  // namespace budstikke::adapters
