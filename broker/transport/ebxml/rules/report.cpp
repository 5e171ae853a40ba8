#include "broker/transport/ebxml/rules/report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/base/ids.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"

namespace budstikke::ebxml {

void Report::broken(int rule, std::string where) {
    add(rule, {.location = std::move(where)});
}

void Report::tolerated(int rule, std::string where) {
    add(rule, {.location = std::move(where), .tolerated = true});
}

void Report::refused(int rule, Response response, std::string where) {
    add(rule, {.location = std::move(where), .instead = response});
}

void Report::noted(int rule, std::string where) {
    add(rule, {.location = std::move(where), .instead = Response::log_only});
}

void Report::add(int rule, Violation violation) {
    violation.rule = find_rule(rule);
    if (is_full()) {
        return;
    }
    if (violation.location.empty()) {
        violation.location = violation.rule->location;
    }
    const bool said = std::ranges::any_of(violations_, [&violation](const Violation& other) {
        return other.rule == violation.rule && other.location == violation.location;
    });
    if (!said) {
        violations_.push_back(std::move(violation));
    }
}

bool Report::is_full() const {
    return violations_.size() == limits::ebms_violations_max;
}

std::vector<Violation> Report::take() && {
    // Rows of the table are in the order of the specification.
    std::ranges::stable_sort(violations_, {}, &Violation::rule);
    return std::move(violations_);
}

const xml::Element* soap_header_of(const Message& message) {
    return message.tree.root ? message.tree.root->child(ns::soap, "Header") : nullptr;
}

const xml::Element* soap_body_of(const Message& message) {
    return message.tree.root ? message.tree.root->child(ns::soap, "Body") : nullptr;
}

const xml::Element* message_header_of(const Message& message) {
    const auto* header = soap_header_of(message);
    return header == nullptr ? nullptr : header->child(ns::eb, "MessageHeader");
}

std::string place_of(std::string_view parent_path, const xml::Element& parent, std::size_t child) {
    const auto& element = parent.children[child];
    const auto known = [&element]() -> std::string_view {
        if (element.xml_namespace == ns::soap) return "SOAP:";
        if (element.xml_namespace == ns::eb) return "eb:";
        return element.xml_namespace == ns::ds ? "ds:" : std::string_view{};
    }();
    std::string path(parent_path);
    path += '/';
    // A name of somebody else's could say anything.
    if (known.empty()) {
        return path + "*[" + std::to_string(child + 1) + ']';
    }
    const auto same = parent.all(element.xml_namespace, element.name);
    path += std::string(known) + element.name;
    if (same.size() > 1) {
        const auto at = std::ranges::find(same, &element) - same.begin() + 1;
        path += '[' + std::to_string(at) + ']';
    }
    return path;
}

bool is_message_id(std::string_view text) {
    if (is_uuid(text)) {
        return true;
    }
    if (text.starts_with('<') && text.ends_with('>')) {
        text = text.substr(1, text.size() - 2);
    }
    const auto at = text.find('@');
    const bool two_sides = at != std::string_view::npos && at > 0 && at + 1 < text.size();
    // RFC 2822 section 3.6.4: both sides without white space, controls, or another `@`.
    return two_sides && text.find('@', at + 1) == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < '\x7f' && c != '<' && c != '>';
           });
}

bool is_clear_service(const Envelope& envelope) {
    constexpr std::array<std::string_view, 2> services{
        "HarBorgerFrikort", "HarBorgerEgenandelFritak"
    };
    return std::ranges::find(services, envelope.service) != services.end();
}

AlgorithmPolicy AlgorithmPolicy::of_the_profile() {
    return {
        .digest_methods =
            {"http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmlenc#sha256",
             "http://www.w3.org/2001/04/xmldsig-more#sha384",
             "http://www.w3.org/2001/04/xmlenc#sha512"},
        .signature_methods =
            {"http://www.w3.org/2000/09/xmldsig#rsa-sha1",
             "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
             "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
             "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"},
    };
}

}  // namespace budstikke::ebxml
