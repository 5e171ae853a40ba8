#include "broker/app/ebxml_upkeep.hpp"

#include <algorithm>
#include <utility>

#include "broker/app/wrap_counts.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::app {

namespace {

using namespace std::chrono_literals;

// Short beside every retention; one flush of small tables each time.
constexpr auto forgetting_wait = 1h;

}  // namespace

EbxmlUpkeep::EbxmlUpkeep(
    store::EbxmlStore& store, const Clock& clock, EventLog& events,
    std::function<void(const Error&)> on_failure
)
    : store_(store), clock_(clock), events_(events), on_failure_(std::move(on_failure)) {}

void EbxmlUpkeep::tick() {
    if (restart_) {
        // In this order it is `rotating` all the time, and what begins meanwhile begins from here.
        running_ = true;
        restart_ = false;
        cursor_.clear();
    }
    if (running_) rotate();
    // At the first tick too: a crash may have left keys that were erased before it.
    const bool is_busy =
        forgetting_.valid() && forgetting_.wait_for(0s) != std::future_status::ready;
    if (clock_.steady_now() >= next_forgetting_ && !is_busy) {
        next_forgetting_ = clock_.steady_now() + forgetting_wait;
        forgetting_ = std::async(std::launch::async, [this] { forget(); });
    }
}

void EbxmlUpkeep::rotate() {
    const auto page = store_.rewrap(cursor_, limits::wraps_page_rows_max);
    if (!page) {
        events_.write(EventLevel::error, "ebxml_store_failed", {{"code", name(page.error().code)}});
        if (on_failure_) on_failure_(page.error());
        return;
    }
    rewrapped_ += page->count;
    cursor_ = page->last;
    running_ = !cursor_.empty();
}

void EbxmlUpkeep::forget() {
    // The keys only stay longer: it is tried again, and a store that is broken says so at a write.
    if (const auto done = store_.forget_erased(); !done) {
        events_.write(EventLevel::error, "ebxml_store_failed", {{"code", name(done.error().code)}});
    }
}

Result<void> check_wraps(const store::EbxmlStore& store, const crypto::MasterKeys& keys) {
    WrapCounts counts;
    if (auto counted = count_wraps(store, limits::admin_scan_rows_max, counts); !counted) {
        return std::unexpected(std::move(counted.error()));
    }
    const auto loaded = keys.ids();
    for (const auto& [id, wraps] : counts.by_key) {
        if (std::ranges::find(loaded, id) == loaded.end()) {
            return fail(
                Errc::not_found, "master key " + id + " still wraps " + std::to_string(wraps) +
                                     " messages that wait for a partner: put it back"
            );
        }
    }
    return {};
}

}  // namespace budstikke::app
