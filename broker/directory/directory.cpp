// The lookups of a snapshot.
#include "broker/directory/directory.hpp"

#include <algorithm>

namespace budstikke::directory {

const Party* Directory::find(const HerId& her_id) const {
    const auto found = parties_.find(her_id);
    return found == parties_.end() ? nullptr : &found->second;
}

const Organisation* Directory::organisation(std::string_view number) const {
    const auto found = organisations_.find(number);
    return found == organisations_.end() ? nullptr : &found->second;
}

bool Directory::may_act_for(std::string_view organisation, const HerId& her_id) const {
    const auto found = organisations_.find(organisation);
    return found != organisations_.end() &&
           std::ranges::binary_search(found->second.acts_for, her_id);
}

std::string_view name(PartyKind kind) {
    switch (kind) {
        case PartyKind::municipality:
            return "municipality";
        case PartyKind::hospital:
            return "hospital";
        case PartyKind::gp:
            return "gp";
        case PartyKind::dental:
            return "dental";
        case PartyKind::private_clinic:
            return "private";
        case PartyKind::laboratory:
            return "laboratory";
        case PartyKind::register_:
            return "register";
    }
    return "unknown";
}

std::string_view name(ValidationLevel level) {
    switch (level) {
        case ValidationLevel::none:
            return "none";
        case ValidationLevel::envelope:
            return "envelope";
        case ValidationLevel::schema:
            return "schema";
    }
    return "unknown";
}

std::string_view name(AppRecBy by) {
    return by == AppRecBy::broker ? "broker" : "application";
}

}  // namespace budstikke::directory
