// StatusRequest, MayISend and Withdraw of one session. Promises an answer or a Problem to each,
// that reads of the store do not hold up the other connections of the thread, that no status is
// read while the peer does not take what it was answered, and an event for what is refused.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "broker/transport/exchange/session_context.hpp"

namespace budstikke::v1 {
class MayISend;
class StatusRequest;
class Withdraw;
}  // namespace budstikke::v1

namespace budstikke::transport {

class Queries {
 public:
    explicit Queries(SessionContext& session) : session_(session) {}

    void status(const v1::StatusRequest& from);
    void may_i_send(const v1::MayISend& from);
    void withdraw(v1::Withdraw& from);

    /// Reads on where there is room for more.
    void pump();

    bool blocked() const { return pending_ >= session_.parts.limits.queries_pending_max; }
    bool pending() const { return pending_ > 0; }

 private:
    struct Asked {
        std::uint64_t request = 0;
        pipeline::MessageRef ref;
    };

    void read(Asked asked);
    /// A message that is not theirs to know of is answered like one that does not exist.
    void refuse(
        std::string_view action, std::uint64_t request, const std::optional<HerId>& sender,
        const Error& error
    );

    SessionContext& session_;
    std::deque<Asked> asked_;  ///< not read yet
    std::uint32_t reading_ = 0;
    std::uint32_t pending_ = 0;  ///< everything that is not answered
};

}  // namespace budstikke::transport
