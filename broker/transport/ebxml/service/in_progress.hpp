// Messages that are being received, so that a copy that comes meanwhile joins the first one and
// gets its signal (reliability.md section 3). Promises that a message is in progress as long as
// anybody holds its claim. May not know what a message is.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/base/ids.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"

namespace budstikke::ebxml {

/// What became of a message: nothing was kept, or it is done, with its signal where one is due.
struct Outcome {
    bool later = true;
    std::optional<Package> signal;
    /// It ended when its first copy waited no more: what came of it is to be looked up.
    bool unheard = false;
};

class InProgress {
    struct State;

 public:
    using Key = std::pair<HerId, std::string>;  ///< sender and eb:MessageId
    using Digests = std::vector<std::string>;

    /// The first copy. Whoever waits gets what finish() is given; where the claim is dropped
    /// without, `later`, and `unheard` after heard_by_nobody(). May outlive the InProgress.
    class Claim {
     public:
        Claim(std::shared_ptr<State> all, Key key, std::promise<Outcome> promise);
        Claim(Claim&& other) noexcept = default;
        Claim& operator=(Claim&&) = delete;
        ~Claim();
        void finish(const Outcome& outcome);
        /// Unless somebody takes it and finishes it.
        void heard_by_nobody() { dropped_.unheard = true; }

     private:
        std::shared_ptr<State> all_;  ///< nothing: finished, or another's
        Key key_;
        std::promise<Outcome> promise_;
        Outcome dropped_;
    };
    using Joined = std::shared_future<Outcome>;
    struct Contradiction {};  ///< one with other digests is being received

    InProgress();
    std::variant<Claim, Joined, Contradiction> enter(const Key& key, const Digests& digests);
    bool contains(const Key& key) const;

 private:
    struct Entry {
        Digests digests;
        Joined outcome;
    };
    struct State {
        std::mutex mutex;
        std::map<Key, Entry> entries;
    };
    /// Of the claims too: the broker that answers late may hold one when the inbox is gone.
    std::shared_ptr<State> state_;
};

}  // namespace budstikke::ebxml
