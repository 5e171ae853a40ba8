// The adapters that this broker was built with. Filled once at start from the explicit list in
// adapters/register.cpp (and from shared objects the configuration names), read-only afterwards.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "broker/adapter/adapter.hpp"

namespace budstikke {

class AdapterRegistry {
 public:
    /// Refuses a second adapter of the same name.
    Result<void> add(std::unique_ptr<Adapter> adapter);

    /// The most confident adapter, nullptr where none recognises the bytes.
    const Adapter* recognise(std::string_view bytes) const;
    const Adapter* find(std::string_view name) const;
    std::span<const std::unique_ptr<Adapter>> all() const { return adapters_; }

    /// Recognises and decodes; where no adapter does, an empty envelope with the finding that says
    /// why (not well-formed, a DTD, or a format that the broker does not carry).
    Decoded decode(std::string_view bytes, const xml::SchemaSet* schemas) const;

 private:
    std::vector<std::unique_ptr<Adapter>> adapters_;
};

}  // namespace budstikke
