// Any bytes as an ebXML message, with the rules and the writer behind the reader. Beyond the
// absence of a crash: the verdict agrees with itself, and a signal written for the message reads
// back.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/message/writer.hpp"
#include "broker/transport/ebxml/rules/validate.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke;

using budstikke::fuzz::must;

void check_verdict(const ebxml::Message& message, ebxml::Transport transport) {
    const auto verdict = ebxml::validate({
        .message = message,
        .transport = transport,
        .signature = {},
        .opened = std::nullopt,
    });
    must(verdict.violations.size() <= limits::ebms_violations_max);
    must(std::ranges::is_sorted(verdict.violations, {}, &ebxml::Violation::rule));
    for (const auto& violation : verdict.violations) {
        must(!violation.location.empty());
    }
    // Without a valid signature nothing is acknowledged; what is no ebXML gets a Fault, and a mail
    // server's report, which is not judged, gets no answer.
    must(verdict.answer != ebxml::Answer::acknowledgment);
    const bool is_unjudged = verdict.answer == ebxml::Answer::none && verdict.violations.empty();
    must(message.envelope || verdict.answer == ebxml::Answer::fault || is_unjudged);
}

void check_signal(const ebxml::Envelope& received) {
    auto header = ebxml::signal_header(received, ebxml::Kind::error);
    header.message_id = "1@fuzz";
    const auto text = ebxml::write_error(header, {}).with("");
    const auto again = ebxml::read_message(text);
    must(again && again->envelope);
    must(again->envelope->from.ids.size() == received.to.ids.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto message = ebxml::read_message(bytes);
    if (!message) {
        return 0;
    }
    check_verdict(*message, ebxml::Transport::mail);
    if (message->envelope) {
        const auto& envelope = *message->envelope;
        must(envelope.manifest.size() <= limits::ebms_references_max);
        check_signal(envelope);
        if (const auto time = ebxml::parse_date_time(envelope.timestamp)) {
            must(ebxml::parse_date_time(ebxml::to_date_time(*time)).has_value());
        }
    }
    return 0;
}
