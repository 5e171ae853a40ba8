#include "broker/transport/ebxml/agreement/service_action.hpp"

#include <algorithm>
#include <array>

namespace budstikke::ebxml {
namespace {

constexpr std::string_view apprec = "APPREC";
constexpr std::string_view prefix = "S-";

constexpr std::array<std::string_view, 37> national{
    "EPIKRISE",
    "HENVISNING",
    "HENVISNING_NYTILSTAND",
    "HENVISNING_VIDERE",
    "TILBAKEMELD",
    "REQ_CYT",
    "REQ_HIST",
    "REQ_KKL",
    "REQ_MBIO",
    "REQ_LAB",
    "REQ_RTG",
    "SVAR_CYT",
    "SVAR_HIST",
    "SVAR_KKL",
    "SVAR_MBIO",
    "SVAR_LAB",
    "SVAR_RTG",
    "INNLEGGELSESRAPPORT",
    "UTSKRIVNINGSRAPPORT",
    "HELSEOPPL_SOKNAD",
    "HELSEOPPLYSNINGER_LEGE",
    "MEDISINSKE_OPPLYSNINGER",
    "ORIENTERING_TJENESTETILBUD",
    "LOG_INNLAGT",
    "LOG_UTSKRIVNINGSKLAR",
    "LOG_AVMELDING",
    "LOG_UTSKREVET",
    "LOG_DOD",
    "EPJ-EKSTRAKT",
    "DIALOG_FORESPORSEL",
    "DIALOG_SVAR",
    "DIALOG_NOTAT",
    "DIALOG_AVVIK",
    "DIALOG_HELSEFAGLIG",
    "DIALOG_STATUS_HENVISNING",
    // Not of HISD 1209: in use beside it (PLO 1.5, and archives).
    "FRAVARSMELDING",
    "DIALOG_TIL_ARKIVERING",
};

/// A service that has roles and answers of its own.
struct Exception {
    std::string_view action;
    std::string_view service;
    std::string_view from_role;
    std::string_view to_role;
    std::string_view answer;  ///< Action of the receipt
};

// clang-format off: a table is read by column.
constexpr std::array exceptions{
    Exception{"OppgjorsMelding",      "BehandlerKrav",    "Behandler", "KontrollUtbetaler", "Svarmelding"},
    Exception{"Oppgjorskrav",         "OppgjorsKontroll", "Utleverer", "KontrollUtbetaler", "Svarmelding"},
    Exception{"EgenandelForesporsel", "HarBorgerFrikort", "Behandler", "Frikortregister",   "Svar"},
};
// clang-format on

bool is_national(std::string_view action) {
    return std::ranges::find(national, action) != national.end() ||
           action.starts_with("DIALOG_INNBYGGER_");
}

}  // namespace

std::span<const std::string_view> national_actions() {
    return national;
}

std::optional<ServiceAction> service_action(std::string_view action) {
    if (is_national(action)) {
        const std::string name(action);
        return ServiceAction{
            .service = std::string(prefix) + name,
            .action = name,
            .from_role = name + "sender",
            .to_role = name + "receiver",
        };
    }
    const auto* const at = std::ranges::find(exceptions, action, &Exception::action);
    if (at == exceptions.end()) {
        return std::nullopt;
    }
    return ServiceAction{
        .service = std::string(at->service),
        .action = std::string(at->action),
        .from_role = std::string(at->from_role),
        .to_role = std::string(at->to_role),
    };
}

std::optional<ServiceAction> apprec_for(const ServiceAction& received) {
    // No AppRec to an AppRec (HITS 1168).
    if (received.action == apprec) {
        return std::nullopt;
    }
    const auto* const at = std::ranges::find(exceptions, received.action, &Exception::action);
    return ServiceAction{
        .service = received.service,
        .action = std::string(at == exceptions.end() ? apprec : at->answer),
        .from_role = received.to_role,
        .to_role = received.from_role,
    };
}

bool same_service(std::string_view left, std::string_view right) {
    left.remove_prefix(left.starts_with(prefix) ? prefix.size() : 0);
    right.remove_prefix(right.starts_with(prefix) ? prefix.size() : 0);
    return left == right;
}

}  // namespace budstikke::ebxml
