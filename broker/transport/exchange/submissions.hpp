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
#include "broker/transport/exchange/upload_pace.hpp"

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
    /// The payload that room is held for takes too long, or comes too slowly.
    bool overdue(SteadyTime now) const;
    /// Nothing was read since then, by no fault of the peer.
    void excuse(SteadyTime since, SteadyTime now);
    /// Nothing was read because the peer had still to take what is sent to it.
    void excuse_reading(SteadyTime since, SteadyTime now);
    /// The session ends: gives back what will not be used.
    void abandon();

 private:
    using Grant = pipeline::FlightBudget::Grant;
    enum class Stage { idle, waiting_for_budget, preparing };

    /// One payload on its way.
    struct Assembly {
        std::uint64_t number = 0;
        bool is_check = false;
        pipeline::Submission submission;
        std::string bytes;
        std::uint64_t size = 0;
        Grant room;
    };
    /// A refused payload whose chunks are under way.
    struct Skipped {
        std::uint64_t number = 0;
        std::uint64_t bytes_left = 0;
    };

    bool append(std::string& payload);
    void refuse_too_large(std::uint64_t number, std::uint64_t left);
    /// For the payload that is being gathered, or else for the frame that is being read.
    void reserve(std::size_t bytes);
    void granted(Grant room);
    void go_on();
    void prepare(Assembly assembly);
    void check(Assembly assembly);
    void commit(std::uint64_t number, Grant room, pipeline::PreparedPtr prepared);
    void answer(std::uint64_t number, Grant room, const pipeline::Receipt& receipt);

    SessionContext& session_;
    Stage stage_ = Stage::idle;
    std::optional<Assembly> assembly_;
    std::optional<Skipped> skipped_;
    Grant announced_;                  ///< room for the frame that is being read
    std::size_t announced_bytes_ = 0;  ///< so much of it is asked for
    bool covered_ = false;             ///< that frame needs no room of its own
    UploadPace pace_;                  ///< of what room is held for
    pipeline::FlightBudget::Ticket ticket_ = 0;
    std::uint32_t pending_ = 0;
    bool abandoned_ = false;
};

}  // namespace budstikke::transport
