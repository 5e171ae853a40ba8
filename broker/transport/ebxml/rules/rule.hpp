// The numbered rules of HITS 1172 ("Validering av ebXML-meldinger", 11/2019) as one table: what is
// required, what a receiver answers, and with which words. The numbers are the specification's and
// stable. A few rules of the specification have no number; what they ask is in the rule beside
// them.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "broker/message/finding.hpp"

namespace budstikke::ebxml {

/// What a receiver answers to a message that breaks the rule, from least to most.
enum class Response {
    log_only,  ///< nothing: it is only recorded (HITS 1172 5.5.1, and all that concerns signals)
    warning,   ///< MessageError of severity Warning: counts as received
    error,     ///< MessageError of severity Error
    fault,     ///< SOAP Fault: the message or its addresses cannot be read
};

/// What must be at hand to check the rule. Where it is not, the rule is reported as not checked.
enum class Needs {
    nothing,
    schemas,       ///< the official XML schemas
    parties,       ///< the directory's HER-ids
    addresses,     ///< the directory's mail addresses
    certificates,  ///< the directory's signing certificates
    agreements,    ///< the directory's agreements
    package,       ///< the MIME package, where only the envelope is given
    signed_parts,  ///< the payload parts that the signature refers to, likewise
    keys,          ///< the recipient's decryption keys
};

struct Rule {
    int id;
    std::string_view clause;  ///< of HITS 1172
    Response response;
    Severity severity;
    Needs needs;
    std::string_view error_code;  ///< of ebMS 4.2.3.4; empty where no MessageError follows
    std::string_view location;    ///< XPath with the prefixes SOAP, eb and ds, or a mail header
    std::string_view text_no;     ///< bokmål: what is required, and so what is wrong
    std::string_view text_en;
};

/// All rules, in the order of the specification.
std::span<const Rule> rules();

/// Nullptr where the specification has no such number.
const Rule* find_rule(int id);

/// `log_only`, `warning`, `error`, `fault`.
std::string_view name(Response response);

/// The two tests of the rule: that a correct message keeps it, that a broken one is reported.
std::array<std::string, 2> tests_of(const Rule& rule);

}  // namespace budstikke::ebxml
