// Who a message for a HER-id goes to now, and whether that party accepts it. Pure functions over
// one snapshot of the directory and one moment; they know no message, only what it is called.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/directory/directory.hpp"

namespace budstikke::directory {

enum class ResolutionOutcome : std::uint8_t {
    found,
    unknown,        ///< no such HER-id in the directory
    not_valid_yet,  ///< the party at the end of the path
    expired,        ///< the same
    redirect_loop,  ///< a loop, or more than limits::redirects_max redirects
    unreachable,    ///< valid, but without an endpoint
};

struct Resolution {
    ResolutionOutcome outcome = ResolutionOutcome::unknown;
    /// The last party of the path, nullptr where unknown; lives as long as the directory.
    const Party* party = nullptr;
    /// From the recipient that the message names to that party, both included.
    std::vector<HerId> path;
};

/// Follows the redirects that apply at `now`. A redirect goes before the validity of the party that
/// it leaves: after a merger the old party has expired and its mail goes on.
Resolution resolve(const Directory& directory, const HerId& recipient, Timestamp now);

/// What of a message a party refuses.
enum class AgreementRefusal : std::uint8_t { type, version, format };

/// How far to check a message before this party gets it, or which of its traits the party refuses;
/// the first of type, version and format that no row accepts. Rows that name the action go before
/// rows of `*`. An AppRec is accepted also where no row names it, since every service has it as its
/// answer (HISD 1209); rows that name `APPREC` can narrow that.
std::expected<ValidationLevel, AgreementRefusal> agreement(
    const Party& party, std::string_view action, std::string_view version, std::string_view format
);

std::string_view name(ResolutionOutcome outcome);
std::string_view name(AgreementRefusal refusal);

}  // namespace budstikke::directory
