// The judge of how deliveries end at the broker of their sender. Promises to find each that ended
// twice, otherwise than its recipient saw, or not at all. Knows states by their names only.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace budstikke::crash {

/// Of one sender. Not for several threads.
class Outcomes {
 public:
    /// The delivery has to end in `state`.
    void expect(const std::string& id, const std::string& recipient, const std::string& state);
    /// An event that tells of the delivery: its state, changed or not. True once all that is
    /// expected was seen.
    bool saw(const std::string& id, const std::string& recipient, const std::string& state);
    bool all_seen() const { return open_ == 0; }
    /// What is wrong, a line for each delivery.
    std::vector<std::string> faults() const;

 private:
    struct Delivery {
        std::string expected;
        std::vector<std::string> states;  ///< without those that only repeat the one before
        bool seen = false;
    };

    static std::string fault_of(const Delivery& delivery);

    std::map<std::pair<std::string, std::string>, Delivery> deliveries_;
    std::size_t open_ = 0;
};

}  // namespace budstikke::crash
