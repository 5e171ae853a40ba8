// The HCP family ("basismeldinger" 1.x): Epikrise, Henvisning, Rekvisisjon and Svarrapport, each a
// `Message` in a namespace of its own. README.md lists the traps.
#pragma once

#include "broker/adapter/adapter.hpp"

namespace budstikke::adapters {

class HcpAdapter final : public Adapter {
 public:
    std::string_view name() const override { return "hcp"; }
    int recognise(std::string_view head) const override;
    Decoded decode(std::string_view bytes, const xml::SchemaSet* schemas) const override;
};

}  // namespace budstikke::adapters
