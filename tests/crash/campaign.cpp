#include "tests/crash/campaign.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <iostream>
#include <numeric>
#include <ranges>

#include <budstikke/v1/exchange.pb.h>

#include "tests/crash/outcomes.hpp"

namespace budstikke::crash {
namespace {

using namespace std::chrono_literals;

// For what must happen, on a machine that does much else at once; nothing waits that long in vain.
constexpr Duration start_max = 300s;
constexpr Duration stall_max = 300s;
// One start in so many is killed before it is done: recovery must bear that, too.
constexpr std::uint64_t starts_for_each_killed = 4;
constexpr std::uint64_t start_killed_after_ms_span = 51;
constexpr std::uint64_t kills_of_a_round_max = 3;
constexpr std::uint64_t kill_after_ms_min = 5;
constexpr std::uint64_t kill_after_ms_span = 496;
// Writes and syncs of the broker's disk before it fails: some hundred belong to the start.
constexpr std::uint64_t disk_fault_span = 200;
constexpr int exit_store_failed = 70;  // EX_SOFTWARE of sysexits.h, as broker/app/main.cpp has it
constexpr Duration disk_fault_after_max = 5s;
constexpr std::uint64_t messages_until_disk_fault_max = 5'000;
// The kill also comes once so many were sent, so that a fast machine needs no more memory for what
// the oracle knows than a slow one.
constexpr std::uint64_t messages_of_a_life_min = 100;
constexpr std::uint64_t messages_of_a_life_span = 1400;
// Signatures and encryption cost both brokers more than all the rest.
constexpr std::uint64_t ebxml_messages_of_a_life_min = 20;
constexpr std::uint64_t ebxml_messages_of_a_life_span = 130;

}  // namespace

Campaign::Campaign(CampaignOptions options, World& world)
    : options_(std::move(options)),
      world_(world),
      random_(options_.seed),
      brokers_(world.brokers().size()) {
    for (const auto& row : world.parties()) {
        for (int connection = 0; connection < row.connections; ++connection) {
            parties_.push_back(std::make_unique<Party>(row, world, random_(), load_, oracle_));
        }
        if (row.connections > 1) {
            oracle_.share(std::string(row.her_id));
        }
    }
}

Result<void> Campaign::run() {
    auto done = restart(everybody());
    while (done && rounds_ < options_.rounds && oracle_.counts().all_faults() == 0) {
        done = round();
        ++rounds_;
    }
    if (!done || oracle_.counts().all_faults() > 0) {
        return done;
    }
    if (options_.disk_faults && disk_ends_ == 0) {
        return fail(Errc::internal, "no disk failed, so nothing was shown");
    }
    // What was settled in the first round must still be so after the last.
    const auto now = statuses(0);
    if (!now) {
        return std::unexpected(now.error());
    }
    compare(all_statuses_, *now, "at the end of the run");
    return {};
}

Result<void> Campaign::round() {
    const Counts before = oracle_.counts();
    first_of_round_ = before.sent;
    std::string kills;
    for (std::uint64_t left = 1 + below(kills_of_a_round_max); left > 0; --left) {
        const auto killed = load_and_kill();
        if (!killed) {
            return std::unexpected(killed.error());
        }
        kills += (kills.empty() ? "" : ", ") + *killed;
    }
    auto done = quiesce();
    if (done && oracle_.counts().all_faults() == 0 && !is_alone()) {
        done = check_outcomes();
    }
    if (done && oracle_.counts().all_faults() == 0) {
        done = check_restarts();
    }
    print_round(kills, before);
    return done;
}

void Campaign::print_round(const std::string& kills, const Counts& before) const {
    const Counts now = oracle_.counts();
    std::cout << "round " << rounds_ + 1 << '/' << options_.rounds << ": killed " << kills
              << "; acknowledged " << now.acknowledged - before.acknowledged << ", delivered "
              << now.delivered - before.delivered << ", redelivered "
              << now.redelivered - before.redelivered << ", starts interrupted so far "
              << interrupted_starts_ << ", faults " << now.all_faults() << std::endl;
}

Campaign::Victims Campaign::everybody() const {
    Victims all(brokers_.size());
    std::iota(all.begin(), all.end(), 0U);
    return all;
}

Campaign::Victims Campaign::some_victims() {
    const std::uint64_t chosen = is_alone() ? 0 : below(brokers_.size() + 1);
    return chosen == brokers_.size() ? everybody() : Victims{static_cast<std::size_t>(chosen)};
}

Result<void> Campaign::restart(const Victims& victims, const std::string& disk_fault) {
    kill(victims);
    for (const std::size_t at : victims) {
        const auto& folder = world_.brokers()[at];
        if (disk_fault.empty() && below(starts_for_each_killed) == 0) {
            // Ready in time or not, the process ends with what is returned here.
            const Duration time(below(start_killed_after_ms_span));
            const auto killed = BrokerProcess::start(options_.broker, folder, {}, time);
            interrupted_starts_ += killed ? 0 : 1;
        }
        auto started = BrokerProcess::start(options_.broker, folder, disk_fault, start_max);
        if (!started) {
            return std::unexpected(started.error());
        }
        brokers_[at].emplace(std::move(*started));
        if (auto connected = connect(at); !connected) {
            return connected;
        }
    }
    return {};
}

Result<bool> Campaign::restart_on_failing_disk() {
    constexpr std::array kinds{"full", "broken", "broken-once"};
    const std::string fault =
        std::string(kinds[below(kinds.size())]) + " " + std::to_string(1 + below(disk_fault_span));
    if (restart(everybody(), fault)) {
        for (const auto& party : parties_) {
            party->expect_end();
        }
        return true;
    }
    ++disk_ends_;
    const auto started = restart(everybody());
    return started ? Result<bool>(false) : std::unexpected(started.error());
}

void Campaign::kill(const Victims& victims) {
    const auto of_victims = [&](const auto& party) {
        return std::ranges::find(victims, party->row().broker) != victims.end();
    };
    for (const auto& party : parties_ | std::views::filter(of_victims)) {
        party->expect_end();
    }
    for (const std::size_t at : victims) {
        brokers_[at].reset();
    }
    for (const auto& party : parties_ | std::views::filter(of_victims)) {
        party->disconnect();
    }
}

Result<void> Campaign::connect(std::size_t broker) {
    for (const auto& party : parties_) {
        if (party->row().broker != broker) {
            continue;
        }
        const auto options =
            world_.client_options(party->row().organisation, brokers_[broker]->port());
        if (auto connected = party->connect(options); !connected) {
            return connected;
        }
    }
    return {};
}

Party& Campaign::speaker_of(std::string_view her_id) {
    return **std::ranges::find_if(parties_, [&](const auto& party) {
        return party->row().her_id == her_id;
    });
}

Result<void> Campaign::ask_for_settlements(const Victims& victims) {
    for (const auto& waiting : oracle_.unconfirmed_since(first_of_round_)) {
        Party& recipient = speaker_of(waiting.recipient);
        if (std::ranges::find(victims, recipient.row().broker) == victims.end()) {
            continue;
        }
        const auto state = recipient.state_of(waiting.id, waiting.sender);
        if (!state) {
            return std::unexpected(state.error());
        }
        if (!*state) {
            oracle_.fault(Fault::lost, waiting.id + " was delivered and is not known any more");
        } else if (**state == "in_flight") {
            oracle_.fault(Fault::changed, waiting.id + " is in flight, though nobody can have it");
        } else if (**state != "queued") {
            oracle_.ended(waiting.id, waiting.recipient);
        }
    }
    return {};
}

Result<std::string> Campaign::load_and_kill() {
    Duration after(kill_after_ms_min + below(kill_after_ms_span));
    std::uint64_t messages =
        is_alone() ? messages_of_a_life_min + below(messages_of_a_life_span)
                   : ebxml_messages_of_a_life_min + below(ebxml_messages_of_a_life_span);
    const Victims victims = some_victims();
    if (options_.disk_faults) {
        const auto waits = restart_on_failing_disk();
        if (!waits) {
            return std::unexpected(waits.error());
        }
        after = *waits ? disk_fault_after_max : after;
        messages = *waits ? messages_until_disk_fault_max : messages;
    }
    if (auto subscribed = subscribe(); !subscribed && !options_.disk_faults) {
        return std::unexpected(subscribed.error());
    }
    const auto begun = std::chrono::steady_clock::now();
    load_.begin(static_cast<std::int64_t>(messages));
    for (const auto& party : parties_) {
        party->send();
    }
    // Between brokers the work goes on once all is handed over: there the kill comes in its time.
    const int wake = is_alone() ? load_.used_up() : -1;
    const bool lives = std::ranges::all_of(brokers_, [&](auto& broker) {
        const auto since = std::chrono::steady_clock::now() - begun;
        const auto left = after - std::chrono::duration_cast<Duration>(since);
        return broker->run_for(std::max(left, Duration()), wake);
    });
    if (!lives && !options_.disk_faults) {
        return fail(Errc::internal, "the broker ended by itself; see broker.log");
    }
    if (!lives && brokers_.front()->exit_status() != exit_store_failed) {
        oracle_.fault(Fault::answer, "the broker's disk failed, and it did not end as it says");
    }
    disk_ends_ += lives ? 0 : 1;
    const auto lived = std::chrono::steady_clock::now() - begun;
    kill(victims);
    load_.end();
    auto started = restart(victims);
    if (started) {
        started = ask_for_settlements(victims);
    }
    if (!started) {
        return std::unexpected(started.error());
    }
    const auto lived_ms = std::chrono::duration_cast<Duration>(lived).count();
    std::string whom;
    for (const std::size_t at : victims) {
        whom += is_alone() ? "" : std::string(1, static_cast<char>('A' + at)) + ' ';
    }
    return whom + "after " + std::to_string(lived_ms) + (lives ? " ms" : " ms by its disk");
}

Result<void> Campaign::subscribe() {
    for (const auto& party : parties_) {
        if (auto subscribed = party->subscribe(); !subscribed) {
            return subscribed;
        }
    }
    return {};
}

Result<void> Campaign::quiesce() {
    if (auto subscribed = subscribe(); !subscribed) {
        return subscribed;
    }
    for (const auto& party : parties_) {
        party->settle_kept();
        party->send();
    }
    if (!oracle_.wait_until_quiet(stall_max)) {
        oracle_.judge_open();
    }
    return {};
}

Result<void> Campaign::check_outcomes() {
    std::map<std::string, std::vector<Oracle::Acknowledged>> messages;
    for (auto& message : oracle_.acknowledged_since(first_of_round_)) {
        messages[message.sender].push_back(std::move(message));
    }
    for (const auto& [sender, of_sender] : messages) {
        if (auto checked = check_outcomes(speaker_of(sender), of_sender); !checked) {
            return checked;
        }
    }
    return {};
}

Result<void> Campaign::check_outcomes(
    Party& sender, const std::vector<Oracle::Acknowledged>& messages
) {
    Outcomes outcomes;
    for (const auto& message : messages) {
        for (const auto& recipient : message.recipients) {
            const bool answered = oracle_.was_answered(message.id, recipient);
            outcomes.expect(message.id, recipient, answered ? "confirmed" : "delivered");
        }
    }
    const auto followed = sender.follow(
        [&](const v1::StatusEvent& event) {
            return outcomes.saw(event.message_id(), event.recipient(), event.state());
        },
        stall_max
    );
    if (!followed) {
        return std::unexpected(followed.error());
    }
    for (const auto& fault : outcomes.faults()) {
        oracle_.fault(Fault::outcome, fault);
    }
    return {};
}

Result<Campaign::Statuses> Campaign::statuses(std::uint64_t first) {
    std::map<std::string, std::vector<Oracle::Acknowledged>> messages;
    for (auto& message : oracle_.acknowledged_since(first)) {
        messages[message.sender].push_back(std::move(message));
    }
    using Part = Result<Statuses>;
    std::vector<std::future<Part>> parts;
    parts.reserve(messages.size());
    for (const auto& [sender, of_sender] : messages) {
        parts.push_back(std::async(std::launch::async, [this, &sender, &of_sender]() -> Part {
            Statuses part;
            Party& speaker = speaker_of(sender);
            for (const auto& message : of_sender) {
                const auto hash = speaker.status_hash(message.id);
                if (!hash) {
                    return std::unexpected(hash.error());
                }
                part[message.number] = *hash;
            }
            return part;
        }));
    }
    Part all;
    for (auto& part : parts) {
        auto one = part.get();
        if (!one) {
            all = std::unexpected(one.error());
        } else if (all) {
            all->merge(*one);
        }
    }
    return all;
}

void Campaign::compare(const Statuses& before, const Statuses& after, const char* when) {
    for (const auto& [number, hash] : before) {
        const auto found = after.find(number);
        if (found == after.end() || found->second != hash) {
            oracle_.fault(Fault::changed, "message " + std::to_string(number) + " " + when);
        }
    }
}

Result<void> Campaign::check_restarts() {
    auto before = statuses(first_of_round_);
    for (const auto* const when : {"after a restart", "after a second restart"}) {
        if (!before) {
            return std::unexpected(before.error());
        }
        if (auto started = restart(everybody()); !started) {
            return started;
        }
        auto after = statuses(first_of_round_);
        if (!after) {
            return std::unexpected(after.error());
        }
        compare(*before, *after, when);
        before = std::move(after);
    }
    all_statuses_.merge(*before);
    return {};
}

}  // namespace budstikke::crash
