#include "tests/bench/load/template.hpp"

#include <fstream>
#include <iterator>

namespace budstikke::bench {
namespace {

constexpr std::uint32_t first_sender = 2000;
constexpr std::uint32_t first_recipient = 3000;

}  // namespace

std::string sender_her_id(std::uint32_t pair) {
    return std::to_string(first_sender + pair);
}

std::string recipient_her_id(std::uint32_t pair) {
    return std::to_string(first_recipient + pair);
}

std::vector<std::size_t> places_of_id(std::string_view bytes) {
    std::vector<std::size_t> places;
    for (auto at = bytes.find(placeholder); at != bytes.npos;
         at = bytes.find(placeholder, at + 1)) {
        places.push_back(at);
    }
    return places;
}

Result<std::vector<std::string>> read_payloads(
    const std::filesystem::path& folder, std::uint32_t pair
) {
    std::vector<std::string> payloads;
    while (true) {
        const std::string name =
            std::to_string(pair) + "-" + std::to_string(payloads.size()) + ".xml";
        std::ifstream file(folder / name, std::ios::binary);
        if (!file) {
            break;
        }
        payloads.emplace_back(
            std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()
        );
        if (places_of_id(payloads.back()).empty()) {
            return fail(Errc::malformed, "no place for an id in " + name);
        }
    }
    if (payloads.empty()) {
        return fail(Errc::io, "no messages for pair " + std::to_string(pair));
    }
    return payloads;
}

ExpectedPayloads::ExpectedPayloads(const std::vector<std::string>& payloads) {
    for (const auto& payload : payloads) {
        rows_.push_back({.bytes = payload.size(), .id_at = places_of_id(payload).front()});
    }
}

void ExpectedPayloads::arrived(
    Sheet& sheet, std::string_view id, std::string_view payload, bool redelivered, std::int64_t now
) const {
    const auto number = sheet.number_of(id);
    if (!number) {
        return sheet.stranger();
    }
    const Row& row = rows_[*number % rows_.size()];
    if (payload.size() != row.bytes || payload.substr(row.id_at, id_bytes) != id) {
        return sheet.stranger();
    }
    sheet.arrived(*number, redelivered, now);
}

}  // namespace budstikke::bench
