// The stages of a submission before its commit, in the order in which they run. A draft goes in,
// the draft or a refusal comes out; no stage calls backwards. They run on the caller's thread and
// see one snapshot of the directory.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "broker/adapter/registry.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"
#include "broker/directory/directory.hpp"
#include "broker/pipeline/schema_forecast.hpp"
#include "broker/pipeline/settings.hpp"
#include "broker/pipeline/submission.hpp"
#include "broker/pipeline/ways.hpp"
#include "broker/store/payload_codec.hpp"

namespace budstikke::pipeline {

/// What a stage may look at.
struct View {
    const AdapterRegistry& adapters;
    const xml::SchemaSet* schemas;
    SchemaForecast& forecast;
    std::shared_ptr<const directory::Directory> directory;
    std::shared_ptr<const std::set<HerId>> held;
    const Settings& settings;
    Timestamp now{};
    const Ways* ways = nullptr;
};

/// A recipient that the submission is for, with where it goes.
struct Route {
    std::string her_id;  ///< as the message names it
    ReceiverRole role = ReceiverRole::primary;
    HerId recipient;  ///< empty where it is refused
    HerId queue;      ///< the recipient, or its successor
    directory::ValidationLevel level = directory::ValidationLevel::envelope;
    Findings findings;

    bool accepted() const { return !recipient.empty() && !has_error(findings); }
};

struct Draft {
    Submission submission;
    Envelope envelope;
    Findings findings;      ///< of the message as a whole
    bool readable = false;  ///< well-formed XML, or opaque: its facts can be trusted
    /// What the schemas say, where the pass that took the facts has checked them too.
    std::optional<Findings> schema_findings;
    HerId sender;  ///< empty until it is authorised
    std::vector<Route> routes;
    store::Digest digest{};
};

/// What tells whether a submission has been accepted before, known once its sender is authorised.
struct Claim {
    HerId sender;
    std::string message_id;
    store::Digest digest{};
    std::vector<HerId> recipients;  ///< that it asks for
};

/// How a submission ends that goes no further.
struct Refusal {
    Receipt receipt;
    std::optional<Claim> claim;  ///< where its sender is authorised
};

/// A draft is large: one place for it, through all stages and up to the commit.
using DraftPtr = std::unique_ptr<Draft>;
using Stage = std::expected<DraftPtr, Refusal>;

// --- schema_check.cpp: the same findings in one pass or in two ---------------------------------
bool concerns_schema(const Finding& finding);
/// Decodes the payload, and checks it against the schemas in the same pass where `view.forecast`
/// expects that they are wanted; then `draft.schema_findings` is set.
Decoded decode_payload(const View& view, Draft& draft);
/// The findings of the schemas, from that pass or from one more.
Findings check_schemas(const View& view, const Draft& draft);

Stage decode(const View& view, Submission submission);
Stage authorise(const View& view, DraftPtr draft);
Stage route(const View& view, DraftPtr draft);
Stage validate(const View& view, DraftPtr draft);

/// The verdicts of a draft as they stand in its receipt.
std::vector<RecipientVerdict> verdicts(const Draft& draft);
/// The refusal of a draft: nothing is stored.
Refusal refusal(Draft&& draft);

/// All stages up to the commit.
Stage run_stages(const View& view, Submission submission);

/// A party that takes part in `action` now, or the finding that says why not: the rules that a
/// submission and the question "may A send F to B" share.
Findings check_sender(const View& view, std::string_view organisation, std::string_view her_id);
Route route_to(
    const View& view, std::string_view her_id, ReceiverRole role, std::string_view action,
    std::string_view version, std::string_view format
);
/// Adds to an accepted route what stands in its way, where somebody knows of anything. Not asked of
/// the receipts that the broker gives itself: they wait for a way, since nobody gives them again.
void ask_way(
    const View& view, Route& route, const HerId& sender, const Envelope& envelope,
    std::string_view content_type
);

}  // namespace budstikke::pipeline
