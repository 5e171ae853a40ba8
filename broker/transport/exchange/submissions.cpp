// The submissions of submissions.hpp.
#include "broker/transport/exchange/submissions.hpp"

#include <algorithm>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::transport {

namespace {

using pipeline::FlightBudget;

/// So much of a large frame must be here before it is judged: enough for what stands in front of
/// the payload, little enough to come uncounted.
constexpr std::size_t head_bytes_min = 4096;

}  // namespace

void Submissions::submit(v1::Submit& from, bool is_check) {
    if (assembly_ || skipped_) {
        session_.end(
            GoAwayReason::protocol_error, "a payload is not complete before the next begins"
        );
        return;
    }
    std::string& first = *from.mutable_payload();
    if (first.size() > from.size() || first.size() > limits::chunk_bytes_max) {
        session_.end(GoAwayReason::protocol_error, "the payload is longer than declared");
        return;
    }
    ++session_.submissions;
    if (from.size() > session_.parts.limits.payload_bytes_max) {
        refuse_too_large(from.submission(), from.size() - first.size());
        return;
    }
    Assembly& assembly = assembly_.emplace(Assembly{
        .number = from.submission(),
        .is_check = is_check,
        .submission = read_submission(from, session_.organisation),
        .bytes = std::move(first),
        .size = from.size(),
        .room = {},
    });
    const auto needed = std::max<std::size_t>(from.size(), FlightBudget::submission_bytes_min);
    if (announced_bytes_ == 0) {
        reserve(needed);
        return;
    }
    if (announced_bytes_ < needed) {
        assembly_.reset();
        session_.end(GoAwayReason::protocol_error, "size must stand in front of a large payload");
        return;
    }
    announced_bytes_ = 0;
    assembly.room = std::move(announced_);
    go_on();
}

void Submissions::refuse_too_large(std::uint64_t number, std::uint64_t left) {
    pipeline::Receipt receipt;
    receipt.findings.push_back({.spec = &finding::payload_too_large, .location = {}});
    v1::Frame frame;
    write(receipt, number, *frame.mutable_receipt());
    session_.outbox.send(frame);
    if (left > 0) {
        skipped_ = Skipped{.number = number, .bytes_left = left};
    }
}

void Submissions::chunk(v1::PayloadChunk& from) {
    std::string& payload = *from.mutable_payload();
    if (payload.empty() || payload.size() > limits::chunk_bytes_max) {
        session_.end(GoAwayReason::protocol_error, "a chunk is empty or too long");
        return;
    }
    if (skipped_ && skipped_->number == from.submission() &&
        payload.size() <= skipped_->bytes_left) {
        skipped_->bytes_left -= payload.size();
        if (skipped_->bytes_left == 0) {
            skipped_.reset();
        }
        return;
    }
    if (!assembly_ || assembly_->number != from.submission() || !append(payload)) {
        session_.end(GoAwayReason::protocol_error, "a chunk belongs to no payload");
        return;
    }
    go_on();
}

bool Submissions::append(std::string& payload) {
    std::string& bytes = assembly_->bytes;
    if (payload.size() > assembly_->size - bytes.size()) {
        return false;
    }
    const std::size_t needed = bytes.size() + payload.size();
    if (needed > bytes.capacity()) {
        // Grows with what has come, and never beyond what the budget granted.
        bytes.reserve(std::min<std::size_t>(assembly_->size, std::max(needed, 2 * bytes.size())));
    }
    bytes.append(payload);
    return true;
}

void Submissions::announce(const FrameDecoder::Unfinished& frame) {
    if (frame.body_bytes <= limits::frame_bytes_small_max || covered_ || announced_bytes_ > 0 ||
        stage_ != Stage::idle || frame.head.size() < head_bytes_min) {
        return;
    }
    const FrameHead head = peek(frame.head);
    if (head.kind == FrameHead::Kind::chunk && assembly_) {
        const std::size_t left = assembly_->size - assembly_->bytes.size();
        covered_ = frame.body_bytes <= left + limits::frame_bytes_small_max;
        if (!covered_) {
            session_.end(GoAwayReason::protocol_error, "the payload is longer than declared");
        }
        return;
    }
    const bool is_skipped = head.kind == FrameHead::Kind::chunk && skipped_;
    const bool is_first = head.kind == FrameHead::Kind::submission && !assembly_ && !skipped_;
    if (!is_skipped && !(is_first && head.declared_bytes)) {
        session_.end(GoAwayReason::limit_exceeded, "only payloads may make a frame this long");
        return;
    }
    const std::size_t declared = std::min<std::size_t>(
        head.declared_bytes.value_or(0), session_.parts.limits.payload_bytes_max
    );
    announced_bytes_ = std::max(frame.body_bytes, declared);
    reserve(announced_bytes_);
}

void Submissions::frame_done() {
    covered_ = false;
    announced_bytes_ = 0;
    announced_.release();
}

