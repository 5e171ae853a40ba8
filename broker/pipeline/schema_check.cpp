// Where the schemas are checked: with the facts where that was foreseen, else in a pass of its own.
// Both ways give the same findings.
#include <algorithm>
#include <functional>
#include <iterator>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {
namespace {

/// Takes what the schemas say out of `findings`.
Findings take_schema_findings(Findings& findings) {
    const auto taken = std::ranges::stable_partition(findings, std::not_fn(concerns_schema));
    Findings said(std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
    findings.erase(taken.begin(), taken.end());
    return said;
}

}  // namespace

bool concerns_schema(const Finding& finding) {
    return finding.spec == &finding::schema_invalid || finding.spec == &finding::schema_missing;
}

Decoded decode_payload(const View& view, Draft& draft) {
    const Submission& submission = draft.submission;
    const std::string_view bytes = submission.payload.bytes();
    const bool foreseen =
        view.schemas != nullptr &&
        view.forecast.expects(SchemaForecast::kind(submission.organisation, bytes));
    auto decoded = view.adapters.decode(bytes, foreseen ? view.schemas : nullptr);
    if (!foreseen) {
        return decoded;
    }
    // Many findings of the schemas leave no room for those of the facts, and a break of the XML
    // forgets some of both: only a pass without the schemas tells what it would have found.
    const bool crowded = decoded.findings.size() + 1 >= limits::findings_max;
    if (!decoded.well_formed || crowded) {
        if (decoded.well_formed) {
            draft.schema_findings = take_schema_findings(decoded.findings);
        }
        return view.adapters.decode(bytes, nullptr);
    }
    draft.schema_findings = take_schema_findings(decoded.findings);
    return decoded;
}

Findings check_schemas(const View& view, const Draft& draft) {
    if (draft.schema_findings) {
        return *draft.schema_findings;
    }
    auto checked = view.adapters.decode(draft.submission.payload.bytes(), view.schemas);
    return take_schema_findings(checked.findings);
}

}  // namespace budstikke::pipeline
