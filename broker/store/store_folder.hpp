// The folder of a store on disk: made, or found to be its owner's alone. Internal to the store.
#pragma once

#include <string>

#include "broker/base/result.hpp"

namespace budstikke::store {

/// Creates it and those above it, mode 0700. `denied` where group or others may enter, `io` where
/// it cannot be made or is no folder.
Result<void> prepare_folder(const std::string& path);

}  // namespace budstikke::store
