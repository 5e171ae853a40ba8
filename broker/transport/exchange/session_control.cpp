// What happens to a session from outside: deadlines, sweeps, drain and stop, and how it is ended.
#include <budstikke/v1/exchange.pb.h>

#include "broker/transport/exchange/session.hpp"
#include "broker/transport/exchange/welcome.hpp"

namespace budstikke::transport {

void Session::end(GoAwayReason reason, std::string_view text) {
    if (ending_) {
        return;
    }
    why_ = name(reason);
    v1::Frame frame;
    write(reason, text, *frame.mutable_go_away());
    outbox_.send(frame);
    // What the broker still answers to this peer does not follow the goodbye.
    outbox_.close();
    queries_.pump();
    ending_ = true;
    stream_.wake();
    wake_.notify();
}

void Session::tick(SteadyTime now) {
    if (outbox_.stalled(now, parts_.limits.write_time_max)) {
        context_.warn("session_write_stalled", {});
        why_ = "write_stalled";
        ending_ = true;
        stream_.abort();
        wake_.notify();
        return;
    }
    if (!traffic_) {
        outbox_.trim();
    }
    traffic_ = false;
    if (phase_ == Phase::serving && !ending_) {
        // Other connections of the organisation may have made room, which nobody told this one.
        offer_more();
    }
    check_deadlines(now);
}

void Session::check_deadlines(SteadyTime now) {
    const ExchangeLimits& limits = parts_.limits;
    switch (phase_) {
        case Phase::closing:
            if (now - since_ > limits.closing_time_max) {
                stream_.abort();
            }
            return;
        case Phase::hello:
            if (now - since_ > limits.hello_time_max) {
                end(GoAwayReason::timeout, "no Hello in time");
            }
            return;
        case Phase::serving:
            break;
    }
    if (ending_ || (waiting_for_room_ && !outbox_.full())) {
        return;
    }
    if (submissions_.overdue(now)) {
        end(GoAwayReason::timeout, "a payload came too slowly");
    } else if (waiting_for_room_) {
        return;
    } else if (frame_since_ && now - *frame_since_ > limits.frame_time_max) {
        end(GoAwayReason::timeout, "a frame took too long");
    } else if (now - last_frame_ > limits.idle_time_max) {
        end(GoAwayReason::idle, "no frame for too long; send Ping before");
    }
}

void Session::sweep(const crypto::TlsServerContext& tls) {
    if (ending_ || phase_ == Phase::closing) {
        return;
    }
    const crypto::TlsFault fault = tls.recheck(stream_.peer());
    if (fault != crypto::TlsFault::none) {
        parts_.events.write(
            EventLevel::warning, "session_ended_certificate",
            {{"organisation", context_.organisation},
             {"address", context_.address},
             {"fault", crypto::name(fault)}}
        );
        end(GoAwayReason::revoked, "the certificate is no longer accepted");
        return;
    }
    if (const auto unwelcome = judge(parts_.broker, stream_.peer(), parts_.clock.now())) {
        context_.warn(unwelcome->event_id, {});
        end(unwelcome->reason, unwelcome->text);
    }
}

void Session::drain() {
    if (phase_ != Phase::serving || ending_) {
        end(GoAwayReason::draining, "the broker is being stopped");
        return;
    }
    v1::Frame frame;
    write(
        GoAwayReason::draining, "the broker is being stopped: finish and reconnect later",
        *frame.mutable_go_away()
    );
    outbox_.send(frame);
    deliveries_.end_subscriptions();
}

void Session::stop() {
    end(GoAwayReason::draining, "the broker is being stopped");
}

std::optional<SessionFacts> Session::facts() const {
    if (phase_ != Phase::serving) {
        return std::nullopt;
    }
    return SessionFacts{
        .organisation = context_.organisation,
        .address = context_.address,
        .software = software_,
        .since = connected_at_,
        .submissions = context_.submissions,
        .deliveries = context_.deliveries,
    };
}

}  // namespace budstikke::transport
