// How many payload keys each master key wraps, for operations and for a reload that takes a key
// out. Reads the store page by page and promises to end, however much there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/store/store.hpp"

namespace budstikke::app {

struct WrapCounts {
    std::map<std::string, std::uint64_t, std::less<>> by_key;  ///< by the id of the master key
    bool complete = true;  ///< false: there are more than were counted
};

/// Counts `rows_max` of them at most. Errors are those of the store.
Result<WrapCounts> count_wraps(
    store::Store& store, std::size_t rows_max = limits::admin_scan_rows_max
);

}  // namespace budstikke::app
