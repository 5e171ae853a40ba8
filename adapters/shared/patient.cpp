#include "adapters/shared/patient.hpp"

#include <algorithm>

namespace budstikke::adapters {
namespace {

constexpr std::ptrdiff_t official_digits = 11;

}  // namespace

void PatientFacts::identifier(std::string_view type, std::string_view id) {
    if (type != "FNR" && type != "DNR" && type != "FHN") {
        return;
    }
    // Some systems write the number in two groups.
    const auto digits = std::ranges::count_if(id, [](char c) { return c >= '0' && c <= '9'; });
    const auto spaces = std::ranges::count(id, ' ');
    const auto size = static_cast<std::ptrdiff_t>(id.size());
    number_ = number_ || (digits == official_digits && digits + spaces == size);
}

PatientIdentity PatientFacts::judge() const {
    const bool enough = name_ && (number_ || (birth_ && sex_));
    return enough ? PatientIdentity::sufficient : PatientIdentity::insufficient;
}

}  // namespace budstikke::adapters