void Submissions::reserve(std::size_t bytes) {
    auto later = [this](Grant room) {
        session_.inbox.put([this, room = std::move(room)]() mutable {
            session_.inbox.arrived();
            granted(std::move(room));
        });
    };
    const bool is_here = assembly_ && assembly_->bytes.size() == assembly_->size;
    auto taken = session_.parts.broker.budget().take(
        session_.organisation, bytes, std::move(later),
        is_here ? FlightBudget::Coming::is_here : FlightBudget::Coming::on_its_way
    );
    if (taken) {
        granted(*std::move(taken));
        return;
    }
    stage_ = Stage::waiting_for_budget;
    ticket_ = taken.error();
    session_.inbox.expect();
}

void Submissions::granted(Grant room) {
    stage_ = Stage::idle;
    if (abandoned_) {
        return;
    }
    pace_.begin(session_.parts.clock.steady_now());
    if (assembly_) {
        assembly_->room = std::move(room);
        go_on();
    } else {
        announced_ = std::move(room);
    }
}

void Submissions::go_on() {
    if (assembly_->bytes.size() < assembly_->size) {
        return;
    }
    Assembly assembly = std::move(*assembly_);
    assembly_.reset();
    assembly.submission.payload = Payload(std::move(assembly.bytes));
    ++pending_;
    if (assembly.is_check) {
        check(std::move(assembly));
    } else {
        prepare(std::move(assembly));
    }
}

void Submissions::prepare(Assembly assembly) {
    using Prepared = std::expected<pipeline::PreparedPtr, pipeline::Receipt>;
    pipeline::Broker& broker = session_.parts.broker;
    auto ready = [this, number = assembly.number,
                  room = std::move(assembly.room)](Prepared prepared) mutable {
        stage_ = Stage::idle;
        if (prepared) {
            commit(number, std::move(room), std::move(*prepared));
        } else {
            answer(number, std::move(room), prepared.error());
        }
    };
    if (!broker.is_heavy(assembly.submission)) {
        ready(broker.prepare(std::move(assembly.submission)));
        return;
    }
    // Nothing is read meanwhile, so that submissions are committed in the order of arrival.
    stage_ = Stage::preparing;
    session_.parts.workers.post(
        session_.organisation, [&broker, submission = std::move(assembly.submission),
                                back = session_.inbox.answer<Prepared>(std::move(ready))](
                               ) mutable { back(broker.prepare(std::move(submission))); }
    );
}

void Submissions::check(Assembly assembly) {
    pipeline::Broker& broker = session_.parts.broker;
    auto ready = [this, number = assembly.number,
                  room = std::move(assembly.room)](const pipeline::Receipt& receipt) mutable {
        stage_ = Stage::idle;
        answer(number, std::move(room), receipt);
    };
    if (!broker.is_heavy(assembly.submission)) {
        ready(broker.check(std::move(assembly.submission)));
        return;
    }
    stage_ = Stage::preparing;
    session_.parts.workers.post(
        session_.organisation, [&broker, submission = std::move(assembly.submission),
                                back = session_.inbox.answer<pipeline::Receipt>(std::move(ready))](
                               ) mutable { back(broker.check(std::move(submission))); }
    );
}

void Submissions::commit(std::uint64_t number, Grant room, pipeline::PreparedPtr prepared) {
    auto done = [this, number, room = std::move(room)](const pipeline::Receipt& receipt) mutable {
        answer(number, std::move(room), receipt);
    };
    session_.parts.broker.commit(
        std::move(prepared), session_.inbox.answer<pipeline::Receipt>(std::move(done))
    );
}

void Submissions::answer(std::uint64_t number, Grant room, const pipeline::Receipt& receipt) {
    --pending_;
    // Before the peer can know: what it sends next finds this room free.
    room.release();
    if (!receipt.accepted && says_sender_not_allowed(receipt.findings)) {
        session_.warn("submission_refused_sender", {});
    }
    v1::Frame frame;
    write(receipt, number, *frame.mutable_receipt());
    session_.outbox.send(frame);
}

bool Submissions::blocked() const {
    return stage_ != Stage::idle || pending_ >= session_.parts.limits.submissions_pending_max;
}

bool Submissions::overdue(SteadyTime now) const {
    if (stage_ != Stage::idle || (!assembly_ && announced_.bytes() == 0)) {
        return false;
    }
    return pace_.is_overdue(now, assembly_ ? assembly_->bytes.size() : 0, session_.parts.limits);
}

void Submissions::excuse(SteadyTime since, SteadyTime now) {
    pace_.excuse(since, now);
}

void Submissions::excuse_reading(SteadyTime since, SteadyTime now) {
    pace_.excuse_reading(since, now, session_.parts.limits);
}

void Submissions::abandon() {
    abandoned_ = true;
    if (stage_ == Stage::waiting_for_budget &&
        session_.parts.broker.budget().cancel(session_.organisation, ticket_)) {
        stage_ = Stage::idle;
        session_.inbox.arrived();
    }
    frame_done();
    assembly_.reset();
}

}  // namespace budstikke::transport
