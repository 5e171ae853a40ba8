// MsgHead 1.2 (HIS 80601) with any payload: Dialogmelding, PLO, Henvisning 2.0, EPJ-ekstrakt,
// BehandlerKrav, Egenandel, and attachments. README.md lists the traps.
#pragma once

#include "broker/adapter/adapter.hpp"

namespace budstikke::adapters {

class MsgHeadAdapter final : public Adapter {
 public:
    std::string_view name() const override { return "msghead"; }
    int recognise(std::string_view head) const override;
    Decoded decode(std::string_view bytes, const xml::SchemaSet* schemas) const override;
};

}  // namespace budstikke::adapters
