// The texts of faults.
#include "broker/directory/fault.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "broker/base/limits.hpp"

namespace budstikke::directory {
namespace {

/// Levenshtein's distance; the words are keys of a file, so both are short.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
        }
    }
    return row.back();
}

}  // namespace

std::string to_text(const Fault& fault) {
    std::string text = fault.file;
    if (fault.line != 0) {
        text += ':' + std::to_string(fault.line);
    }
    return text + ": " + fault.cause;
}

void sort_by_place(Faults& faults) {
    std::ranges::stable_sort(faults, {}, [](const Fault& fault) {
        return std::tie(fault.file, fault.line);
    });
}

std::string in_quotes(std::string_view text) {
    std::string result = "`";
    for (const char c : text.substr(0, limits::quoted_bytes_max)) {
        const bool printable = c >= ' ' && c <= '~' && c != '`';
        result += printable ? c : '?';
    }
    return result + (text.size() > limits::quoted_bytes_max ? "...`" : "`");
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
    if (word.size() > limits::quoted_bytes_max) {
        return {};
    }
    std::string_view best;
    // Two letters that changed places are two steps.
    std::size_t best_distance = 1 + std::max<std::size_t>(word.size() > 3 ? 2 : 1, word.size() / 3);
    for (const auto candidate : known) {
        const std::size_t steps = distance(word, candidate);
        if (steps < best_distance) {
            best = candidate;
            best_distance = steps;
        }
    }
    return best;
}

}  // namespace budstikke::directory
