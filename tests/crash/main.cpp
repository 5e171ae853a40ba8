// budstikke_crash: kills real brokers at random moments under load, and says what was lost,
// doubled or reordered. Its last line is the result; it exits with 1 where that is not good.
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/crash/campaign.hpp"

namespace {

using namespace budstikke;
using crash::Fault;

constexpr int exit_usage = 2;

struct Arguments {
    crash::CampaignOptions options;
    crash::Setting setting = crash::Setting::exchange;
    bool keep = false;
};

bool read_number(std::string_view text, std::uint64_t& number) {
    const std::span<const char> digits(text);
    const auto* const end = std::to_address(digits.end());
    const auto read = std::from_chars(std::to_address(digits.begin()), end, number);
    return read.ec == std::errc() && read.ptr == end;
}

std::optional<Arguments> read(const std::vector<std::string_view>& words) {
    Arguments arguments;
    arguments.options.broker = std::filesystem::path(BUDSTIKKE_BINARY_DIR) / "bin" / "budstikked";
    for (std::size_t at = 0; at < words.size(); ++at) {
        const auto word = words[at];
        if (word == "--keep" || word == "--disk-faults") {
            (word == "--keep" ? arguments.keep : arguments.options.disk_faults) = true;
            continue;
        }
        if (word == "--ebxml") {
            arguments.setting = crash::Setting::ebxml;
            continue;
        }
        if (++at == words.size()) {
            return std::nullopt;
        }
        if (word == "--broker") {
            arguments.options.broker = words[at];
        } else if (!(word == "--rounds" && read_number(words[at], arguments.options.rounds)) &&
                   !(word == "--seed" && read_number(words[at], arguments.options.seed))) {
            return std::nullopt;
        }
    }
    const bool both = arguments.setting == crash::Setting::ebxml && arguments.options.disk_faults;
    return both ? std::nullopt : std::optional(std::move(arguments));
}

/// The result of the run, the line that others read last.
void print_result(const crash::Campaign& campaign) {
    const auto counts = campaign.oracle().counts();
    for (const auto& line : campaign.oracle().report()) {
        std::cerr << line << '\n';
    }
    for (const Fault fault :
         {Fault::damaged, Fault::unsent, Fault::answer, Fault::changed, Fault::outcome}) {
        if (counts.of(fault) > 0) {
            std::cout << name(fault) << ' ' << counts.of(fault) << '\n';
        }
    }
    std::cout << "rounds " << campaign.rounds() << " acknowledged " << counts.acknowledged
              << " delivered " << counts.delivered << " lost " << counts.of(Fault::lost)
              << " duplicated " << counts.of(Fault::duplicated) << " reordered "
              << counts.of(Fault::reordered) << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = read(std::vector<std::string_view>(argv + 1, argv + argc));
    if (!arguments) {
        std::cerr << "usage: budstikke_crash [--rounds N] [--seed S] [--broker PROGRAM] [--keep] "
                     "[--disk-faults | --ebxml]\n";
        return exit_usage;
    }
    auto world = crash::World::make(BUDSTIKKE_SOURCE_DIR, arguments->setting);
    if (!world) {
        std::cerr << world.error().detail << '\n';
        return EXIT_FAILURE;
    }
    crash::Campaign campaign(arguments->options, *world);
    std::cout << "seed " << arguments->options.seed << std::endl;
    const auto done = campaign.run();
    const bool good = done && campaign.oracle().counts().all_faults() == 0;
    if (arguments->keep || !good) {
        world->keep();
    }
    if (!done) {
        std::cerr << "ended early: " << done.error().detail << '\n';
    }
    print_result(campaign);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
