// The same bytes as a configuration and as a directory. Beyond the absence of a crash: a fault is
// one printable line at a place that the file has, a configuration keeps its own rules, and a
// directory answers for everybody in it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/app/config.hpp"
#include "broker/directory/directory.hpp"
#include "broker/directory/resolve.hpp"

namespace {

using namespace budstikke;

void require(bool promise) {
    if (!promise) {
        std::abort();
    }
}

void check_faults(const directory::Faults& faults, std::string_view text) {
    require(!faults.empty());
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    for (const auto& fault : faults) {
        require(fault.file == "input" && fault.line <= lines + 1 && !fault.cause.empty());
        require(std::ranges::all_of(fault.cause, [](char c) { return c >= ' ' && c <= '~'; }));
    }
}

void check_config(const app::Config& config) {
    const auto& settings = config.pipeline;
    require(!config.data.empty() && !config.listeners.empty() && !settings.retry_ladder.empty());
    require(settings.payload_bytes_max <= limits::payload_bytes_max);
    require(settings.payload_bytes_max <= settings.bytes_in_flight_max);
    require(settings.time_to_live <= settings.payload_retention);
    require((config.admin.mode & ~0660U) == 0);
}

void check_directory(const directory::Directory& directory) {
    const Timestamp now{};
    for (const auto& [her_id, party] : directory.parties()) {
        const auto answer = directory::resolve(directory, her_id, now);
        require(answer.party != nullptr);
        require(answer.outcome != directory::ResolutionOutcome::unknown);
        require(answer.outcome != directory::ResolutionOutcome::redirect_loop);
        require(directory.organisation(party.organisation) != nullptr);
        static_cast<void>(directory::agreement(party, "EPIKRISE", "1.2", "hcp"));
    }
    for (const auto& [number, organisation] : directory.organisations()) {
        for (const auto& her_id : organisation.acts_for) {
            require(directory.may_act_for(number, her_id));
            require(directory.find(her_id) != nullptr);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto config = app::parse_config(text, "input", "/etc")) {
        check_config(*config);
    } else {
        check_faults(config.error(), text);
    }
    const directory::Source source{"input", std::string(text)};
    if (const auto directory = directory::Directory::parse(std::span(&source, 1))) {
        check_directory(*directory);
    } else {
        check_faults(directory.error(), text);
    }
    return 0;
}
