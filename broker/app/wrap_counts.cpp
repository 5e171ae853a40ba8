#include "broker/app/wrap_counts.hpp"

#include <algorithm>

#include "broker/crypto/master_keys.hpp"

namespace budstikke::app {

namespace {

/// `read_page` gives rows of ids and wraps after an id.
template <typename Id>
Result<void> add_pages(const auto& read_page, std::size_t rows_max, WrapCounts& counts) {
    Id after;
    for (std::size_t left = rows_max;;) {
        // One more than may be counted tells whether that was all.
        const std::size_t asked = std::min(limits::wraps_page_rows_max, left + 1);
        const auto page = read_page(after, asked);
        if (!page) return std::unexpected(page.error());
        for (const auto& [id, wrap] : *page) {
            if (left == 0) {
                counts.complete = false;
                return {};
            }
            --left;
            ++counts.by_key[crypto::MasterKeys::wrapped_by(wrap).value_or("unreadable")];
        }
        if (page->size() < asked) return {};
        after = page->back().first;
    }
}

}  // namespace

Result<void> count_wraps(store::Store& store, std::size_t rows_max, WrapCounts& counts) {
    const auto read_page = [&](const MessageId& after, std::size_t rows) {
        return store.wraps(after, rows);
    };
    return add_pages<MessageId>(read_page, rows_max, counts);
}

Result<void> count_wraps(const store::EbxmlStore& store, std::size_t rows_max, WrapCounts& counts) {
    const auto read_page = [&](const std::string& after, std::size_t rows) {
        return store.wraps(after, rows);
    };
    return add_pages<std::string>(read_page, rows_max, counts);
}

Result<WrapCounts> count_wraps(
    store::Store& store, const store::EbxmlStore* ebxml, std::size_t rows_max
) {
    WrapCounts counts;
    auto counted = count_wraps(store, rows_max, counts);
    if (counted && ebxml != nullptr) counted = count_wraps(*ebxml, rows_max, counts);
    if (!counted) return std::unexpected(std::move(counted.error()));
    return counts;
}

}  // namespace budstikke::app
