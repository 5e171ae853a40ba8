// The judge of the crash tests: what senders handed over and what recipients got, whatever happened
// to the broker in between. Promises to find every acknowledged message that did not come, came
// changed, came again without leave, or out of order (reliability.md section 3). Knows no broker:
// its log is the parties' own, kept outside of what is killed.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/crypto/digest.hpp"

namespace budstikke::crash {

/// A message as its sender made it. The order of the calls of one sender is the order of acceptance
/// that it expects, since it sends in a pipeline over one connection.
struct Sent {
    std::string id;  ///< MsgId, unique in the run
    std::string sender;
    std::vector<std::string> recipients;
    std::string conversation;  ///< empty: one of its own
    crypto::Digest digest{};
    bool by_one_connection = true;  ///< false: nothing is promised of its order
    std::string answers{};          ///< MsgId, of an AppRec
};

struct Received {
    std::string delivery_id;
    std::string id;  ///< MsgId
    std::string recipient;
    crypto::Digest digest{};
    bool redelivered = false;
};

enum class Fault : std::uint8_t {
    lost,        ///< acknowledged, but did not come, or is not known any more
    duplicated,  ///< came again after its settlement was confirmed, or unmarked, or as another
    reordered,   ///< came for the first time before one that stands in front of it
    damaged,     ///< came with other bytes
    unsent,      ///< came, but nobody sent it there
    answer,      ///< an answer that breaks the protocol's promise
    changed,     ///< its status was another after a restart
    outcome,     ///< a delivery did not end, ended twice, or otherwise than its recipient saw
};
inline constexpr std::size_t fault_kinds = 8;
std::string_view name(Fault fault);

struct Counts {
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;  ///< messages
    std::uint64_t delivered = 0;     ///< to a recipient, for the first time
    std::uint64_t redelivered = 0;
    std::array<std::uint64_t, fault_kinds> faults{};

    std::uint64_t of(Fault fault) const { return faults[static_cast<std::size_t>(fault)]; }
    std::uint64_t all_faults() const;
};

/// Safe from any thread.
class Oracle {
 public:
    /// Recipients with several connections: their log has no order but that within conversations.
    void share(const std::string& recipient);

    // --- Senders -----------------------------------------------------------------------
    void sent(Sent message);
    /// A receipt that says accepted. `repeated` as the receipt says.
    void accepted(const std::string& id, const std::string& broker_id, bool repeated);

    // --- Recipients --------------------------------------------------------------------
    void received(const Received& delivery);
    /// From here on its sender's other messages to this recipient may overtake it.
    void released(const std::string& id, const std::string& recipient);
    /// Its recipient hands over a settlement that ends it.
    void settling(const std::string& id, const std::string& recipient);
    /// The settlement was confirmed: it must never come again.
    void settled(const std::string& id, const std::string& recipient);

    /// The broker calls it ended, though the confirmation never came: right where the recipient
    /// settled it since it came last, and lost where nobody did.
    void ended(const std::string& id, const std::string& recipient);

    /// Anything else that is wrong, or right: a fault of `kind`, told in a line of the report.
    void fault(Fault kind, const std::string& what);

    // --- The judge ---------------------------------------------------------------------
    /// Waits until every message is acknowledged, and every delivery settled. False where nothing
    /// happened for `stall_max`.
    bool wait_until_quiet(Duration stall_max);
    /// What is open is lost: to be called when the broker had all the time that it may take.
    void judge_open();

    struct Waiting {
        std::string id;
        std::string sender;
        std::string recipient;
    };
    /// Deliveries that came, and whose settlement was not confirmed, of messages from the `first`th
    /// sent on.
    std::vector<Waiting> unconfirmed_since(std::uint64_t first) const;
    struct Acknowledged {
        std::uint64_t number = 0;  ///< in the order of sending
        std::string id;
        std::string sender;
        std::vector<std::string> recipients;
    };
    /// Messages that were acknowledged, from the `first`th sent on.
    std::vector<Acknowledged> acknowledged_since(std::uint64_t first) const;
    /// Whether an AppRec of `recipient` for it came to its sender.
    bool was_answered(const std::string& id, const std::string& recipient) const;
    Counts counts() const;
    /// The first faults, a line each.
    std::vector<std::string> report() const;

 private:
    // There is one of these for every message of a run: hashes do for the broker's ids.
    struct Trace {
        std::string recipient;
        std::size_t delivery_id = 0;
        bool came = false;
        bool settling = false;  ///< since it came last
        bool settled = false;
    };
    struct Message {
        Sent sent;  ///< its recipients stand in the traces
        std::uint64_t number = 0;
        bool acknowledged = false;
        std::size_t broker_id = 0;
        std::vector<Trace> traces;
    };
    struct Pair {
        std::uint64_t last = 0;  ///< number of the last message of a conversation of its own
        bool released = false;
    };

    static std::uint64_t open_of(const Message& message);
    Message* find(const std::string& id);
    static Trace* find(Message& message, const std::string& recipient);
    void settle(Message& message, Trace& trace);
    void note(Fault kind, const std::string& what);
    void judge_order(const Message& message, const std::string& recipient);
    void progress();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t steps_ = 0;
    std::uint64_t open_ = 0;
    std::vector<Message> messages_;
    std::unordered_map<std::string, std::size_t> index_;
    std::map<std::array<std::string, 3>, std::uint64_t> conversations_;  ///< last number that came
    std::map<std::array<std::string, 2>, Pair> pairs_;
    std::map<std::string, bool> shared_;
    std::set<std::array<std::string, 2>> answered_;  ///< MsgId, and who answered
    Counts counts_;
    std::vector<std::string> report_;
};

}  // namespace budstikke::crash
