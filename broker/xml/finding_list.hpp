// Collects the findings of one message up to limits::findings_max; the last one then says that
// there are more, so that a hostile message cannot make the answer to it grow.
#pragma once

#include <utility>
#include <vector>

#include "broker/base/limits.hpp"
#include "broker/message/finding.hpp"
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::xml {

class FindingList {
 public:
    void add(const FindingSpec& spec, Location location = {}) {
        if (full()) {
            return;
        }
        if (findings_.size() + 1 == limits::findings_max) {
            findings_.push_back({.spec = &finding::more_findings, .location = {}});
            return;
        }
        findings_.push_back({.spec = &spec, .location = std::move(location)});
    }

    /// Adds also where there is no room: it then takes the place of the first one. For what decides
    /// whether the message is refused.
    void add_always(const FindingSpec& spec, Location location) {
        if (findings_.size() + 1 < limits::findings_max) {
            add(spec, std::move(location));
        } else {
            findings_.front() = {.spec = &spec, .location = std::move(location)};
        }
    }

    /// Takes back every finding of that kind, and the word that there are more.
    void forget(const FindingSpec& spec) {
        std::erase_if(findings_, [&spec](const Finding& found) {
            return found.spec == &spec || found.spec == &finding::more_findings;
        });
    }

    bool full() const { return findings_.size() >= limits::findings_max; }
    const Findings& findings() const { return findings_; }
    Findings take() && { return std::move(findings_); }

 private:
    Findings findings_;
};

}  // namespace budstikke::xml
