// The rounds of the crash test: load, SIGKILL, restart, and in the end of each round the question
// whether everything that was acknowledged is where it belongs. Promises that what it reports was
// seen by the parties themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/result.hpp"
#include "tests/crash/oracle.hpp"
#include "tests/crash/party.hpp"
#include "tests/crash/process.hpp"
#include "tests/crash/world.hpp"

namespace budstikke::crash {

struct CampaignOptions {
    std::uint64_t rounds = 20;
    std::uint64_t seed = 1;
    std::filesystem::path broker;  ///< the program
    /// The disk of the broker fails instead of its power; for the variant with the losing disk.
    bool disk_faults = false;
};

class Campaign {
 public:
    Campaign(CampaignOptions options, World& world);

    /// All rounds, or as many as there are without a fault: after one, what follows says nothing
    /// new. An error where the broker cannot be started or talked to.
    Result<void> run();
    const Oracle& oracle() const { return oracle_; }
    std::uint64_t rounds() const { return rounds_; }

 private:
    /// Hashes of what the broker says of messages, by their numbers in the order of sending.
    using Statuses = std::map<std::uint64_t, std::uint64_t>;

    Result<void> round();
    /// Some of the brokers, by their numbers in the world.
    using Victims = std::vector<std::size_t>;

    /// Load until the kill; what killed whom.
    Result<std::string> load_and_kill();
    /// Everything that is open is sent, delivered, settled.
    Result<void> quiesce();
    Victims everybody() const;
    Victims some_victims();
    Result<void> restart(const Victims& victims, const std::string& disk_fault = {});
    /// The disk will fail some time after this, or, where false, has done so at the start already.
    Result<bool> restart_on_failing_disk();
    void kill(const Victims& victims);
    Result<void> connect(std::size_t broker);
    Result<void> subscribe();
    /// Settlements whose confirmation the kill swallowed: the broker says which it knows.
    Result<void> ask_for_settlements(const Victims& victims);
    /// Where brokers hand on to each other, each delivery ends at the first one as the second one's
    /// parties saw.
    Result<void> check_outcomes();
    Result<void> check_outcomes(Party& sender, const std::vector<Oracle::Acknowledged>& messages);
    Result<void> check_restarts();
    Result<Statuses> statuses(std::uint64_t first);
    void compare(const Statuses& before, const Statuses& after, const char* when);
    Party& speaker_of(std::string_view her_id);
    bool is_alone() const { return world_.setting() == Setting::exchange; }
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    void print_round(const std::string& kills, const Counts& before) const;

    const CampaignOptions options_;
    World& world_;
    std::mt19937_64 random_;
    Oracle oracle_;
    Load load_;
    std::vector<std::unique_ptr<Party>> parties_;
    std::vector<std::optional<BrokerProcess>> brokers_;
    std::uint64_t first_of_round_ = 0;  ///< how many were sent before it
    std::uint64_t rounds_ = 0;
    std::uint64_t interrupted_starts_ = 0;  ///< killed before they were done
    std::uint64_t disk_ends_ = 0;           ///< the broker ended because its disk failed
    Statuses all_statuses_;
};

}  // namespace budstikke::crash
