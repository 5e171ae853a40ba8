// Messages that are being received, so that a copy that comes meanwhile joins the first one and
// gets its signal (reliability.md section 3). May not know what a message is.
#pragma once

#include <future>
#include <map>
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
};

class InProgress {
 public:
    using Key = std::pair<HerId, std::string>;  ///< sender and eb:MessageId
    using Digests = std::vector<std::string>;

    /// The first copy. Whoever waits gets what finish() is given, or `later` where the claim is
    /// dropped without.
    class Claim {
     public:
        Claim(InProgress& all, Key key, std::promise<Outcome> promise);
        Claim(Claim&& other) noexcept;
        Claim& operator=(Claim&&) = delete;
        ~Claim();
        void finish(const Outcome& outcome);

     private:
        InProgress* all_;
        Key key_;
        std::promise<Outcome> promise_;
    };
    using Joined = std::shared_future<Outcome>;
    struct Contradiction {};  ///< one with other digests is being received

    std::variant<Claim, Joined, Contradiction> enter(const Key& key, const Digests& digests);
    bool contains(const Key& key) const;

 private:
    struct Entry {
        Digests digests;
        Joined outcome;
    };
    mutable std::mutex mutex_;
    std::map<Key, Entry> entries_;
};

}  // namespace budstikke::ebxml
