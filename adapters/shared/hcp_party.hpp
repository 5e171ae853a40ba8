// The party of the HCP family (HCP/Inst with Dept or HCPerson, or HCP/HCProf), which AppRec shares:
// the states that lie below HCP, and what each fact does to the party.
#pragma once

#include <string_view>

#include "adapters/shared/parties.hpp"

namespace budstikke::adapters {

/// Level 1 is Inst, level 2 the Dept or HCPerson in it, or an HCProf alone. Each has one Id with a
/// TypeId; a HER-id may also be an AdditionalId, where the Id is of another type. A service (Dept)
/// goes before a person, in whatever order a schema puts the two.
class HcpParty {
 public:
    explicit HcpParty(std::uint32_t line = 0) : party_(line) {}

    void inst_entered() { inst_ = {}; }
    void unit_entered() { unit_ = {}; }
    void additional_entered() { additional_.clear(); }

    void inst_id(std::string_view id) { inst_.own.set_id(id); }
    void inst_type(std::string_view type) { inst_.own.set_type(type); }
    void unit_id(std::string_view id) { unit_.own.set_id(id); }
    void unit_type(std::string_view type) { unit_.own.set_type(type); }
    void additional_id(std::string_view id) { additional_.set_id(id); }
    void additional_type(std::string_view type) { additional_.set_type(type); }

    void inst_additional_left() { inst_.add(additional_); }
    void unit_additional_left() { unit_.add(additional_); }
    void inst_left() { party_.organisation(inst_.best()); }
    /// `name` is Dept, HCPerson or HCProf.
    void unit_left(std::string_view name) {
        if (name != "HCPerson") {
            party_.unit(unit_.best());
            return;
        }
        if (unit_.best().is_her() && !person_.is_her()) {
            person_ = unit_.best();
        }
    }

    PartyBuilder take() && {
        party_.unit(person_);
        return std::move(party_);
    }

 private:
    struct Level {
        Identifier own;
        Identifier other;  ///< the first AdditionalId that is a HER-id

        void add(const Identifier& id) {
            if (id.is_her() && !other.is_her()) {
                other = id;
            }
        }
        const Identifier& best() const { return own.is_her() ? own : other; }
    };

    PartyBuilder party_;
    Level inst_;
    Level unit_;
    Identifier person_;
    Identifier additional_;
};

}  // namespace budstikke::adapters
