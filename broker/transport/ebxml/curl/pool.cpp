// The handles of pool.hpp.
#include "broker/transport/ebxml/curl/pool.hpp"

#include <algorithm>
#include <utility>

namespace budstikke::ebxml {

Easy EasyPool::borrow(std::string_view origin) {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) {
        return {};
    }
    auto found = std::ranges::find(kept_, origin, &Kept::origin);
    if (found == kept_.end()) {
        // The one that has waited the longest.
        found = kept_.begin();
    }
    Easy easy = std::move(found->easy);
    kept_.erase(found);
    return easy;
}

void EasyPool::give_back(Easy easy, std::string_view origin) {
    const std::lock_guard lock(mutex_);
    kept_.push_back({.easy = std::move(easy), .origin = std::string(origin)});
}

}  // namespace budstikke::ebxml
