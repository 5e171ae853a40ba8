// StatusRequest, MayISend and Withdraw of one session. Promises an answer or a Problem to each, and
// that reads of the store do not hold up the other connections of the thread.
#pragma once

#include <cstdint>

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

    bool blocked() const { return pending_ >= session_.parts.limits.queries_pending_max; }
    bool pending() const { return pending_ > 0; }

 private:
    SessionContext& session_;
    std::uint32_t pending_ = 0;
};

}  // namespace budstikke::transport
