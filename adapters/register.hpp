// The one list of adapters that this broker is built with.
#pragma once

#include "broker/adapter/registry.hpp"

namespace budstikke {

/// Adds every adapter of the list; `conflict` where two have the same name.
Result<void> register_adapters(AdapterRegistry& registry);

}  // namespace budstikke
