// The questions that wait for an answer: numbers them, and hands each answer to who asked. Promises
// that every question is answered once, by its answer, its Problem, or the end.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "broker/tools/client/exchange_client.hpp"

namespace budstikke::client {

/// Safe to use from any thread.
class Questions {
 public:
    /// The number to put into the question. After the end the answer comes at once.
    std::uint64_t ask(OnAnswer<v1::Frame> on_answer);
    /// False for a frame that answers none of them; it is left as it was.
    bool answer(v1::Frame& frame);
    void end(const Error& why);

 private:
    std::mutex mutex_;
    std::uint64_t next_ = 1;
    std::unordered_map<std::uint64_t, OnAnswer<v1::Frame>> asked_;
    std::optional<Error> ended_;
};

}  // namespace budstikke::client
