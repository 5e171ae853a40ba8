// Guesses before a message is read whether a recipient's agreement will ask for its schemas, so
// that one pass takes the facts and checks the schemas. Promises that a wrong guess costs a pass
// and never changes a result. May not know the directory: it remembers what was wanted the last
// times.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace budstikke::pipeline {

/// Any thread; a lost update is a guess a little worse.
class SchemaForecast {
 public:
    /// What a guess depends on: who sends, and the kind of message as its first bytes show it.
    using Kind = std::size_t;
    static Kind kind(std::string_view organisation, std::string_view payload);

    /// After two in a row that wanted them; two that did not turn it back.
    bool expects(Kind kind) const;
    void learn(Kind kind, bool wanted);

 private:
    static constexpr std::size_t kinds = 4096;  ///< different ones may share a place

    std::array<std::atomic<std::uint8_t>, kinds> wanted_{};
};

}  // namespace budstikke::pipeline
