// HITS 1172 section 5.10: ds:Signature as it is written. Whether it is cryptographically right is
// said in the subject; these rules say what is wrong with its form, in the specification's words.
#include <algorithm>
#include <string>
#include <vector>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/rules/report.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

std::string algorithm_of(const Element* method) {
    const auto* value = method == nullptr ? nullptr : method->attribute("", "Algorithm");
    return value == nullptr ? std::string{} : std::string(xml::trim(*value));
}

bool is_listed(const std::vector<std::string>& list, const std::string& algorithm) {
    return std::ranges::find(list, algorithm) != list.end();
}

std::string at(int rule, std::size_t number) {
    std::string place(find_rule(rule)->location);
    constexpr std::string_view reference = "/ds:Reference";
    place.insert(place.find(reference) + reference.size(), '[' + std::to_string(number) + ']');
    return place;
}

void check_transforms(const Element& reference, Report& report) {
    std::vector<std::string> given;
    if (const auto* transforms = reference.child(ns::ds, "Transforms")) {
        for (const auto* transform : transforms->all(ns::ds, "Transform")) {
            given.push_back(algorithm_of(transform));
        }
    }
    const auto is = [&given](std::size_t index, std::string_view algorithm) {
        return index < given.size() && given[index] == algorithm;
    };
    // SEEN: vendors that leave the XPath out, and NAV reads exclusive C14N too.
    const auto is_c14n = [&is](std::size_t index) {
        return is(index, transform::c14n) || is(index, transform::exclusive_c14n);
    };
    const bool usual = is(0, transform::enveloped) &&
                       ((given.size() == 2 && is_c14n(1)) ||
                        (given.size() == 3 && is(1, transform::xpath) && is_c14n(2)));
    const auto expect = [&](bool kept, int rule) {
        if (!kept && usual) {
            report.tolerated(rule);
        } else {
            report.expect(kept, rule);
        }
    };
    expect(is(0, transform::enveloped), 37);
    expect(is(1, transform::xpath), 36);
    expect(is(2, transform::c14n), 35);
    expect(
        given.size() == 3 && is(0, transform::enveloped) && is(1, transform::xpath) && is_c14n(2),
        38
    );
}

void check_references(const Element& info, const AlgorithmPolicy& allowed, Report& report) {
    const auto references = info.all(ns::ds, "Reference");
    if (references.empty()) {
        report.broken(39);
        return;
    }
    bool root = false;
    for (std::size_t i = 0; i < references.size(); ++i) {
        const auto& reference = *references[i];
        const auto number = i + 1;
        const auto* uri = reference.attribute("", "URI");
        if (uri == nullptr) {
            report.broken(85, at(85, number));
        } else if (uri->empty()) {
            root = true;
            check_transforms(reference, report);
        } else {
            report.expect(uri->starts_with("cid:"), 34, at(34, number));
        }
        const auto digest = algorithm_of(reference.child(ns::ds, "DigestMethod"));
        report.expect(is_listed(allowed.digest_methods, digest), 33, at(33, number));
        const auto* value = reference.child(ns::ds, "DigestValue");
        report.expect(value != nullptr && !value->trimmed().empty(), 64, at(64, number));
    }
    report.expect(root, 40);
}

void check_key_info(const Element& info, const SignatureFacts& facts, Report& report) {
    const auto data = info.all(ns::ds, "X509Data");
    if (data.empty()) {
        report.broken(41);
        return;
    }
    std::size_t certificates = 0;
    for (const auto* one : data) {
        certificates += one->all(ns::ds, "X509Certificate").size();
    }
    report.expect(certificates > 0, 103);
    report.expect(certificates <= 1, 65);
    report.expect(certificates != 1 || facts.signer.has_value(), 46);
}

void check_time(const SignerFacts& signer, const Envelope& envelope, Report& report) {
    if (const auto time = parse_date_time(envelope.timestamp)) {
        report.expect(*time >= signer.not_before, 104);
        report.expect(*time <= signer.not_after, 105);
    }
}

}  // namespace

void check_signature(const Subject& subject, Report& report) {
    const auto* header = soap_header_of(subject.message);
    if (header == nullptr) {
        return;
    }
    const auto signatures = header->all(ns::ds, "Signature");
    if (signatures.empty()) {
        report.broken(45);
        return;
    }
    report.expect(signatures.size() == 1, 52);
    const auto& signature = *signatures.front();
    if (const auto* info = signature.child(ns::ds, "SignedInfo")) {
        const auto method = algorithm_of(info->child(ns::ds, "SignatureMethod"));
        report.expect(is_listed(subject.algorithms.signature_methods, method), 84);
        check_references(*info, subject.algorithms, report);
    } else {
        report.broken(363);
    }
    const auto* value = signature.child(ns::ds, "SignatureValue");
    report.expect(value != nullptr && !value->trimmed().empty(), 42);
    if (const auto* info = signature.child(ns::ds, "KeyInfo")) {
        check_key_info(*info, subject.signature, report);
    } else {
        report.broken(32);
    }
    if (subject.signature.signer && subject.message.envelope) {
        check_time(*subject.signature.signer, *subject.message.envelope, report);
    }
    report.expect(subject.signature.status == SignatureStatus::valid, 50);
}

}  // namespace budstikke::ebxml
