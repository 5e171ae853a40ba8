#include "tests/crash/outcomes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace budstikke::crash {
namespace {

/// What a delivery goes through before its outcome, as often as it has to.
constexpr std::array<std::string_view, 3> on_its_way{"accepted", "queued", "in_flight"};

bool is_outcome(std::string_view state) {
    return std::ranges::find(on_its_way, state) == on_its_way.end();
}

}  // namespace

void Outcomes::expect(
    const std::string& id, const std::string& recipient, const std::string& state
) {
    const auto [at, added] = deliveries_.try_emplace({id, recipient});
    open_ += added ? 1U : 0U;
    at->second.expected = state;
}

bool Outcomes::saw(const std::string& id, const std::string& recipient, const std::string& state) {
    const auto found = deliveries_.find({id, recipient});
    if (found == deliveries_.end()) {
        return all_seen();
    }
    Delivery& delivery = found->second;
    if (delivery.states.empty() || delivery.states.back() != state) {
        delivery.states.push_back(state);
    }
    if (state == delivery.expected && !delivery.seen) {
        delivery.seen = true;
        --open_;
    }
    return all_seen();
}

// An AppRec may come before or after the transport receipt: that much may stand in between.
std::string Outcomes::fault_of(const Delivery& delivery) {
    std::string outcomes;
    bool back = false;
    for (const auto& state : delivery.states) {
        if (is_outcome(state)) {
            outcomes += (outcomes.empty() ? "" : ", ") + state;
        } else {
            back = back || !outcomes.empty();
        }
    }
    const bool good = outcomes == delivery.expected ||
                      (delivery.expected == "confirmed" && outcomes == "delivered, confirmed");
    if (good && !back) {
        return {};
    }
    return (outcomes.empty() ? "did not end" : "ended as " + outcomes) +
           (back ? ", with a way back" : "") + ", not as " + delivery.expected;
}

std::vector<std::string> Outcomes::faults() const {
    std::vector<std::string> lines;
    for (const auto& [key, delivery] : deliveries_) {
        if (const auto fault = fault_of(delivery); !fault.empty()) {
            lines.push_back(key.first + " to " + key.second + " " + fault);
        }
    }
    return lines;
}

}  // namespace budstikke::crash
