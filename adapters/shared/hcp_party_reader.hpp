// What lies below HCP, which the HCP family and AppRec share: the rows of the table, which of its
// elements stand once, and what each does to the party. An adapter has the states in its own list
// of states by the same names: hcp, inst, inst_id, inst_id_type, inst_more, inst_more_id,
// inst_more_type, and the same of unit.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "adapters/shared/fact_reader.hpp"
#include "adapters/shared/hcp_party.hpp"

namespace budstikke::adapters {

// clang-format off: a table is read by column.
template <typename In>
inline constexpr std::array hcp_party_rules{
    Rule<In>{In::hcp,       "Inst",         In::inst},
    Rule<In>{In::hcp,       "HCProf",       In::unit},
    Rule<In>{In::inst,      "Id",           In::inst_id, Kind::text},
    Rule<In>{In::inst,      "TypeId",       In::inst_id_type, Kind::value},
    Rule<In>{In::inst,      "AdditionalId", In::inst_more},
    Rule<In>{In::inst,      "Dept",         In::unit},
    Rule<In>{In::inst,      "HCPerson",     In::unit},
    Rule<In>{In::inst_more, "Id",           In::inst_more_id, Kind::text},
    Rule<In>{In::inst_more, "Type",         In::inst_more_type, Kind::value},
    Rule<In>{In::unit,      "Id",           In::unit_id, Kind::text},
    Rule<In>{In::unit,      "TypeId",       In::unit_id_type, Kind::value},
    Rule<In>{In::unit,      "AdditionalId", In::unit_more},
    Rule<In>{In::unit_more, "Id",           In::unit_more_id, Kind::text},
    Rule<In>{In::unit_more, "Type",         In::unit_more_type, Kind::value},
};

/// What the schemas let stand once in its parent.
template <typename In>
inline constexpr std::array hcp_party_singles{
    In::hcp, In::inst, In::inst_id, In::inst_id_type, In::inst_more_id, In::inst_more_type,
    In::unit_id, In::unit_id_type, In::unit_more_id, In::unit_more_type,
};
// clang-format on

/// Two tables as one.
template <typename T, std::size_t First, std::size_t Second>
constexpr std::array<T, First + Second> joined(
    const std::array<T, First>& first, const std::array<T, Second>& second
) {
    std::array<T, First + Second> all{};
    std::ranges::copy(second, std::ranges::copy(first, all.begin()).out);
    return all;
}

/// Hears what its adapter hears; states that are none of a party's do nothing.
template <typename In>
class HcpPartyReader {
 public:
    void begin(std::uint32_t line) { party_ = HcpParty(line); }
    PartyBuilder take() { return std::move(party_).take(); }

    void entered(In state) {
        if (state == In::inst) {
            party_.inst_entered();
        } else if (state == In::unit) {
            party_.unit_entered();
        } else if (state == In::inst_more || state == In::unit_more) {
            party_.additional_entered();
        }
    }

    /// `name` is that of the element, since Dept, HCPerson and HCProf are one state.
    void left(In state, std::string_view name) {
        if (state == In::inst) {
            party_.inst_left();
        } else if (state == In::unit) {
            party_.unit_left(name);
        } else if (state == In::inst_more) {
            party_.inst_additional_left();
        } else if (state == In::unit_more) {
            party_.unit_additional_left();
        }
    }

    void fact(In state, std::string_view text) {
        switch (state) {
            case In::inst_id:
                return party_.inst_id(text);
            case In::inst_id_type:
                return party_.inst_type(text);
            case In::unit_id:
                return party_.unit_id(text);
            case In::unit_id_type:
                return party_.unit_type(text);
            case In::inst_more_id:
            case In::unit_more_id:
                return party_.additional_id(text);
            case In::inst_more_type:
            case In::unit_more_type:
                return party_.additional_type(text);
            default:
                return;
        }
    }

 private:
    HcpParty party_;
};

}  // namespace budstikke::adapters
