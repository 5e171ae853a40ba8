// What a party accepts.
#include <algorithm>

#include "broker/directory/resolve.hpp"

namespace budstikke::directory {
namespace {

constexpr std::string_view any_type = "*";
constexpr std::string_view apprec_action = "APPREC";

bool lists(const std::vector<std::string>& words, std::string_view word) {
    return words.empty() || std::ranges::find(words, word) != words.end();
}

}  // namespace

std::expected<ValidationLevel, AgreementRefusal> agreement(
    const Party& party, std::string_view action, std::string_view version, std::string_view format
) {
    const auto names = [&](std::string_view type) {
        return std::ranges::find(party.accepts, type, &Acceptance::type) != party.accepts.end();
    };
    const bool named = names(action);
    if (party.accepts.empty() || (!named && action == apprec_action)) {
        return party.validation;
    }
    const std::string_view type = named ? action : any_type;
    if (!named && !names(any_type)) {
        return std::unexpected(AgreementRefusal::type);
    }
    auto refusal = AgreementRefusal::version;
    for (const auto& row : party.accepts) {
        if (row.type != type || !lists(row.versions, version)) {
            continue;
        }
        if (lists(row.formats, format)) {
            return row.validation.value_or(party.validation);
        }
        refusal = AgreementRefusal::format;
    }
    return std::unexpected(refusal);
}

std::string_view name(AgreementRefusal refusal) {
    switch (refusal) {
        case AgreementRefusal::type:
            return "type";
        case AgreementRefusal::version:
            return "version";
        case AgreementRefusal::format:
            return "format";
    }
    return "type";
}

}  // namespace budstikke::directory
