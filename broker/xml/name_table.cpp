// See name_table.hpp: open addressing, the texts in blocks.
#include "broker/xml/name_table.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "broker/base/limits.hpp"

namespace budstikke::xml {
namespace {

constexpr std::size_t slots_first = 1024;
constexpr std::size_t block_bytes = 16 * limits::kib;

/// Of the first and the last eight bytes: names made to meet are bounded by
/// limits::xml_name_probes_max.
std::size_t hash_of(std::string_view text) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (text.size() >= sizeof first) {
        std::memcpy(&first, text.data(), sizeof first);
        std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
    } else if (text.size() >= 4) {
        std::memcpy(&first, text.data(), 4);
        std::memcpy(&last, text.data() + text.size() - 4, 4);
    } else if (!text.empty()) {
        std::memcpy(&first, text.data(), 1);
        std::memcpy(&last, text.data() + text.size() / 2, 1);
        last = last << 8U | static_cast<unsigned char>(text.back());
    }
    const auto mixed = (first * odd ^ last) * odd + text.size() * odd;
    return mixed ^ mixed >> 32U;
}

}  // namespace

NameTable::NameTable() : slots_(slots_first) {}

Name* NameTable::intern(std::string_view text) {
    const auto hash = hash_of(text);
    for (std::size_t probe = 0; probe < limits::xml_name_probes_max; ++probe) {
        auto& slot = slots_[(hash + probe) & (slots_.size() - 1)];
        if (slot == nullptr) {
            if (2 * names_.size() >= slots_.size()) {
                grow();
                return intern(text);
            }
            slot = &names_.emplace_back(Name{.text = keep(text), .hash = hash});
            return slot;
        }
        if (slot->hash == hash && slot->text == text) {
            return slot;
        }
    }
    return nullptr;
}

void NameTable::grow() {
    std::vector<Name*> larger(slots_.size() * 2);
    for (auto& name : names_) {
        auto at = name.hash & (larger.size() - 1);
        while (larger[at] != nullptr) {
            at = (at + 1) & (larger.size() - 1);
        }
        larger[at] = &name;
    }
    slots_ = std::move(larger);
}

std::string_view NameTable::keep(std::string_view text) {
    const auto needed = text.size() + 1;
    if (room_ < needed) {
        room_ = std::max(block_bytes, needed);
        blocks_.push_back(std::make_unique<char[]>(room_));
        bytes_ += room_;
    }
    // Filled from the end, so that one number tells where.
    room_ -= needed;
    char* const kept = blocks_.back().get() + room_;
    std::ranges::copy(text, kept);
    kept[text.size()] = '\0';
    return {kept, text.size()};
}

void NameTable::forget_if_large() {
    if (names_.size() > limits::xml_names_kept_max || bytes_ > limits::xml_names_kept_bytes_max) {
        *this = NameTable();
    }
}

}  // namespace budstikke::xml
