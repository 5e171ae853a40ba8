#include "adapters/shared/types.hpp"

#include <algorithm>
#include <array>

namespace budstikke::adapters {
namespace {

// clang-format off: a table is read by column.
constexpr std::array standards{
    // namespace                                                              standard         version  AppRec
    Standard{"http://www.kith.no/xmlstds/apprec/2004-11-21",                  "apprec",        "1.0", ""},
    Standard{"http://www.kith.no/xmlstds/apprec/2012-02-15",                  "apprec",        "1.1", ""},
    Standard{"http://www.kith.no/xmlstds/epikrise/2006-09-23",                "epikrise",      "1.1", "1.0"},
    Standard{"http://www.kith.no/xmlstds/epikrise/2012-02-15",                "epikrise",      "1.2", "1.1"},
    Standard{"http://www.kith.no/xmlstds/henvisning/2005-07-08",              "henvisning",    "1.0", "1.0"},
    Standard{"http://www.kith.no/xmlstds/henvisning/2012-02-15",              "henvisning",    "1.1", "1.1"},
    Standard{"http://ehelse.no/xmlstds/henvisning/2017-11-30",                "henvisning",    "2.0", "1.1"},
    Standard{"http://www.kith.no/xmlstds/rekvisisjon/2008-12-01",             "rekvisisjon",   "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/rekvisisjon/2012-02-15",             "rekvisisjon",   "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/labsvar/2008-12-01",                 "labsvar",       "1.3", "1.0"},
    Standard{"http://www.kith.no/xmlstds/labsvar/2012-02-15",                 "labsvar",       "1.4", "1.1"},
    Standard{"http://www.kith.no/xmlstds/dialog/2006-10-11",                  "dialogmelding", "1.0", "1.0"},
    Standard{"http://www.kith.no/xmlstds/dialog/2013-01-23",                  "dialogmelding", "1.1", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2009-06-30",       "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/Innleggelsesrapport/2009-06-30",              "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/Konsultasjon/2009-06-30",                     "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/MeldingFravar/2009-06-30",                    "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2009-06-30",      "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/OverforingMedisinskeOpplysninger/2009-06-30", "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/Pasientlogistikk/2009-06-30",                 "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2009-06-30",              "plo", "1.5", "1.0"},
    Standard{"http://www.kith.no/xmlstds/po/HelseopplysningerTilLege/2012-04-01",         "plo", "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2012-04-01",       "plo", "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/Innleggelsesrapport/2012-04-01",              "plo", "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/MedisinskeOpplysninger/2012-04-01",           "plo", "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2012-04-01",      "plo", "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01",                 "plo", "1.6", "1.1"},
    Standard{"http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2012-04-01",              "plo", "1.6", "1.1"},
    Standard{"http://ehelse.no/xmlstds/po/HelseopplysningerSaksbehandling/2016-05-30",    "plo", "2.0", ""},
    Standard{"http://ehelse.no/xmlstds/po/Pasientlogistikk/2016-05-30",                   "plo", "2.0", ""},
    Standard{"http://ehelse.no/xmlstds/po/Sammenfatning/2016-05-30",                      "plo", "2.0", ""},
    Standard{"http://www.kith.no/xmlstds/epj/EPJEkstrakt/2008-02-20",         "epj-ekstrakt",  "1.4", "1.0"},
    Standard{"http://www.kith.no/xmlstds/epj/EPJTilleggsinfo/2008-02-20",     "epj-ekstrakt",  "1.4", "1.0"},
    Standard{"http://www.kith.no/xmlstds/epj/epj1/2008-02-20",                "epj-ekstrakt",  "1.4", "1.0"},
    Standard{"http://www.kith.no/xmlstds/epj/epj2/2008-02-20",                "epj-ekstrakt",  "1.4", "1.0"},
    Standard{"http://www.kith.no/xmlstds/epj/epj3/2008-02-20",                "epj-ekstrakt",  "1.4", "1.0"},
    Standard{"http://www.kith.no/xmlstds/bkm/2006-12-20",                     "behandlerkrav", "",    "1.0"},
    Standard{"http://www.kith.no/xmlstds/nav/egenandel/2010-02-01",           "egenandel",     "1.0", "1.0"},
    Standard{"http://www.kith.no/xmlstds/nav/egenandel/2016-06-10",           "egenandel",     "2.0", "1.0"},
    Standard{"http://www.kith.no/xmlstds/nav/egenandelmengde/2010-10-06",     "egenandel",     "1.0", "1.0"},
    Standard{"http://www.kith.no/xmlstds/nav/egenandelmengde/2016-06-10",     "egenandel",     "2.0", "1.0"},
};

/// A type of MsgInfo, and the standards that its content may follow.
struct TypeRow {
    std::string_view type;
    std::string_view standard;
    std::string_view other_standard = {};
    std::string_view action = {};  ///< where it is not the type itself
};

constexpr std::array types{
    TypeRow{"DIALOG_FORESPORSEL",         "dialogmelding"},
    TypeRow{"DIALOG_SVAR",                "dialogmelding"},
    TypeRow{"DIALOG_NOTAT",               "dialogmelding"},
    TypeRow{"DIALOG_AVVIK",               "dialogmelding"},
    TypeRow{"DIALOG_HELSEFAGLIG",         "dialogmelding"},
    TypeRow{"DIALOG_STATUS_HENVISNING",   "dialogmelding"},
    TypeRow{"DIALOG_TIL_ARKIVERING",      "dialogmelding"},
    TypeRow{"DIALOG_OVERFORING_JOURNAL",  "dialogmelding"},
    TypeRow{"HENVISNING",                 "henvisning"},
    TypeRow{"HENVISNING_NYTILSTAND",      "henvisning"},
    TypeRow{"HENVISNING_VIDERE",          "henvisning"},
    TypeRow{"INNLEGGELSESRAPPORT",        "plo"},
    TypeRow{"UTSKRIVNINGSRAPPORT",        "plo"},
    TypeRow{"HELSEOPPL_SOKNAD",           "plo"},
    TypeRow{"HELSEOPPLYSNINGER_LEGE",     "plo"},
    TypeRow{"MEDISINSKE_OPPLYSNINGER",    "plo"},
    TypeRow{"ORIENTERING_TJENESTETILBUD", "plo"},
    TypeRow{"FRAVARSMELDING",             "plo"},
    TypeRow{"LOG_INNLAGT",                "plo"},
    TypeRow{"LOG_UTSKRIVNINGSKLAR",       "plo"},
    TypeRow{"LOG_AVMELDING",              "plo"},
    TypeRow{"LOG_UTSKREVET",              "plo"},
    TypeRow{"LOG_DOD",                    "plo"},
    // The request for a record is a dialogue message in front of the extract.
    TypeRow{"EPJ-EKSTRAKT",               "epj-ekstrakt", "dialogmelding"},
    TypeRow{"LOM",                        "behandlerkrav", "", "OppgjorsMelding"},
    TypeRow{"EgenandelForesporsel",       "egenandel"},
    TypeRow{"EgenandelForesporselV2",     "egenandel", "", "EgenandelForesporsel"},
    TypeRow{"EgenandelMengdeForesporsel",   "egenandel", "", "EgenandelForesporsel"},
    TypeRow{"EgenandelMengdeForesporselV2", "egenandel", "", "EgenandelForesporsel"},
    TypeRow{"EgenandelSvar",              "egenandel", "", "Svar"},
    TypeRow{"EgenandelSvarV2",            "egenandel", "", "Svar"},
    TypeRow{"EgenandelMengdeSvar",        "egenandel", "", "Svar"},
    TypeRow{"EgenandelMengdeSvarV2",      "egenandel", "", "Svar"},
};

/// MsgDescr (codesystem 8202) of Rekvisisjon 1.5 and Svarrapport 1.3.
struct DescriptionRow {
    std::string_view description;
    std::string_view request;
    std::string_view answer;
};

constexpr std::array descriptions{
    DescriptionRow{"LAB",  "REQ_LAB",  "SVAR_LAB"},
    DescriptionRow{"CLIN", "REQ_KKL",  "SVAR_KKL"},
    DescriptionRow{"MBIO", "REQ_MBIO", "SVAR_MBIO"},
    DescriptionRow{"CYTO", "REQ_CYT",  "SVAR_CYT"},
    DescriptionRow{"HIST", "REQ_HIST", "SVAR_HIST"},
    DescriptionRow{"RTG",  "REQ_RTG",  "SVAR_RTG"},
    DescriptionRow{"CT",   "REQ_RTG",  "SVAR_RTG"},
    DescriptionRow{"MR",   "REQ_RTG",  "SVAR_RTG"},
    DescriptionRow{"UL",   "REQ_RTG",  "SVAR_RTG"},
    DescriptionRow{"MA",   "REQ_RTG",  "SVAR_RTG"},
    DescriptionRow{"SCI",  "REQ_RTG",  "SVAR_RTG"},
};

constexpr std::array<std::string_view, 6> requests{
    "REQ_LAB", "REQ_MBIO", "REQ_CYT", "REQ_HIST", "REQ_RTG", "REQ_KKL"};
constexpr std::array<std::string_view, 6> answers{
    "SVAR_LAB", "SVAR_MBIO", "SVAR_CYT", "SVAR_HIST", "SVAR_RTG", "SVAR_KKL"};
// clang-format on

/// The constant of the table, since `type` lives no longer than the message.
std::string_view same_of(const std::array<std::string_view, 6>& known, std::string_view type) {
    const auto* const at = std::ranges::find(known, type);
    return at == known.end() ? std::string_view{} : *at;
}

}  // namespace

const Standard* find_standard(std::string_view xml_namespace) {
    const auto* const at = std::ranges::find(standards, xml_namespace, &Standard::xml_namespace);
    return at == standards.end() ? nullptr : at;
}

TypeMeaning msghead_action(
    std::string_view type, std::string_view standard, std::string_view version
) {
    // Towards Helsenorge the types are many and still growing; all follow the rule of HISD 1209.
    if (type.starts_with("DIALOG_INNBYGGER_")) {
        return {.action = type, .mismatch = !standard.empty() && standard != "dialogmelding"};
    }
    const auto* const row = std::ranges::find(types, type, &TypeRow::type);
    if (row == types.end()) {
        // Every settlement message has its own code of 8279 and one and the same Action.
        if (standard == "behandlerkrav" && !type.empty()) {
            return {.action = "OppgjorsMelding", .mismatch = false};
        }
        // PLO 2.0 was piloted before its types had codes: there the code stands for itself.
        const bool pilot = standard == "plo" && version == "2.0";
        return {.action = pilot ? type : std::string_view{}, .mismatch = false};
    }
    return {
        .action = row->action.empty() ? row->type : row->action,
        .mismatch =
            !standard.empty() && standard != row->standard && standard != row->other_standard,
    };
}

std::string_view hcp_action(
    std::string_view standard, std::string_view type, std::string_view description
) {
    if (standard == "epikrise") {
        return type.empty() || type == "E" || type == "EPIKRISE" ? "EPIKRISE" : "";
    }
    if (standard == "henvisning") {
        return type.empty() || type == "H" || type == "HENVISNING" ? "HENVISNING" : "";
    }
    const bool request = standard == "rekvisisjon";
    if (const auto same = same_of(request ? requests : answers, type); !same.empty()) {
        return same;
    }
    const auto* const row =
        std::ranges::find(descriptions, description, &DescriptionRow::description);
    if (row == descriptions.end() || type != (request ? "R" : "S")) {
        return {};
    }
    return request ? row->request : row->answer;
}

}  // namespace budstikke::adapters
