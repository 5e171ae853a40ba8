// The questions of questions.hpp.
#include "broker/tools/client/questions.hpp"

#include <utility>

#include <budstikke/v1/exchange.pb.h>

namespace budstikke::client {

namespace {

Errc code_of(std::string_view word) {
    for (const Errc code :
         {Errc::invalid_argument, Errc::malformed, Errc::limit_exceeded, Errc::not_found,
          Errc::conflict, Errc::denied, Errc::unauthenticated, Errc::unavailable}) {
        if (name(code) == word) {
            return code;
        }
    }
    return Errc::internal;
}

/// The number of the question that a frame answers; 0 where it answers none.
std::uint64_t number_of(const v1::Frame& frame) {
    switch (frame.kind_case()) {
        case v1::Frame::kReceipt:
            return frame.receipt().submission();
        case v1::Frame::kWithdrawn:
            return frame.withdrawn().request();
        case v1::Frame::kSubscribed:
            return frame.subscribed().request();
        case v1::Frame::kUnsubscribed:
            return frame.unsubscribed().request();
        case v1::Frame::kSettled:
            return frame.settled().request();
        case v1::Frame::kStatus:
            return frame.status().request();
        case v1::Frame::kFollowing:
            return frame.following().request();
        case v1::Frame::kVerdict:
            return frame.verdict().request();
        case v1::Frame::kProblem:
            return frame.problem().request();
        default:
            return 0;
    }
}

}  // namespace

std::uint64_t Questions::ask(OnAnswer<v1::Frame> on_answer) {
    std::unique_lock lock(mutex_);
    const std::uint64_t number = next_++;
    if (ended_) {
        const Error why = *ended_;
        lock.unlock();
        on_answer(std::unexpected(why));
        return number;
    }
    asked_.emplace(number, std::move(on_answer));
    return number;
}

bool Questions::answer(v1::Frame& frame) {
    OnAnswer<v1::Frame> on_answer;
    {
        const std::lock_guard lock(mutex_);
        const auto found = asked_.find(number_of(frame));
        if (found == asked_.end()) {
            return false;
        }
        on_answer = std::move(found->second);
        asked_.erase(found);
    }
    if (frame.has_problem()) {
        on_answer(fail(code_of(frame.problem().code()), frame.problem().text()));
    } else {
        on_answer(std::move(frame));
    }
    return true;
}

void Questions::end(const Error& why) {
    std::unordered_map<std::uint64_t, OnAnswer<v1::Frame>> unanswered;
    {
        const std::lock_guard lock(mutex_);
        ended_ = why;
        unanswered.swap(asked_);
    }
    for (auto& [number, on_answer] : unanswered) {
        on_answer(std::unexpected(why));
    }
}

}  // namespace budstikke::client
