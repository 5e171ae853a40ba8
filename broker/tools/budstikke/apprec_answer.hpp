// The application receipt that `budstikke receive` gives for a message, as the recipient's own
// application would: read from the message, encoded by the adapter.
#pragma once

#include <optional>
#include <string>

#include "broker/adapter/registry.hpp"
#include "broker/base/result.hpp"
#include "broker/tools/budstikke/options.hpp"

namespace budstikke::v1 {
class Delivery;
}

namespace budstikke::tools {

/// Nothing where the message expects none: it is an AppRec itself, or it may not be read.
Result<std::optional<std::string>> answer_with_apprec(
    const v1::Delivery& delivery, const AdapterRegistry& adapters, const ReceiveOptions& options
);

}  // namespace budstikke::tools
