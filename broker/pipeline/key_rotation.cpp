#include "broker/pipeline/key_rotation.hpp"

#include "broker/base/limits.hpp"

namespace budstikke::pipeline {

std::vector<std::pair<MessageId, std::string>> KeyRotation::next_page() {
    if (restart_.exchange(false)) {
        cursor_ = MessageId{};
        running_ = true;
    }
    std::vector<std::pair<MessageId, std::string>> rewrapped;
    // Pages of payloads that have the current key already are passed at once.
    while (running_ && rewrapped.empty()) {
        const auto page = store_.wraps(cursor_, limits::wraps_page_rows_max);
        if (!page) {
            break;
        }
        if (page->empty()) {
            running_ = false;
            break;
        }
        for (const auto& [message, wrap] : *page) {
            cursor_ = message;
            auto renewed = codec_.rewrap(message, wrap);
            if (renewed && *renewed) {
                rewrapped.emplace_back(message, **std::move(renewed));
            }
        }
    }
    rewrapped_ += rewrapped.size();
    return rewrapped;
}

}  // namespace budstikke::pipeline
