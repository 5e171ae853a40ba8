// The submissions of submissions.hpp.
#include "broker/transport/exchange/submissions.hpp"

#include <algorithm>
#include <thread>
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
    Assembly& assembly = assembly_.emplace();
    assembly.number = from.submission();
    assembly.is_check = is_check;
    assembly.size = from.size();
    assembly.bytes = std::move(first);
    assembly.since = session_.parts.clock.steady_now();
    assembly.submission = read_submission(from, session_.organisation);
    assembly.reserved = std::max<std::size_t>(from.size(), FlightBudget::submission_bytes_min);
    if (announced_ == 0) {
        reserve(assembly.reserved, [this] { go_on(); });
        return;
    }
    if (announced_ < assembly.reserved) {
        assembly_.reset();
        session_.end(GoAwayReason::protocol_error, "size must stand in front of a large payload");
        return;
    }
    assembly.reserved = std::exchange(announced_, 0);
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
    if (frame.body_bytes <= limits::frame_bytes_small_max || covered_ || announced_ > 0 ||
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
    const std::size_t bytes = std::max(frame.body_bytes, declared);
    reserve(bytes, [this, bytes] { announced_ = bytes; });
}

void Submissions::frame_done() {
    covered_ = false;
    if (announced_ > 0) {
        session_.parts.broker.budget().give(std::exchange(announced_, 0));
    }
}

void Submissions::reserve(std::size_t bytes, std::move_only_function<void()> then) {
    stage_ = Stage::waiting_for_budget;
    taking_ = true;
    session_.inbox.expect();
    session_.parts.broker.budget().take(
        bytes,
        [this, bytes, thread = std::this_thread::get_id(), then = std::move(then)]() mutable {
            if (thread == std::this_thread::get_id() && taking_) {
                granted(bytes, then);
                return;
            }
            session_.inbox.put([this, bytes, then = std::move(then)]() mutable {
                granted(bytes, then);
            });
        }
    );
    taking_ = false;
}

void Submissions::granted(std::size_t bytes, std::move_only_function<void()>& then) {
    session_.inbox.arrived();
    stage_ = Stage::idle;
    if (abandoned_) {
        session_.parts.broker.budget().give(bytes);
        return;
    }
    then();
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
    const auto number = assembly.number;
    const auto reserved = assembly.reserved;
    auto ready = [this, number, reserved](Prepared prepared) {
        stage_ = Stage::idle;
        if (prepared) {
            commit(number, reserved, std::move(*prepared));
        } else {
            answer(number, reserved, prepared.error());
        }
    };
    if (!broker.is_heavy(assembly.submission)) {
        ready(broker.prepare(std::move(assembly.submission)));
        return;
    }
    // Nothing is read meanwhile, so that submissions are committed in the order of arrival.
    stage_ = Stage::preparing;
    session_.parts.workers.post([&broker, submission = std::move(assembly.submission),
                                 back = session_.inbox.answer<Prepared>(std::move(ready))](
                                ) mutable { back(broker.prepare(std::move(submission))); });
}

void Submissions::check(Assembly assembly) {
    pipeline::Broker& broker = session_.parts.broker;
    auto ready = [this, number = assembly.number,
                  reserved = assembly.reserved](const pipeline::Receipt& receipt) {
        stage_ = Stage::idle;
        answer(number, reserved, receipt);
    };
    if (!broker.is_heavy(assembly.submission)) {
        ready(broker.check(std::move(assembly.submission)));
        return;
    }
    stage_ = Stage::preparing;
    session_.parts.workers.post([&broker, submission = std::move(assembly.submission),
                                 back = session_.inbox.answer<pipeline::Receipt>(std::move(ready))](
                                ) mutable { back(broker.check(std::move(submission))); });
}

void Submissions::commit(
    std::uint64_t number, std::size_t reserved, pipeline::PreparedPtr prepared
) {
    session_.parts.broker.commit(
        std::move(prepared),
        session_.inbox.answer<pipeline::Receipt>([this, number,
                                                  reserved](const pipeline::Receipt& receipt) {
            answer(number, reserved, receipt);
        })
    );
}

void Submissions::answer(
    std::uint64_t number, std::size_t reserved, const pipeline::Receipt& receipt
) {
    --pending_;
    session_.parts.broker.budget().give(reserved);
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
    return assembly_ && stage_ == Stage::idle &&
           now - assembly_->since > session_.parts.limits.submission_time_max;
}

void Submissions::abandon() {
    abandoned_ = true;
    frame_done();
    // While it waits for the budget, nothing is reserved for it yet; granted() gives that back.
    if (assembly_ && stage_ != Stage::waiting_for_budget) {
        session_.parts.broker.budget().give(assembly_->reserved);
    }
    assembly_.reset();
}

}  // namespace budstikke::transport
