// What the readers of all families do alike: the message's own type, time and id, its sender and
// its receivers. A family has the states of the first three in its own list by the names type,
// generated and id.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/shared/fact_reader.hpp"
#include "adapters/shared/head.hpp"
#include "adapters/shared/parties.hpp"

namespace budstikke::adapters {

template <typename In, std::size_t RuleCount>
class MessageReader : public FactReader<In, RuleCount> {
 public:
    /// `singles` are what the schemas let stand once in its parent; it must outlive the reader.
    MessageReader(
        const typename FactReader<In, RuleCount>::Rules& rules, std::span<const In> singles,
        std::string_view own, std::string_view foreign, xml::FindingList& findings
    )
        : FactReader<In, RuleCount>(rules, own, foreign, findings), singles_(singles) {}

 protected:
    bool is_single(In state) const override {
        return std::ranges::find(singles_, state) != singles_.end();
    }

    /// False for a state that is neither type, generated nor id.
    bool take_head(In state, std::string_view text, std::uint32_t line) {
        switch (state) {
            case In::type:
                type_line_ = line;
                this->keep(envelope_.type, text, limits::type_code_bytes_max, line);
                return true;
            case In::generated:
                generated_line_ = line;
                envelope_.generated_at = text;
                return true;
            case In::id:
                id_line_ = line;
                this->keep(envelope_.message_id, text, limits::msg_id_bytes_max, line);
                return true;
            default:
                return false;
        }
    }

    void take_sender(PartyBuilder party) {
        party_lines_.sender = party.line();
        envelope_.sender = std::move(party).take();
    }

    void take_receiver(PartyBuilder party, ReceiverRole role) {
        add_receiver(envelope_, party_lines_, std::move(party), role, this->findings());
    }

    /// What is missing is missing at `line`, of the element that should have held it.
    void check_head_at(
        std::uint32_t line, std::string_view id_path, std::string_view generated_path
    ) {
        check_head(
            envelope_,
            {.message_id = {.line = or_else(id_line_, line), .path = std::string(id_path)},
             .generated_at =
                 {.line = or_else(generated_line_, line), .path = std::string(generated_path)}},
            this->findings()
        );
    }

    void check_parties_at(const PartyPaths& paths) {
        check_parties(envelope_, party_lines_, paths, this->findings());
    }

    /// Where the type stands, or else `line`.
    std::uint32_t type_line(std::uint32_t line) const { return or_else(type_line_, line); }

    /// The line of something that may not have been there.
    static std::uint32_t or_else(std::uint32_t line, std::uint32_t other) {
        return line == 0 ? other : line;
    }

    Envelope envelope_;

 private:
    std::span<const In> singles_;
    PartyLines party_lines_;
    std::uint32_t type_line_ = 0;
    std::uint32_t generated_line_ = 0;
    std::uint32_t id_line_ = 0;
};

}  // namespace budstikke::adapters
