// Checks a message against the rules of HITS 1172, all of them, as a validator does (4.2), and says
// what a message service would answer. The same input gives the same result (4.2.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/transport/ebxml/rules/rule.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml {

struct Violation {
    const Rule* rule = nullptr;
    std::string location;  ///< quotes nothing of the message
    /// A variant that is seen in practice and read: a warning, whatever the rule asks.
    bool tolerated = false;
    /// Broken in a way that is answered otherwise than the rule asks for (HITS 1171 8.4, HITS 1172
    /// 4.2.2.3, 5.15).
    std::optional<Response> instead = std::nullopt;

    Severity severity() const {
        return tolerated ? Severity::warning : instead ? Severity::error : rule->severity;
    }
    Response response() const {
        return tolerated ? Response::log_only : instead.value_or(rule->response);
    }
};

/// What a receiver answers to the whole message (4.2.2). Signals are never answered but with a
/// Fault, a Fault with nothing.
enum class Answer { none, acknowledgment, warning, error, fault };

std::string_view name(Answer answer);

struct Verdict {
    std::vector<Violation> violations;     ///< in the order of the specification
    std::vector<const Rule*> not_checked;  ///< what they need was not given
    Answer answer = Answer::none;

    bool has_error() const;
};

/// At most limits::ebms_violations_max violations.
Verdict validate(const Subject& subject);

/// True for a payload that NAV's services send in clear text over HTTP (facts, section 6).
bool is_clear_service(const Envelope& envelope);

/// The verdict on bytes that could not be taken apart at all: read_message failed, and said why.
/// `known` and `validated` as in Subject.
Verdict unreadable(std::string_view why, const Register* known = nullptr, bool validated = false);

}  // namespace budstikke::ebxml
