// The payloads that a sender sends, and where their ids stand: everything of a message that changes
// from one to the next.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "tests/bench/load/sheet.hpp"

namespace budstikke::bench {

/// Bytes to send with the places where the id of a message goes.
struct Template {
    std::string bytes;
    std::vector<std::size_t> id_at;
    std::size_t number_at = 0;  ///< of a submission, in ours

    void write_id(const Sheet& sheet, std::uint64_t number, char* out) const {
        for (const std::size_t at : id_at) {
            sheet.write_id(number, out + at);
        }
    }
};

/// The id that stands for that of each message, see messages.py.
inline constexpr std::string_view placeholder = "00000000-0000-4000-8000-000000000000";

/// The parties that messages.py addresses.
std::string sender_her_id(std::uint32_t pair);
std::string recipient_her_id(std::uint32_t pair);

std::vector<std::size_t> places_of_id(std::string_view bytes);

/// The payloads of a pair, PAIR-0.xml and on. Errc::io where there are none, Errc::malformed where
/// one has no place for an id.
Result<std::vector<std::string>> read_payloads(
    const std::filesystem::path& folder, std::uint32_t pair
);

/// What a recipient should see of the payloads of its sender.
class ExpectedPayloads {
 public:
    explicit ExpectedPayloads(const std::vector<std::string>& payloads);

    /// Puts a message that arrived on the sheet: by its id as the broker says it, which must also
    /// stand in a payload of the size that was sent.
    void arrived(
        Sheet& sheet, std::string_view id, std::string_view payload, bool redelivered,
        std::int64_t now
    ) const;

 private:
    struct Row {
        std::size_t bytes = 0;
        std::size_t id_at = 0;
    };
    std::vector<Row> rows_;
};

}  // namespace budstikke::bench
