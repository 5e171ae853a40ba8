// The fourth stage: is the message good enough for each recipient's agreement? What one party lets
// pass, another may refuse; the sender gets one answer with a verdict per recipient.
#include <algorithm>

#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {
namespace {

using directory::ValidationLevel;

bool wants_schema(const Draft& draft) {
    return !draft.envelope.opaque && std::ranges::any_of(draft.routes, [](const Route& route) {
        return route.accepted() && route.level == ValidationLevel::schema;
    });
}

/// The rules that a level asks for, of all that was found.
bool applies(const Finding& finding, ValidationLevel level) {
    switch (level) {
        case ValidationLevel::none:
            return false;
        case ValidationLevel::envelope:
            return !concerns_schema(finding);
        case ValidationLevel::schema:
            return true;
    }
    return true;
}

}  // namespace

Stage validate(const View& view, DraftPtr draft) {
    const bool wanted = wants_schema(*draft);
    if (!draft->envelope.opaque) {
        const auto kind =
            SchemaForecast::kind(draft->submission.organisation, draft->submission.payload.bytes());
        view.forecast.learn(kind, wanted);
    }
    if (wanted && view.schemas == nullptr) {
        draft->findings.push_back({.spec = &finding::schema_missing, .location = {}});
    } else if (wanted) {
        std::ranges::move(check_schemas(view, *draft), std::back_inserter(draft->findings));
    }
    for (auto& route : draft->routes) {
        if (!route.accepted()) {
            continue;
        }
        std::ranges::copy_if(
            draft->findings, std::back_inserter(route.findings),
            [&](const Finding& finding) {
                return finding.spec->severity == Severity::error && applies(finding, route.level);
            }
        );
    }
    const auto good = std::ranges::count_if(draft->routes, &Route::accepted);
    const bool all_good = good == std::ranges::ssize(draft->routes);
    if (good == 0 || (!all_good && !draft->submission.allow_partial)) {
        return std::unexpected(refusal(std::move(*draft)));
    }
    return draft;
}

}  // namespace budstikke::pipeline
