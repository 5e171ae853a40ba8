// One event for each step that a date comes nearer, not one a minute; caretaker.hpp says what it
// promises.
#include "broker/app/caretaker.hpp"

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace budstikke::app {

namespace {

using namespace std::chrono_literals;

constexpr auto tick_interval = 1s;
constexpr auto look_interval = 60s;
// Days before the end of a certificate; zero is the end itself.
constexpr std::array alarm_steps{60, 30, 14, 7, 1, 0};
// Lists live for days, not years: only what cannot wait for the next working day.
constexpr auto list_notice = 24h;

}  // namespace

std::optional<int> alarm_days(Timestamp now, Timestamp end) {
    std::optional<int> passed;
    for (const int days : alarm_steps) {
        if (end - now <= std::chrono::days(days)) passed = days;
    }
    return passed;
}

struct Caretaker::Impl {
    Impl(Node& own_node, const Clock& own_clock, EventLog& own_events)
        : node(own_node), clock(own_clock), events(own_events) {}

    Node& node;
    const Clock& clock;
    EventLog& events;
    std::map<std::string, int> told;  ///< by the date's owner: the step that was told last
    std::mutex mutex;
    std::condition_variable_any wake;
    std::jthread thread;

    void work(const std::stop_token& stop) {
        SteadyTime look_due = clock.steady_now();
        while (!stop.stop_requested()) {
            if (clock.steady_now() >= look_due) {
                look();
                look_due = clock.steady_now() + look_interval;
            }
            node.tick();
            std::unique_lock lock(mutex);
            wake.wait_for(lock, stop, tick_interval, [] { return false; });
        }
    }

    /// True once for each step.
    bool is_news(const std::string& owner, int step) {
        const auto [place, added] = told.try_emplace(owner, step);
        if (added) return true;
        return std::exchange(place->second, step) != step;
    }

    void look() {
        const Timestamp now = clock.now();
        const CurrentState current = node.current();
        for (const auto& certificate : current.ebxml_certificates)
            look_at(certificate, now);
        for (const auto& list : current.ebxml_lists)
            look_at(list, now);
        for (const crypto::TlsServerContext& tls : current.tls) {
            for (const auto& certificate : tls.own_certificates())
                look_at(certificate, now);
            for (const auto& list : tls.revocation().lists())
                look_at(list, now);
        }
    }

    void look_at(const crypto::PeerIdentity& certificate, Timestamp now) {
        const auto days = alarm_days(now, certificate.not_after);
        if (!days || !is_news("certificate " + certificate.serial, *days)) return;
        const bool over = certificate.not_after <= now;
        events.write(
            over ? EventLevel::error : EventLevel::warning,
            over ? "certificate_expired" : "certificate_expires",
            {{"subject", certificate.subject}, {"not_after", to_rfc3339(certificate.not_after)}}
        );
    }

    void look_at(const crypto::RevocationListFacts& list, Timestamp now) {
        if (list.next_update - now > list_notice) return;
        const bool over = list.next_update <= now;
        const std::string until = to_rfc3339(list.next_update);
        if (!is_news("list " + list.issuer + ' ' + list.partition + ' ' + until, over ? 0 : 1))
            return;
        events.write(
            over ? EventLevel::error : EventLevel::warning,
            over ? "revocation_list_stale" : "revocation_list_expires",
            {{"issuer", list.issuer}, {"partition", list.partition}, {"next_update", until}}
        );
    }
};

Caretaker::Caretaker(Node& node, const Clock& clock, EventLog& events)
    : impl_(std::make_unique<Impl>(node, clock, events)) {
    impl_->thread =
        std::jthread([impl = impl_.get()](const std::stop_token& stop) { impl->work(stop); });
}

Caretaker::~Caretaker() {
    impl_->thread.request_stop();
    impl_->thread.join();
}

}  // namespace budstikke::app
