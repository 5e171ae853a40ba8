// For every rule of HITS 1172 the ways to break it: small changes of a correct message.
#pragma once

#include <functional>
#include <vector>

#include "tests/unit/transport/ebxml/drafts.hpp"

namespace budstikke::ebxml::test {

using Spoil = std::function<void(Draft&)>;

/// At least one for every rule; none where there is no such rule.
std::vector<Spoil> breakages(int rule);

}  // namespace budstikke::ebxml::test
