// One connection of a party, over all the lives of the broker: sends in a pipeline, sends again
// what had no receipt, receives, settles, answers with an AppRec, and tells the oracle. Promises to
// hand over in the order in which it told the oracle so.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/tools/client/exchange_client.hpp"
#include "broker/transport/socket_handle.hpp"
#include "tests/crash/invention.hpp"
#include "tests/crash/oracle.hpp"
#include "tests/crash/world.hpp"

namespace budstikke::crash {

/// How much is sent until the broker is killed, over all senders.
class Load {
 public:
    Load();
    void begin(std::int64_t messages);
    void end();
    /// False where no more is wanted.
    bool take();
    /// An eventfd that can be read once all was taken.
    int used_up() const { return used_up_.get(); }
    /// Until it ends, used up or not, recipients also release, reject and keep what they get.
    bool on() const { return on_; }

 private:
    std::atomic<std::int64_t> left_{0};
    std::atomic<bool> on_{false};
    transport::SocketHandle used_up_;
};

class Party {
 public:
    Party(const PartyRow& row, const World& world, std::uint64_t seed, Load& load, Oracle& oracle);
    ~Party();
    Party(const Party&) = delete;
    Party& operator=(const Party&) = delete;

    const PartyRow& row() const { return row_; }
    Result<void> connect(const client::ClientOptions& options);
    /// Where it has not on this connection yet.
    Result<void> subscribe();
    /// Sends what had no receipt, then what the load asks for.
    void send();
    /// Settles what it kept, where the broker was not killed since.
    void settle_kept();
    /// The broker is about to be killed: an end of the connection is no fault.
    void expect_end() { expects_end_ = true; }
    void disconnect();

    /// The state of the delivery of a message of `sender` to this party; nothing where the broker
    /// does not know the message.
    Result<std::optional<std::string>> state_of(const std::string& id, const std::string& sender);
    /// A hash of everything that the broker says of a message of this sender.
    Result<std::uint64_t> status_hash(const std::string& id);
    /// What became of messages of this sender since the last call, event by event, until `done`
    /// says so, or nothing comes for `stall_max`: false then.
    Result<bool> follow(
        const std::function<bool(const v1::StatusEvent&)>& done, Duration stall_max
    );

 private:
    struct Outgoing {
        Invention what;
        bool under_way = false;
    };

    std::optional<std::uint64_t> next_to_send();
    void submit(std::uint64_t number, const Invention& what);
    void answered(std::uint64_t number, Result<v1::Receipt> receipt);
    void judge(const Invention& what, const v1::Receipt& receipt);
    void judge_refusal(const Invention& what, const v1::Receipt& receipt);
    void arrived(const v1::Delivery& delivery);
    void settle(const v1::Delivery& delivery);
    void settled(const v1::Delivery& delivery, const Result<v1::Settled>& answer, int outcome);
    void answer_with_apprec(const v1::Delivery& delivery);
    void unanswered(const Error& error, const char* what);

    const PartyRow row_;
    const std::string her_id_;
    Load& load_;
    Oracle& oracle_;
    std::atomic<bool> expects_end_{false};

    std::mutex mutex_;
    Inventor inventor_;
    std::map<std::uint64_t, Outgoing> outgoing_;  ///< without a receipt, in the order of sending
    std::uint64_t next_number_ = 1;
    std::size_t under_way_ = 0;
    bool sending_ = false;  ///< one thread at a time, or the order would be lost
    bool ended_ = true;
    std::vector<v1::Delivery> kept_;

    bool subscribed_ = false;
    std::uint64_t followed_ = 0;  ///< the position of the last event

    client::ExchangeClient* line_ = nullptr;          ///< for its own callbacks, to its very end
    std::unique_ptr<client::ExchangeClient> client_;  ///< last: its thread uses all the others
};

}  // namespace budstikke::crash
