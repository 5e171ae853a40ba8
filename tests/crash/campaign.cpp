#include "tests/crash/campaign.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <iostream>

namespace budstikke::crash {
namespace {

using namespace std::chrono_literals;

// For what must happen, on a machine that does much else at once; nothing waits that long in vain.
constexpr Duration start_max = 120s;
constexpr Duration stall_max = 60s;
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

}  // namespace

Campaign::Campaign(CampaignOptions options, World& world)
    : options_(std::move(options)), world_(world), random_(options_.seed) {
    for (const auto& row : parties) {
        for (int connection = 0; connection < row.connections; ++connection) {
            parties_.push_back(std::make_unique<Party>(row, random_(), load_, oracle_));
        }
        if (row.connections > 1) {
            oracle_.share(std::string(row.her_id));
        }
    }
}

Result<void> Campaign::run() {
    auto done = restart();
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

Result<void> Campaign::restart(const std::string& disk_fault) {
    kill();
    if (disk_fault.empty() && below(starts_for_each_killed) == 0) {
        // Ready in time or not, the process ends with what is returned here.
        const Duration time(below(start_killed_after_ms_span));
        const auto killed = BrokerProcess::start(options_.broker, world_.folder(), {}, time);
        interrupted_starts_ += killed ? 0 : 1;
    }
    auto started = BrokerProcess::start(options_.broker, world_.folder(), disk_fault, start_max);
    if (!started) {
        return std::unexpected(started.error());
    }
    broker_.emplace(std::move(*started));
    return connect();
}

Result<bool> Campaign::restart_on_failing_disk() {
    constexpr std::array kinds{"full", "broken", "broken-once"};
    const std::string fault =
        std::string(kinds[below(kinds.size())]) + " " + std::to_string(1 + below(disk_fault_span));
    if (restart(fault)) {
        for (const auto& party : parties_) {
            party->expect_end();
        }
        return true;
    }
    ++disk_ends_;
    const auto started = restart();
    return started ? Result<bool>(false) : std::unexpected(started.error());
}

void Campaign::kill() {
    for (const auto& party : parties_) {
        party->expect_end();
    }
    broker_.reset();
    for (const auto& party : parties_) {
        party->disconnect();
    }
}

Result<void> Campaign::connect() {
    for (const auto& party : parties_) {
        const auto options = world_.client_options(party->row().organisation, broker_->port());
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

Result<void> Campaign::ask_for_settlements() {
    for (const auto& waiting : oracle_.unconfirmed_since(first_of_round_)) {
        const auto state = speaker_of(waiting.sender).state_of(waiting.id, waiting.recipient);
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
    std::uint64_t messages = messages_of_a_life_min + below(messages_of_a_life_span);
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
    const bool lives = broker_->run_for(after, load_.used_up());
    if (!lives && !options_.disk_faults) {
        return fail(Errc::internal, "the broker ended by itself; see broker.log");
    }
    if (!lives && broker_->exit_status() != exit_store_failed) {
        oracle_.fault(Fault::answer, "the broker's disk failed, and it did not end as it says");
    }
    disk_ends_ += lives ? 0 : 1;
    const auto lived = std::chrono::steady_clock::now() - begun;
    kill();
    load_.end();
    auto started = restart();
    if (started) {
        started = ask_for_settlements();
    }
    if (!started) {
        return std::unexpected(started.error());
    }
    const auto lived_ms = std::chrono::duration_cast<Duration>(lived).count();
    return "after " + std::to_string(lived_ms) + (lives ? " ms" : " ms by its disk");
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
        party->send();
    }
    if (!oracle_.wait_until_quiet(stall_max)) {
        oracle_.judge_open();
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
        if (auto started = restart(); !started) {
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
