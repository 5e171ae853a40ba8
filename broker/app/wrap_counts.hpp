// How many keys each master key wraps, of payloads and of what waits for partners by ebXML, for
// operations and for a reload that takes a key out. Reads the stores page by page and promises to
// end, however much there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/store/ebxml_store.hpp"
#include "broker/store/store.hpp"

namespace budstikke::app {

struct WrapCounts {
    std::map<std::string, std::uint64_t, std::less<>> by_key;  ///< by the id of the master key
    bool complete = true;  ///< false: there are more than were counted
};

/// Adds `rows_max` of a store's at most. Errors are those of the store.
Result<void> count_wraps(store::Store& store, std::size_t rows_max, WrapCounts& counts);
Result<void> count_wraps(const store::EbxmlStore& store, std::size_t rows_max, WrapCounts& counts);
/// Those of both, so many of each; `ebxml` nullptr: there is no ebXML.
Result<WrapCounts> count_wraps(
    store::Store& store, const store::EbxmlStore* ebxml,
    std::size_t rows_max = limits::admin_scan_rows_max
);

}  // namespace budstikke::app
