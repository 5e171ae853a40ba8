// The same bytes as a configuration and as a directory. Beyond the absence of a crash: a fault is
// one printable line at a place that the file has, a configuration keeps its own rules, and a
// directory answers for everybody in it.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "broker/app/config.hpp"
#include "broker/directory/directory.hpp"
#include "broker/directory/resolve.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke;

using budstikke::fuzz::must;

void check_faults(const directory::Faults& faults, std::string_view text) {
    must(!faults.empty());
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    for (const auto& fault : faults) {
        must(fault.file == "input" && fault.line <= lines + 1 && !fault.cause.empty());
        must(std::ranges::all_of(fault.cause, [](char c) { return c >= ' ' && c <= '~'; }));
    }
}

void check_config(const app::Config& config) {
    const auto& settings = config.pipeline;
    must(!config.data.empty() && !config.listeners.empty() && !settings.retry_ladder.empty());
    must(settings.payload_bytes_max <= limits::payload_bytes_max);
    must(settings.payload_bytes_max <= settings.bytes_in_flight_max);
    must(settings.time_to_live <= settings.payload_retention);
    must((config.admin.mode & ~0660U) == 0);
}

void check_directory(const directory::Directory& directory) {
    const Timestamp now{};
    for (const auto& [her_id, party] : directory.parties()) {
        const auto answer = directory::resolve(directory, her_id, now);
        must(answer.party != nullptr);
        must(answer.outcome != directory::ResolutionOutcome::unknown);
        must(answer.outcome != directory::ResolutionOutcome::redirect_loop);
        must(directory.organisation(party.organisation) != nullptr);
        static_cast<void>(directory::agreement(party, "EPIKRISE", "1.2", "hcp"));
    }
    for (const auto& [number, organisation] : directory.organisations()) {
        for (const auto& her_id : organisation.acts_for) {
            must(directory.may_act_for(number, her_id));
            must(directory.find(her_id) != nullptr);
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
