// Service, Action and Role of every message type (HISD 1209), and of NAV's and Helfo's services,
// which do not follow its rule.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace budstikke::ebxml {

/// What a message says of its business process, from the side that sends it.
struct ServiceAction {
    std::string service;
    std::string action;
    std::string from_role;
    std::string to_role;

    bool operator==(const ServiceAction&) const = default;
};

/// The Actions of HISD 1209 chapter 4: codes of codesystem 8279.
std::span<const std::string_view> national_actions();

/// A message of this Action: `S-` and the Action, roles `sender` and `receiver` (HISD 1209 chapter
/// 3). Nothing where the Action is neither national, nor of Helsenorge's dialogues, nor one of the
/// services in the table of exceptions.
std::optional<ServiceAction> service_action(std::string_view action);

/// The AppRec for a message that was sent so: the same Service, Action APPREC, roles swapped. For
/// the exceptions the Action that their service answers with.
std::optional<ServiceAction> apprec_for(const ServiceAction& received);

/// Equal, or equal but for the `S-`, which NHN's templates leave out of some names.
bool same_service(std::string_view left, std::string_view right);

}  // namespace budstikke::ebxml
