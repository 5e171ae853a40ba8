// What a session does with each frame: the greeting, and who of its areas gets which kind.
#include <algorithm>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"
#include "broker/transport/exchange/session.hpp"

namespace budstikke::transport {

namespace {

constexpr std::uint32_t protocol_version = 1;

/// What a client calls itself ends up in logs: printable ASCII only.
std::string printable(std::string_view text) {
    std::string kept(text);
    std::ranges::replace_if(kept, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return kept;
}

void write_limits(const ExchangeLimits& limits, v1::Welcome& to) {
    to.set_frame_bytes_max(limits::frame_bytes_max);
    to.set_chunk_bytes_max(limits::chunk_bytes_max);
    to.set_payload_bytes_max(limits.payload_bytes_max);
    to.set_submissions_pending_max(limits.submissions_pending_max);
    to.set_credit_max(limits.credit_max);
    to.set_credit_per_connection_max(limits.credit_per_connection_max);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(limits.idle_time_max);
    to.set_idle_seconds_max(static_cast<std::uint32_t>(seconds.count()));
}

}  // namespace

void Session::handle(std::string_view body) {
    v1::Frame frame;
    if (!parse_frame(body, frame)) {
        end(GoAwayReason::protocol_error, "a frame could not be read");
        return;
    }
    last_frame_ = parts_.clock.steady_now();
    if (phase_ == Phase::hello) {
        if (frame.has_hello()) {
            hello(frame.hello());
        } else if (frame.has_go_away()) {
            leave_by_request();
        } else {
            end(GoAwayReason::protocol_error, "the first frame must be Hello");
        }
        return;
    }
    switch (frame.kind_case()) {
        case v1::Frame::kPing: {
            v1::Frame answer;
            answer.mutable_pong()->set_number(frame.ping().number());
            outbox_.send(answer);
            return;
        }
        case v1::Frame::kPong:
            return;
        case v1::Frame::kGoAway:
            leave_by_request();
            return;
        default:
            break;
    }
    if (!handle_work(frame)) {
        v1::Frame answer;
        answer.mutable_problem()->set_code("unknown_frame");
        answer.mutable_problem()->set_text("a client does not send this kind of frame");
        outbox_.send(answer);
    }
}

bool Session::handle_work(v1::Frame& frame) {
    switch (frame.kind_case()) {
        case v1::Frame::kSubmit:
            submissions_.submit(*frame.mutable_submit(), false);
            break;
        case v1::Frame::kCheck:
            submissions_.submit(*frame.mutable_check()->mutable_submit(), true);
            break;
        case v1::Frame::kChunk:
            submissions_.chunk(*frame.mutable_chunk());
            break;
        case v1::Frame::kWithdraw:
            queries_.withdraw(*frame.mutable_withdraw());
            break;
        case v1::Frame::kSubscribe:
            deliveries_.subscribe(frame.subscribe());
            break;
        case v1::Frame::kCredit:
            deliveries_.credit(frame.credit());
            break;
        case v1::Frame::kUnsubscribe:
            deliveries_.unsubscribe(frame.unsubscribe());
            break;
        case v1::Frame::kSettle:
            deliveries_.settle(*frame.mutable_settle());
            break;
        case v1::Frame::kStatusRequest:
            queries_.status(frame.status_request());
            break;
        case v1::Frame::kFollow:
            follows_.follow(frame.follow());
            break;
        case v1::Frame::kMayISend:
            queries_.may_i_send(frame.may_i_send());
            break;
        default:
            return false;
    }
    return true;
}

void Session::hello(const v1::Hello& hello) {
    if (hello.version() != protocol_version) {
        context_.warn("hello_refused_version", {});
        end(GoAwayReason::unsupported_version, "this broker speaks version 1");
        return;
    }
    if (hello.software().size() > limits::software_bytes_max) {
        context_.warn("hello_refused_software", {});
        end(GoAwayReason::limit_exceeded,
            "software is longer than " + std::to_string(limits::software_bytes_max) + " bytes");
        return;
    }
    software_ = printable(hello.software());
    v1::Frame frame;
    v1::Welcome& welcome = *frame.mutable_welcome();
    welcome.set_version(protocol_version);
    welcome.set_software(parts_.software);
    welcome.set_organisation(context_.organisation);
    write_limits(parts_.limits, welcome);
    const auto directory = parts_.broker.directory();
    const auto* organisation = directory->organisation(context_.organisation);
    if (organisation != nullptr) {
        for (const HerId& her_id : organisation->acts_for) {
            welcome.add_acts_for(her_id.text());
        }
    }
    outbox_.send(frame);
    decoder_.set_limit(limits::frame_bytes_max);
    phase_ = Phase::serving;
    parts_.events.write(
        EventLevel::info, "session_opened",
        {{"organisation", context_.organisation},
         {"address", context_.address},
         {"software", software_},
         {"tls", stream_.version()},
         {"resumed", stream_.resumed() ? "yes" : "no"}}
    );
}

void Session::leave_by_request() {
    why_ = "closed_by_peer";
    peer_leaves_ = true;
    deliveries_.end_subscriptions();
    ending_ = true;
}

void Session::say_goodbye() {
    if (peer_leaves_) {
        v1::Frame frame;
        write(GoAwayReason::closing, {}, *frame.mutable_go_away());
        outbox_.send(frame);
    }
}

}  // namespace budstikke::transport
