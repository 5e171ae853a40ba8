#include "adapters/shared/parties.hpp"

#include <algorithm>
#include <set>

#include "broker/base/ids.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::adapters {
namespace {

Location at(std::string_view path, std::uint32_t line) {
    return {.line = line, .path = std::string(path)};
}

}  // namespace

void PartyBuilder::keep(const Identifier& id, std::optional<std::string>& level) {
    if (id.is_her() && !level) {
        level = id.id();
    }
}

MessageParty PartyBuilder::take() && {
    if (!unit_) {
        return {.her_id = std::move(organisation_), .parent_her_id = std::nullopt};
    }
    return {.her_id = std::move(unit_), .parent_her_id = std::move(organisation_)};
}

void add_receiver(
    Envelope& envelope, PartyLines& lines, PartyBuilder party, ReceiverRole role,
    xml::FindingList& findings
) {
    if (envelope.receivers.size() >= limits::receivers_max) {
        findings.add(finding::receivers_too_many, at({}, party.line()));
        return;
    }
    const bool first = role == ReceiverRole::primary;
    const auto line = party.line();
    lines.receivers.insert(first ? lines.receivers.begin() : lines.receivers.end(), line);
    envelope.receivers.insert(
        first ? envelope.receivers.begin() : envelope.receivers.end(),
        MessageReceiver{.party = std::move(party).take(), .role = role}
    );
}

void check_parties(
    const Envelope& envelope, const PartyLines& lines, const PartyPaths& paths,
    xml::FindingList& findings
) {
    const auto routable = [](const MessageParty& party) {
        return party.her_id && HerId::parse(*party.her_id);
    };
    if (!routable(envelope.sender)) {
        findings.add(finding::address_unroutable, at(paths.sender, lines.sender));
    }
    const auto is_primary = [](const auto& r) { return r.role == ReceiverRole::primary; };
    if (std::ranges::none_of(envelope.receivers, is_primary)) {
        findings.add(finding::receiver_missing, at(paths.receiver, 0));
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < envelope.receivers.size(); ++i) {
        const auto& [party, role] = envelope.receivers[i];
        const bool primary = role == ReceiverRole::primary;
        const auto where = at(primary ? paths.receiver : paths.copy, lines.receivers[i]);
        if (!primary && !party.her_id) {
            findings.add(finding::copy_her_missing, where);
        } else if (!routable(party)) {
            findings.add(finding::address_unroutable, where);
        } else if (!seen.insert(*party.her_id).second) {
            findings.add(finding::receiver_duplicate, where);
        }
    }
}

}  // namespace budstikke::adapters
