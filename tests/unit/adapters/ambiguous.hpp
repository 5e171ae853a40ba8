// What every adapter promises of a message that says twice what may stand once: the first counts
// for every address and reference, and the second is a finding that refuses the message.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/adapters/messages.hpp"

namespace budstikke::adapters {

/// `addition` behind the first `after` of a good message is what stands at `path` a second time.
inline void expect_ambiguous(
    const std::string& original, std::string_view after, const std::string& addition,
    std::string_view path
) {
    const auto good = decoded(original).envelope;
    const auto result = decoded(with_behind(original, after, addition));
    EXPECT_TRUE(result.well_formed) << path;
    EXPECT_EQ(ambiguous_at(result), path);
    EXPECT_TRUE(has_error(result.findings));
    EXPECT_EQ(result.envelope.type, good.type);
    EXPECT_EQ(result.envelope.message_id, good.message_id);
    EXPECT_EQ(result.envelope.document_id, good.document_id);
    EXPECT_EQ(result.envelope.sender, good.sender);
    EXPECT_EQ(result.envelope.receivers, good.receivers);
}

}  // namespace budstikke::adapters
