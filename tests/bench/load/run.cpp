#include "tests/bench/load/run.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <limits>
#include <random>

#include <sys/resource.h>

namespace budstikke::bench {
namespace {

/// More than any broker takes a second here; rows that are not used cost nothing but addresses.
constexpr double messages_per_second_max = 150'000;
constexpr std::int64_t patience_us = 120'000'000;

std::uint64_t capacity_of(const Plan& plan) {
    if (plan.count > 0) {
        return (plan.count + plan.pairs - 1) / plan.pairs;
    }
    const double time = plan.warmup_s + plan.seconds + 1;
    const double rate = plan.rate > 0 ? plan.rate : messages_per_second_max;
    return static_cast<std::uint64_t>(time * rate / plan.pairs) + plan.window;
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Run::Run(const Plan& plan) : plan_(plan) {
    const auto run = static_cast<std::uint32_t>(std::random_device()());
    for (std::uint32_t pair = 0; pair < plan.pairs; ++pair) {
        sheets_.emplace_back(run, plan.first_pair + pair, capacity_of(plan));
    }
}

void Run::begin() {
    constexpr double us = 1e6;
    start_ = now_us();
    cpu_before_ = cpu_seconds();
    const bool counted = plan_.count > 0;
    const auto after = [&](double seconds) {
        return start_ + static_cast<std::int64_t>(seconds * us);
    };
    measured_from_ = counted ? start_ : after(plan_.warmup_s);
    measured_until_ =
        counted ? std::numeric_limits<std::int64_t>::max() : after(plan_.warmup_s + plan_.seconds);
    give_up_ = (counted ? after(600) : measured_until_) + patience_us;
    for (Sheet& sheet : sheets_) {
        sheet.measure(measured_from_, measured_until_);
    }
}

Pace Run::pace(std::uint32_t pair) const {
    const double rate = plan_.rate / plan_.pairs;
    // Senders take turns, so that they do not all come at one moment.
    const double shift = rate > 0 ? 1e6 / rate * (pair - plan_.first_pair) / plan_.pairs : 0;
    return {rate, start_ + static_cast<std::int64_t>(shift)};
}

bool Run::sender_is_done(std::uint32_t pair, std::int64_t now) const {
    return failed() || now >= measured_until_ || sheets_[pair - plan_.first_pair].full();
}

void Run::fail(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (!failed_.exchange(true)) {
        why_ = why;
    }
}

bool Run::report(std::int64_t ended) const {
    Counts all;
    for (const Sheet& sheet : sheets_) {
        all.add(sheet.counts(plan_.receive));
    }
    const double elapsed = static_cast<double>(ended - start_) / 1e6;
    const double seconds = plan_.count > 0 ? elapsed : plan_.seconds;
    const bool good = !failed() && all.lost + all.doubled + all.strange == 0 &&
                      all.sent == all.confirmed && (!plan_.receive || all.arrived == all.sent);
    const auto per_second = [&](std::uint64_t count) {
        return static_cast<double>(count) / seconds;
    };
    std::cout << std::fixed << std::setprecision(3) << "{\"good\": " << (good ? "true" : "false")
              << ", \"sent\": " << all.sent << ", \"confirmed\": " << all.confirmed
              << ", \"arrived\": " << all.arrived << ", \"lost\": " << all.lost
              << ", \"doubled\": " << all.doubled << ", \"strange\": " << all.strange
              << ", \"redelivered\": " << all.redelivered << ", \"elapsed_s\": " << elapsed
              << ", \"confirmed_per_s\": " << per_second(all.confirmed_in_time)
              << ", \"arrived_per_s\": " << per_second(all.arrived_in_time)
              << ", \"accept_p50_ms\": " << all.confirming.percentile_ms(0.5)
              << ", \"accept_p99_ms\": " << all.confirming.percentile_ms(0.99)
              << ", \"deliver_p50_ms\": " << all.arriving.percentile_ms(0.5)
              << ", \"deliver_p99_ms\": " << all.arriving.percentile_ms(0.99)
              << ", \"own_cpu_s\": " << cpu_seconds() - cpu_before_ << "}" << std::endl;
    if (failed()) {
        const std::lock_guard lock(mutex_);
        std::cerr << why_ << '\n';
    }
    return good;
}

}  // namespace budstikke::bench
