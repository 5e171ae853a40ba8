#include "broker/transport/ebxml/rules/schema_versions.hpp"

#include <algorithm>
#include <array>

namespace budstikke::ebxml {
namespace {

// clang-format off: a table is read by column.
constexpr std::array table{
    SchemaVersion{"http://www.kith.no/xmlstds/apprec/2004-11-21",     "1.0", "APPREC"},
    SchemaVersion{"http://www.kith.no/xmlstds/apprec/2012-02-15",     "1.1", "APPREC"},
    SchemaVersion{"http://www.kith.no/xmlstds/epikrise/2006-09-23",   "1.1", "EPIKRISE"},
    SchemaVersion{"http://www.kith.no/xmlstds/epikrise/2012-02-15",   "1.2", "EPIKRISE"},
    SchemaVersion{"http://www.kith.no/xmlstds/henvisning/2005-07-08", "1.0", "HENVISNING*"},
    SchemaVersion{"http://www.kith.no/xmlstds/henvisning/2012-02-15", "1.1", "HENVISNING*"},
    SchemaVersion{"http://ehelse.no/xmlstds/henvisning/2017-11-30",   "2.0", "HENVISNING*"},
    SchemaVersion{"http://www.kith.no/xmlstds/rekvisisjon/2008-12-01", "1.5", "REQ_*"},
    SchemaVersion{"http://www.kith.no/xmlstds/rekvisisjon/2012-02-15", "1.6", "REQ_*"},
    SchemaVersion{"http://www.kith.no/xmlstds/labsvar/2008-12-01",    "1.3", "SVAR_*"},
    SchemaVersion{"http://www.kith.no/xmlstds/labsvar/2012-02-15",    "1.4", "SVAR_*"},
    SchemaVersion{"http://www.kith.no/xmlstds/dialog/2006-10-11",     "1.0", "DIALOG_* EPJ-EKSTRAKT"},
    SchemaVersion{"http://www.kith.no/xmlstds/dialog/2013-01-23",     "1.1", "DIALOG_* EPJ-EKSTRAKT"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2009-06-30",       "1.5", "HELSEOPPL_SOKNAD"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/Innleggelsesrapport/2009-06-30",              "1.5", "INNLEGGELSESRAPPORT"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/Konsultasjon/2009-06-30",                     "1.5", "HELSEOPPLYSNINGER_LEGE"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/MeldingFravar/2009-06-30",                    "1.5", "FRAVARSMELDING"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2009-06-30",      "1.5", "ORIENTERING_TJENESTETILBUD"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/OverforingMedisinskeOpplysninger/2009-06-30", "1.5", "MEDISINSKE_OPPLYSNINGER"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/Pasientlogistikk/2009-06-30",                 "1.5", "LOG_*"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2009-06-30",              "1.5", "UTSKRIVNINGSRAPPORT"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/HelseopplysningerTilLege/2012-04-01",         "1.6", "HELSEOPPLYSNINGER_LEGE"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2012-04-01",       "1.6", "HELSEOPPL_SOKNAD"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/Innleggelsesrapport/2012-04-01",              "1.6", "INNLEGGELSESRAPPORT"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/MedisinskeOpplysninger/2012-04-01",           "1.6", "MEDISINSKE_OPPLYSNINGER"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2012-04-01",      "1.6", "ORIENTERING_TJENESTETILBUD"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01",                 "1.6", "LOG_*"},
    SchemaVersion{"http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2012-04-01",              "1.6", "UTSKRIVNINGSRAPPORT"},
    SchemaVersion{"http://ehelse.no/xmlstds/po/HelseopplysningerSaksbehandling/2016-05-30",    "2.0", ""},
    SchemaVersion{"http://ehelse.no/xmlstds/po/Pasientlogistikk/2016-05-30",                   "2.0", ""},
    SchemaVersion{"http://ehelse.no/xmlstds/po/Sammenfatning/2016-05-30",                      "2.0", ""},
    SchemaVersion{"http://www.kith.no/xmlstds/epj/EPJEkstrakt/2008-02-20",     "1.4", "EPJ-EKSTRAKT"},
    SchemaVersion{"http://www.kith.no/xmlstds/epj/EPJTilleggsinfo/2008-02-20", "1.4", "EPJ-EKSTRAKT"},
    SchemaVersion{"http://www.kith.no/xmlstds/bkm/2006-12-20",                 "",    "OppgjorsMelding*"},
    SchemaVersion{"http://www.kith.no/xmlstds/nav/egenandel/2010-02-01",       "1.0", "EgenandelForesporsel Svar Avvisning"},
    SchemaVersion{"http://www.kith.no/xmlstds/nav/egenandel/2016-06-10",       "2.0", "EgenandelForesporsel Svar Avvisning"},
    SchemaVersion{"http://www.kith.no/xmlstds/nav/egenandelmengde/2010-10-06", "1.0", "EgenandelForesporsel Svar Avvisning"},
    SchemaVersion{"http://www.kith.no/xmlstds/nav/egenandelmengde/2016-06-10", "2.0", "EgenandelForesporsel Svar Avvisning"},
};
// clang-format on

}  // namespace

std::span<const SchemaVersion> schema_versions() {
    return table;
}

const SchemaVersion* find_schema(std::string_view location) {
    const auto* const at = std::ranges::find(table, location, &SchemaVersion::location);
    return at == table.end() ? nullptr : at;
}

bool goes_with(const SchemaVersion& schema, std::string_view action) {
    auto rest = schema.actions;
    if (rest.empty()) {
        return true;
    }
    while (!rest.empty()) {
        auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        const bool any_end = word.ends_with('*');
        word.remove_suffix(any_end ? 1 : 0);
        if (any_end ? action.starts_with(word) : action == word) {
            return true;
        }
    }
    return false;
}

}  // namespace budstikke::ebxml
