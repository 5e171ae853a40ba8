// Follow of one session: status events of senders, read from their feeds in pages as the peer takes
// them. Promises every event after the position that was given, once and in order, as long as the
// session lives. May not know how events come about.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "broker/store/records.hpp"
#include "broker/transport/exchange/session_context.hpp"

namespace budstikke::v1 {
class Follow;
}

namespace budstikke::transport {

class Follows {
 public:
    explicit Follows(SessionContext& session) : session_(session) {}

    /// Following the same sender again begins again, from the new position.
    void follow(const v1::Follow& from);
    /// Reads on where there is room for more.
    void pump();
    void end();

 private:
    struct Feed {
        HerId sender;
        store::Position after = 0;
        std::uint64_t request = 0;
        std::uint64_t generation = 0;  ///< tells a page that was asked for before a restart
        bool is_answered = false;      ///< Following was sent
        bool is_reading = false;
        bool has_more = true;               ///< as far as is known
        std::atomic<bool> is_told = false;  ///< one call for many changes is under way
        pipeline::Broker::WatchId watch = 0;
    };
    using Page = Result<std::vector<store::FeedEntry>>;

    bool may_read() const;
    void read(Feed& feed);
    void send(Feed& feed, std::uint64_t generation, const Page& page);
    void drop(const HerId& sender);

    SessionContext& session_;
    std::map<HerId, std::unique_ptr<Feed>> feeds_;
    std::optional<HerId> last_read_;
    std::uint32_t reads_ = 0;  ///< limits::status_reads_max at most
};

}  // namespace budstikke::transport
