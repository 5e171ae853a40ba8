// HITS 1172 section 5.8: eb:MessageHeader, who it is from and to, what it is about.
#include <algorithm>
#include <string>

#include "broker/base/ids.hpp"
#include "broker/base/text.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/rules/report.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// `low_high` or `low_high_n` (HIS 1037 6.2.1).
bool is_pair_of_her_ids(std::string_view text) {
    const auto first = text.find('_');
    if (first == std::string_view::npos) {
        return false;
    }
    const auto low = text.substr(0, first);
    auto rest = text.substr(first + 1);
    const auto second = rest.find('_');
    if (second != std::string_view::npos) {
        if (!all_digits(rest.substr(second + 1))) {
            return false;
        }
        rest = rest.substr(0, second);
    }
    return all_digits(low) && all_digits(rest) && compare_digits(low, rest) <= 0;
}

/// An agreement by its owner, an environment where there are several, and its name there, which is
/// mostly a number and need not be (HIS 1037, 6.2.1: `nav:test:XX99`).
bool is_owned_name(std::string_view text) {
    const auto last = text.rfind(':');
    if (last == std::string_view::npos || last == 0 || last + 1 == text.size()) {
        return false;
    }
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == ':' || c == '-' || c == '.';
    });
}

void check_attributes(const Element& header, Report& report) {
    if (const auto* version = header.attribute(ns::eb, "version")) {
        report.expect(xml::trim(*version) == ebms_version, 70);
    } else {
        report.broken(8);
    }
    if (const auto* must = header.attribute(ns::soap, "mustUnderstand")) {
        report.expect(xml::trim(*must) == "1", 69);
    } else {
        report.broken(7);
    }
}

struct PartyRules {
    std::string_view element;
    int missing;
    int no_party_id;
    int empty;
    int no_her_id;
    int not_one;
    int not_digits;
};
constexpr PartyRules from_rules{"From", 10, 58, 25, 60, 14, 31};
constexpr PartyRules to_rules{"To", 9, 59, 55, 61, 13, 56};

void check_party(const Element& header, const PartyRules& numbers, Report& report) {
    const auto* party = header.child(ns::eb, numbers.element);
    if (party == nullptr) {
        report.broken(numbers.missing);
        return;
    }
    const auto ids = party->all(ns::eb, "PartyId");
    if (ids.empty()) {
        report.broken(numbers.no_party_id);
        return;
    }
    std::size_t her_ids = 0;
    for (const auto* id : ids) {
        const auto* type = id->attribute(ns::eb, "type");
        const bool her = type != nullptr && xml::trim(*type) == her_type;
        her_ids += her ? 1 : 0;
        if (id->trimmed().empty()) {
            report.broken(numbers.empty);
        } else if (her) {
            report.expect(HerId::parse(id->trimmed()).has_value(), numbers.not_digits);
        }
    }
    if (her_ids == 0) {
        report.broken(numbers.no_her_id);
    }
    report.expect(her_ids <= 1, numbers.not_one);
}

/// One rule where the element is missing, another where it is empty.
void check_text(
    const Element& parent, std::string_view name, int missing, int empty, Report& report
) {
    const auto* element = parent.child(ns::eb, name);
    if (element == nullptr) {
        report.broken(missing);
    } else {
        report.expect(!element->trimmed().empty(), empty);
    }
}

void check_message_data(const Element& header, Report& report) {
    const auto* data = header.child(ns::eb, "MessageData");
    const auto* id = data == nullptr ? nullptr : data->child(ns::eb, "MessageId");
    if (id == nullptr || id->trimmed().empty()) {
        report.broken(76);
    } else {
        report.expect(is_message_id(id->trimmed()), 102);
    }
    const auto* time = data == nullptr ? nullptr : data->child(ns::eb, "Timestamp");
    // The rules of periods (104, 105, 113, 114) say nothing of what is no point in time.
    report.expect(time != nullptr && parse_date_time(time->trimmed()).has_value(), 77);
}

void check_agreement_name(const Element& header, Report& report) {
    const auto* id = header.child(ns::eb, "CPAId");
    if (id == nullptr) {
        report.broken(11);
        return;
    }
    const auto text = id->trimmed();
    report.expect(is_uuid(text) || is_pair_of_her_ids(text) || is_owned_name(text), 12);
}

}  // namespace

void check_message_header(const Subject& subject, Report& report) {
    const auto* header = message_header_of(subject.message);
    if (header == nullptr) {
        if (soap_header_of(subject.message) != nullptr) {
            report.broken(4);
        }
        return;
    }
    check_attributes(*header, report);
    check_message_data(*header, report);
    check_agreement_name(*header, report);
    check_party(*header, from_rules, report);
    check_party(*header, to_rules, report);
    check_text(*header, "Service", 47, 71, report);
    check_text(*header, "Action", 48, 72, report);
}

}  // namespace budstikke::ebxml
