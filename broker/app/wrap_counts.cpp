#include "broker/app/wrap_counts.hpp"

#include <algorithm>

#include "broker/crypto/master_keys.hpp"

namespace budstikke::app {

Result<WrapCounts> count_wraps(store::Store& store, std::size_t rows_max) {
    WrapCounts counts;
    MessageId after;
    for (std::size_t left = rows_max;;) {
        // One more than may be counted tells whether that was all.
        const std::size_t asked = std::min(limits::wraps_page_rows_max, left + 1);
        const auto page = store.wraps(after, asked);
        if (!page) return std::unexpected(page.error());
        for (const auto& [message, wrap] : *page) {
            if (left == 0) {
                counts.complete = false;
                return counts;
            }
            --left;
            ++counts.by_key[crypto::MasterKeys::wrapped_by(wrap).value_or("unreadable")];
        }
        if (page->size() < asked) return counts;
        after = page->back().first;
    }
}

}  // namespace budstikke::app
