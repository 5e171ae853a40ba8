// How every adapter reads: a table of rules says which elements matter and what they are, and the
// reader walks it beside the document. What no rule names is skipped without a look at its text,
// which is most of a message; nothing is allocated per element. What may stand only once in its
// parent counts the first time; a second one is a finding that refuses the message, because
// another reader of it might let the last one count.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/limits.hpp"
#include "broker/base/text.hpp"
#include "broker/xml/reader.hpp"

namespace budstikke::adapters {

enum class Kind : std::uint8_t {
    group,     ///< holds other elements
    text,      ///< the fact is its trimmed text
    value,     ///< the fact is its attribute V (CS, CV and TS of kith.xsd)
    presence,  ///< a person's data: only whether there is any text
};

/// Inside the element `from`, the element `name` is `to`. States are the adapter's own numbers.
template <typename State>
struct Rule {
    State from;
    std::string_view name;
    State to;
    Kind kind = Kind::group;
    bool foreign = false;  ///< of the second namespace, not of the message's own
};

/// The first state is the document itself, and there are at most 64 states.
template <typename State, std::size_t RuleCount>
class FactReader : public xml::Handler {
 public:
    using Rules = std::array<Rule<State>, RuleCount>;

    FactReader(
        const Rules& rules, std::string_view own, std::string_view foreign,
        xml::FindingList& findings
    )
        : rules_(rules), own_(own), foreign_(foreign), findings_(findings) {
        open_.reserve(depth_expected);
        text_.reserve(limits::fact_bytes_max);
        for (std::size_t i = RuleCount; i-- > 0;) {
            const auto from = static_cast<std::size_t>(rules_[i].from);
            first_[from] = static_cast<std::uint8_t>(i);
            end_[from] = std::max(end_[from], static_cast<std::uint8_t>(i + 1));
        }
    }

    void start(const xml::StartTag& tag) final {
        if (skipped_ > 0) {
            ++skipped_;
            return;
        }
        const auto* const rule = find(tag);
        if (rule == nullptr) {
            ++skipped_;
            unknown(state(), tag);
            return;
        }
        if (is_repeated(*rule)) {
            ++skipped_;
            auto where = here(tag.line);
            where.path += '/';
            where.path += rule->name;
            findings_.add_always(finding::ambiguous, std::move(where));
            return;
        }
        open_.push_back({.rule = rule, .line = tag.line});
        text_.clear();
        too_long_ = false;
        if (rule->kind == Kind::group) {
            entered(rule->to, tag.line);
        } else if (rule->kind == Kind::value) {
            const auto value = trim(tag.attributes.find("V").value_or(""));
            take(value);
        }
    }

    void text(std::string_view piece) final {
        if (skipped_ > 0 || open_.empty()) {
            return;
        }
        const auto kind = open_.back().rule->kind;
        if (kind == Kind::text) {
            // White space around a fact does not count towards its length.
            take(text_.empty() ? piece.substr(piece.size() - left_trimmed(piece).size()) : piece);
        } else if (kind == Kind::presence && !trim(piece).empty()) {
            text_ = "x";
        }
    }

    void end() final {
        if (skipped_ > 0) {
            --skipped_;
            return;
        }
        const auto* const rule = open_.back().rule;
        const auto line = open_.back().line;
        if (rule->kind == Kind::group) {
            left(rule->to);
        } else if (too_long_) {
            findings_.add(finding::field_too_long, here(line));
        } else if (const auto fact_text = trim(text_); !fact_text.empty()) {
            fact(rule->to, fact_text, line);
        }
        text_.clear();
        too_long_ = false;
        open_.pop_back();
    }

 protected:
    /// Whether the schemas let it stand only once in the element that holds it.
    virtual bool is_single(State state) const = 0;
    virtual void entered(State state, std::uint32_t line) = 0;
    virtual void left(State state) = 0;
    /// A fact that is not empty and not longer than limits::fact_bytes_max.
    virtual void fact(State state, std::string_view text, std::uint32_t line) = 0;
    /// An element that no rule names, inside one that a rule does.
    virtual void unknown(State /*parent*/, const xml::StartTag& /*tag*/) {}

    /// The path of the element that is open, with a line of the caller's.
    Location here(std::uint32_t line) const {
        Location location{.line = line, .path = {}};
        for (const auto& open : open_) {
            location.path += '/';
            location.path += open.rule->name;
        }
        return location;
    }

    /// Assigns `text` unless it is longer than `most` bytes: then field_too_long at `line`.
    void keep(std::string& to, std::string_view text, std::size_t most, std::uint32_t line) {
        if (text.size() > most) {
            findings_.add(finding::field_too_long, here(line));
        } else {
            to = text;
        }
    }

    /// The name of the element that is open: Dept and HCPerson may be one state.
    std::string_view open_name() const {
        return open_.empty() ? std::string_view{} : open_.back().rule->name;
    }

    xml::FindingList& findings() { return findings_; }

 private:
    struct Open {
        const Rule<State>* rule;
        std::uint32_t line;
        std::uint64_t singles_seen = 0;  ///< a bit for each state that may stand once
    };

    static constexpr std::size_t depth_expected = 16;
    static constexpr std::size_t state_places = 64;
    static_assert(RuleCount < UINT8_MAX);

    static std::string_view left_trimmed(std::string_view text) {
        const auto at = text.find_first_not_of(" \t\r\n");
        return at == std::string_view::npos ? std::string_view{} : text.substr(at);
    }

    State state() const { return open_.empty() ? State{} : open_.back().rule->to; }

    bool is_repeated(const Rule<State>& rule) {
        if (open_.empty() || !is_single(rule.to)) {
            return false;
        }
        const auto bit = std::uint64_t{1} << static_cast<unsigned>(rule.to);
        auto& seen = open_.back().singles_seen;
        const bool repeated = (seen & bit) != 0;
        seen |= bit;
        return repeated;
    }

    const Rule<State>* find(const xml::StartTag& tag) const {
        const auto from = static_cast<std::size_t>(state());
        for (std::size_t i = first_[from]; i < end_[from]; ++i) {
            const auto& rule = rules_[i];
            if (rule.name == tag.name && rule.from == state() &&
                tag.xml_namespace == (rule.foreign ? foreign_ : own_)) {
                return &rule;
            }
        }
        return nullptr;
    }

    void take(std::string_view piece) {
        const auto room = limits::fact_bytes_max - text_.size();
        if (piece.size() > room) {
            // Only white space may follow a fact that fills its room.
            too_long_ = too_long_ || !trim(piece.substr(room)).empty();
            piece = piece.substr(0, room);
        }
        text_ += piece;
    }

    const Rules& rules_;
    std::array<std::uint8_t, state_places> first_{};  ///< for each state, where its rules begin
    std::array<std::uint8_t, state_places> end_{};    ///< and end, with others between at most
    std::string_view own_;
    std::string_view foreign_;
    xml::FindingList& findings_;
    std::vector<Open> open_;
    std::string text_;
    std::size_t skipped_ = 0;
    bool too_long_ = false;
};

}  // namespace budstikke::adapters
