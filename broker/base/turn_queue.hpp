// A queue in which owners take turns: however much one of them has put in, the next of every other
// is at most one round away. Promises the order of arrival within an owner. May not know what
// waits.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace budstikke {

/// Not for two threads at once.
template <typename Item>
class TurnQueue {
 public:
    void push(const std::string& owner, Item item) {
        const auto [row, added] = waiting_.try_emplace(owner);
        if (added) {
            owners_.push_back(owner);
        }
        row->second.push_back(std::move(item));
        ++size_;
    }
    /// Of the owner whose turn it is. Not where it is empty.
    Item pop() {
        assert(!empty());
        return take(owners_.begin());
    }
    /// Of the first owner, by turns, of whom `may` is true; nothing where it is true of none. Who
    /// is passed over keeps his turn.
    template <typename May>
    std::optional<Item> pop_if(const May& may) {
        const auto owner = std::ranges::find_if(owners_, may);
        return owner == owners_.end() ? std::nullopt : std::optional<Item>(take(owner));
    }
    bool empty() const { return owners_.empty(); }
    std::size_t size() const { return size_; }
    /// The same of one owner.
    std::size_t size_of(const std::string& owner) const {
        const auto row = waiting_.find(owner);
        return row == waiting_.end() ? 0 : row->second.size();
    }

 private:
    Item take(const std::deque<std::string>::iterator& owner) {
        const auto row = waiting_.find(*owner);
        owners_.erase(owner);
        Item item = std::move(row->second.front());
        row->second.pop_front();
        --size_;
        if (row->second.empty()) {
            waiting_.erase(row);
        } else {
            owners_.push_back(row->first);
        }
        return item;
    }

    std::unordered_map<std::string, std::deque<Item>> waiting_;  ///< no owner without an item
    std::deque<std::string> owners_;                             ///< the same, the next one first
    std::size_t size_ = 0;
};

}  // namespace budstikke
