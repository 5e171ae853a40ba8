// The printing of print.hpp.
#include "broker/tools/budstikke/print.hpp"

#include <algorithm>
#include <ostream>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <budstikke/v1/exchange.pb.h>
#include <google/protobuf/util/json_util.h>

#include "broker/base/clock.hpp"

namespace budstikke::tools {

std::string plain(std::string_view text) {
    std::string kept(text);
    std::ranges::replace_if(
        kept, [](char letter) { return (letter >= 0 && letter < ' ') || letter == 0x7F; }, '?'
    );
    return kept;
}

std::string to_json(const google::protobuf::Message& message) {
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    options.preserve_proto_field_names = true;
    std::string text;
    const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
    return status.ok() ? text : std::string("{}");
}

std::string to_json_line(
    std::string_view file, std::string_view key, const google::protobuf::Message& message
) {
    std::string line = "{\"file\":" + boost::json::serialize(boost::json::string(file));
    line += ",\"";
    line += key;
    line += "\":" + to_json(message) + "}";
    return line;
}

std::string time_text(std::int64_t milliseconds) {
    return milliseconds == 0 ? std::string("-")
                             : to_rfc3339(Timestamp(std::chrono::milliseconds(milliseconds)));
}

void print_finding(const v1::Finding& finding, std::string_view indent, const Terminal& terminal) {
    const auto severity = [&] {
        switch (finding.severity()) {
            case v1::Finding::INFO:
                return terminal.say("opplysning", "info");
            case v1::Finding::WARNING:
                return terminal.say("advarsel", "warning");
            default:
                return terminal.say("feil", "error");
        }
    };
    terminal.out << indent << severity() << ' ' << plain(finding.code());
    if (!finding.apprec_code().empty()) {
        terminal.out << " (" << plain(finding.apprec_code()) << ')';
    }
    if (finding.line() != 0) {
        terminal.out << ' ' << terminal.say("linje", "line") << ' ' << finding.line();
    }
    if (!finding.path().empty()) {
        terminal.out << ' ' << plain(finding.path());
    }
    terminal.out << ": " << plain(terminal.say(finding.text_no(), finding.text_en())) << '\n';
}

void print_recipient(const v1::RecipientVerdict& verdict, const Terminal& terminal) {
    terminal.out << "  " << plain(verdict.her_id());
    if (verdict.copy()) {
        terminal.out << ' ' << terminal.say("(kopi)", "(copy)");
    }
    terminal.out << ": "
                 << (verdict.accepted() ? terminal.say("tatt imot", "accepted")
                                        : terminal.say("avvist", "refused"));
    if (!verdict.redirected_to().empty()) {
        terminal.out << ", " << terminal.say("går til", "goes to") << ' '
                     << plain(verdict.redirected_to());
    }
    terminal.out << '\n';
    for (const v1::Finding& finding : verdict.findings()) {
        print_finding(finding, "    ", terminal);
    }
}

namespace {

std::string_view in_norwegian(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "ugyldig verdi";
        case Errc::malformed:
            return "kan ikke leses";
        case Errc::limit_exceeded:
            return "over en grense";
        case Errc::not_found:
            return "finnes ikke";
        case Errc::conflict:
            return "i strid med det som er lagret";
        case Errc::denied:
            return "ikke tillatt";
        case Errc::unauthenticated:
            return "ukjent eller ugyldig identitet";
        case Errc::unavailable:
            return "ikke tilgjengelig nå";
        case Errc::corrupt:
            return "skadede data";
        case Errc::io:
            return "feil ved lesing eller skriving";
        case Errc::internal:
            return "intern feil";
    }
    return "feil";
}

}  // namespace

int print_error(const Error& error, const Terminal& terminal) {
    const std::string said = std::string(name(error.code)) + ": " + plain(error.detail);
    terminal.err << "budstikke: "
                 << (terminal.tongue == Tongue::norwegian
                         ? std::string(in_norwegian(error.code)) + " (" + said + ')'
                         : said)
                 << '\n';
    return error.code == Errc::unavailable ? exit_no_connection : exit_refused;
}

}  // namespace budstikke::tools
