// Collects what the checks find, and the groups of checks. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/transport/ebxml/rules/validate.hpp"

namespace budstikke::ebxml {

class Report {
 public:
    /// The rule of that number is broken, at the place that the table names or at `where`.
    void broken(int rule, std::string where = {});
    /// It is broken in a way that is seen in practice and read.
    void tolerated(int rule, std::string where = {});
    /// It is broken in a way that is answered with more, error or fault, than the rule asks for.
    void refused(int rule, Response response, std::string where = {});
    /// It is broken, and the message was read all the same: only noted (HITS 1172 5.15).
    void noted(int rule, std::string where = {});
    /// The rule is broken unless `kept`.
    void expect(bool kept, int rule, std::string where = {}) {
        if (!kept) {
            broken(rule, std::move(where));
        }
    }

    /// Nothing more is kept: what else is broken need not be looked for.
    bool is_full() const;

    /// In the order of the specification.
    std::vector<Violation> take() &&;

 private:
    /// One place breaks a rule once.
    void add(int rule, Violation violation);
    std::vector<Violation> violations_;
};

// Each group looks at its own section of the specification.
void check_mail_header(const Subject& subject, Report& report);  // 5.5.1
void check_mime(const Subject& subject, Report& report);         // 5.5.2, 5.15
/// 5.6, 5.7. False where the rest is not to be judged: it is no ebXML.
bool check_xml(const Subject& subject, Report& report);
void check_message_header(const Subject& subject, Report& report);  // 5.8
void check_register(const Subject& subject, Report& report);        // 5.9
void check_signature(const Subject& subject, Report& report);       // 5.10
void check_kind(const Subject& subject, Report& report);            // 5.12, 5.13, 5.14
void check_monitoring(const Subject& subject, Report& report);      // 5.14.4

/// The charset that a part's Content-Type names; empty where it names none.
std::string_view charset_of(const Part& part);
/// `utf8` too, which is no registered name but SEEN.
bool is_utf8_charset(std::string_view charset);

/// The header block `eb:MessageHeader`, nullptr where there is none.
const xml::Element* message_header_of(const Message& message);
/// SOAP:Header and SOAP:Body, nullptr where there is none.
const xml::Element* soap_header_of(const Message& message);
const xml::Element* soap_body_of(const Message& message);

/// `/SOAP:Envelope/SOAP:Header/*[2]`: a child of `parent`, whatever its sender called it.
std::string place_of(std::string_view parent_path, const xml::Element& parent, std::size_t child);

/// UUID, or `id@host` of RFC 2822 (rules 102, 108, 122).
bool is_message_id(std::string_view text);

}  // namespace budstikke::ebxml
