#include "broker/message/finding.hpp"

#include <algorithm>

namespace budstikke {

std::string_view name(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "info";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "error";
}

std::string Location::text() const {
    if (line == 0) {
        return path;
    }
    std::string text = "line " + std::to_string(line);
    return path.empty() ? text : text + ", " + path;
}

bool has_error(std::span<const Finding> findings) {
    return std::ranges::any_of(findings, [](const Finding& finding) {
        return finding.spec->severity == Severity::error;
    });
}

}  // namespace budstikke
