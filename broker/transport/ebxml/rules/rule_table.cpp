// The table of HITS 1172, chapter 5, in its order. Where the specification names no answer for a
// rule, the answer is that of its section: mail headers are only logged (5.5.1), MIME and what has
// no usable addresses gets a SOAP Fault (5.5.2, 5.8, 5.9.1), what has them gets a MessageError
// (4.2.2.1), signals get nothing.
#include <algorithm>
#include <array>
#include <vector>

#include "broker/transport/ebxml/rules/rule_rows.hpp"

namespace budstikke::ebxml {
namespace {

std::vector<Rule> joined() {
    std::vector<Rule> all;
    for (const auto rows : {package_rows(), header_rows(), signature_rows(), kinds_rows()}) {
        all.insert(all.end(), rows.begin(), rows.end());
    }
    return all;
}

}  // namespace

std::span<const Rule> rules() {
    static const std::vector<Rule> table = joined();
    return table;
}

const Rule* find_rule(int id) {
    const auto table = rules();
    const auto at = std::ranges::find(table, id, &Rule::id);
    return at == table.end() ? nullptr : &*at;
}

std::string_view name(Response response) {
    switch (response) {
        case Response::log_only:
            return "log_only";
        case Response::warning:
            return "warning";
        case Response::error:
            return "error";
        case Response::fault:
            return "fault";
    }
    return {};
}

std::array<std::string, 2> tests_of(const Rule& rule) {
    const auto id = std::to_string(rule.id);
    return {
        "unit_ebxml_rules Rules/Kept.ByACorrectMessage/rule_" + id,
        "unit_ebxml_rules Rules/Broken.IsReported/rule_" + id,
    };
}

}  // namespace budstikke::ebxml
