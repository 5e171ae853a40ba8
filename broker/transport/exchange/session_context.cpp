// The small services of session_context.hpp.
#include "broker/transport/exchange/session_context.hpp"

#include <algorithm>

#include <budstikke/v1/exchange.pb.h>

#include "broker/message/finding_catalogue.hpp"

namespace budstikke::transport {

void SessionContext::problem(std::uint64_t request, const Error& error) const {
    v1::Frame frame;
    write(error, request, *frame.mutable_problem());
    outbox.send(frame);
}

void SessionContext::warn(std::string_view event_id, std::string_view her_id) const {
    // Only digits: a peer may have put anything where a HER-id belongs.
    const bool is_her_id = HerId::parse(her_id).has_value();
    parts.events.write(
        EventLevel::warning, event_id,
        {{"organisation", organisation},
         {"address", address},
         {"her_id", is_her_id ? her_id : std::string_view("invalid")}}
    );
}

bool says_sender_not_allowed(const Findings& findings) {
    return std::ranges::any_of(findings, [](const Finding& found) {
        return found.spec == &finding::sender_not_allowed;
    });
}

}  // namespace budstikke::transport
