// Submit, PayloadChunk and Check of one session: gathers the payload, takes its bytes from the
// budget before they are read, runs the stages, and answers. Promises one answer per submission,
// the order of commit that of arrival, and no more memory than the budget has granted. May not know
// how frames are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/pipeline/submission.hpp"
#include "broker/transport/exchange/frame.hpp"
#include "broker/transport/exchange/session_context.hpp"

namespace budstikke::v1 {
class PayloadChunk;
class Submit;
}  // namespace budstikke::v1

namespace budstikke::transport {

class Submissions {
 public:
    explicit Submissions(SessionContext& session) : session_(session) {}

    void submit(v1::Submit& from, bool is_check);
    void chunk(v1::PayloadChunk& from);
    /// A frame too large to come uncounted has begun: takes its bytes from the budget, or refuses.
    void announce(const FrameDecoder::Unfinished& frame);
    /// A frame was handled: what was announced for it and not used goes back.
    void frame_done();

    /// Nothing may be read until this is false; a change wakes the session through its inbox.
    bool blocked() const;
    bool pending() const { return pending_ > 0 || stage_ != Stage::idle; }
    /// The payload that is being gathered takes too long.
    bool overdue(SteadyTime now) const;
    /// The session ends: gives back what will not be used.
    void abandon();

 private:
    enum class Stage { idle, waiting_for_budget, preparing };

    /// One payload on its way.
    struct Assembly {
        std::uint64_t number = 0;
        bool is_check = false;
        pipeline::Submission submission;
        std::string bytes;
        std::uint64_t size = 0;
        std::size_t reserved = 0;
        SteadyTime since{};
    };
    /// A refused payload whose chunks are under way.
    struct Skipped {
        std::uint64_t number = 0;
        std::uint64_t bytes_left = 0;
    };

    bool append(std::string& payload);
    void refuse_too_large(std::uint64_t number, std::uint64_t left);
    void reserve(std::size_t bytes, std::move_only_function<void()> then);
    void granted(std::size_t bytes, std::move_only_function<void()>& then);
    void go_on();
    void prepare(Assembly assembly);
    void check(Assembly assembly);
    void commit(std::uint64_t number, std::size_t reserved, pipeline::PreparedPtr prepared);
    void answer(std::uint64_t number, std::size_t reserved, const pipeline::Receipt& receipt);

    SessionContext& session_;
    Stage stage_ = Stage::idle;
    std::optional<Assembly> assembly_;
    std::optional<Skipped> skipped_;
    std::size_t announced_ = 0;  ///< budget held for the frame that is being read
    bool covered_ = false;       ///< that frame needs no budget of its own
    std::uint32_t pending_ = 0;
    bool taking_ = false;  ///< inside FlightBudget::take
    bool abandoned_ = false;
};

}  // namespace budstikke::transport
