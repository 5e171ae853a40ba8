// Who sends most of what comes, while others send as well. Promises an answer that costs no more
// than a comparison for each message, however many send: one candidate, for whom its own messages
// vote and against whom those of all others do (Boyer and Moore). May not know what is sent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace budstikke::pipeline {

/// Not for two threads at once.
class Prevalence {
 public:
    /// Messages of the candidate beyond two for each of another: so many to prevail, and no more
    /// than `lead_most` are remembered, so that one who stops is soon as anybody else.
    static constexpr std::uint32_t lead_least = 256;
    static constexpr std::uint32_t lead_most = 1024;
    /// Messages of the candidate in a row after which it has the broker to itself.
    static constexpr std::uint32_t alone_after = 1024;

    void count(std::string_view organisation) {
        if (organisation == candidate_) {
            lead_ = std::min(lead_ + 1, lead_most);
            in_a_row_ = std::min(in_a_row_ + 1, alone_after);
            return;
        }
        in_a_row_ = 0;
        if (lead_ >= vote_against) {
            lead_ -= vote_against;
        } else {
            candidate_ = organisation;
            lead_ = 1;
        }
    }

    /// Whether more than two of three messages of late were its own, and others sent the rest.
    bool prevails(std::string_view organisation) const {
        return lead_ >= lead_least && in_a_row_ < alone_after && organisation == candidate_;
    }

 private:
    /// So that two or more who all send much have no lead over each other.
    static constexpr std::uint32_t vote_against = 2;

    std::string candidate_;
    std::uint32_t lead_ = 0;
    std::uint32_t in_a_row_ = 0;
};

}  // namespace budstikke::pipeline
