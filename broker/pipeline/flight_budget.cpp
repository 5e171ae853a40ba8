// The lanes, shares and turns of flight_budget.hpp.
#include "broker/pipeline/flight_budget.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/pipeline/flight_lanes.hpp"

namespace budstikke::pipeline {

namespace {

constexpr std::size_t share_part = 4;  ///< of a lane is one organisation's at any time
constexpr std::size_t spare_part = 2;  ///< of a lane may be out while somebody has more than that

}  // namespace

FlightBudget::Grant::Grant(Grant&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      lane_(other.lane_),
      account_(other.account_),
      bytes_(std::exchange(other.bytes_, 0)),
      is_here_(other.is_here_) {}

FlightBudget::Grant& FlightBudget::Grant::operator=(Grant&& other) noexcept {
    if (this != &other) {
        release();
        budget_ = std::exchange(other.budget_, nullptr);
        lane_ = other.lane_;
        account_ = other.account_;
        bytes_ = std::exchange(other.bytes_, 0);
        is_here_ = other.is_here_;
    }
    return *this;
}

void FlightBudget::Grant::release() {
    if (FlightBudget* budget = std::exchange(budget_, nullptr); budget != nullptr) {
        budget->give_back(*lane_, *account_, std::exchange(bytes_, 0), is_here_);
    }
}

bool FlightBudget::Lane::is_in_share(const Account& account, const Wish& wish) const {
    // Who holds nothing may have what it asks for, or it would never get what is larger.
    if (account.held == 0) {
        return true;
    }
    return !crowds_others(account, wish) && (account.held + wish.bytes <= bytes_max / share_part ||
                                             held + wish.bytes <= bytes_max / spare_part);
}

bool FlightBudget::Lane::crowds_others(const Account& account, const Wish& wish) const {
    // Another of the same organisation that comes slowly must not hold up what is here.
    return wish.coming == Coming::is_here && account.held_here > 0 && beside_others_max > 0 &&
           account.held_here + wish.bytes > beside_others_max &&
           prevalence.prevails(account.organisation);
}

FlightBudget::Account* FlightBudget::Lane::next() {
    const auto turn = std::ranges::find_if(turns, [this](const Account* account) {
        return is_in_share(*account, account->waiting.front().wish);
    });
    // Nobody passes the one who has the turn, or what is large would wait for ever.
    if (turn == turns.end() || !fits((*turn)->waiting.front().wish.bytes)) {
        return nullptr;
    }
    turns.splice(turns.end(), turns, turn);
    return turns.back();
}

void FlightBudget::Lane::drop_if_idle(Account& account) {
    if (account.held == 0 && account.waiting.empty()) {
        accounts.erase(accounts.find(account.organisation));
    }
}

FlightBudget::FlightBudget(std::size_t bytes_max, std::size_t largest) {
    small_.bytes_max = small_lane_bytes(bytes_max, largest);
    small_.beside_others_max = limits::flight_beside_others_bytes_max;
    large_.bytes_max = bytes_max - small_.bytes_max;
}

FlightBudget::Lane& FlightBudget::lane_of(std::size_t bytes) {
    return bytes <= limits::flight_small_bytes_max && small_.bytes_max > 0 ? small_ : large_;
}

FlightBudget::Grant FlightBudget::grant(Lane& lane, Account& account, const Wish& wish) {
    account.held += wish.bytes;
    account.held_here += wish.coming == Coming::is_here ? wish.bytes : 0;
    lane.held += wish.bytes;
    return {*this, lane, account, wish};
}

std::expected<FlightBudget::Grant, FlightBudget::Ticket> FlightBudget::take(
    std::string_view organisation, std::size_t bytes, Granted later, Coming coming
) {
    const std::scoped_lock lock(mutex_);
    Lane& lane = lane_of(bytes);
    lane.prevalence.count(organisation);
    const Wish wish{
        .bytes = std::clamp<std::size_t>(bytes, 1, lane.bytes_max),
        .coming = coming,
    };
    auto row = lane.accounts.find(organisation);
    if (row == lane.accounts.end()) {
        row = lane.accounts.try_emplace(std::string(organisation)).first;
        row->second.organisation = row->first;
    }
    Account& account = row->second;
    const auto waits_for_room = [&lane](const Account* other) {
        return lane.is_in_share(*other, other->waiting.front().wish);
    };
    if (account.waiting.empty() && lane.is_in_share(account, wish) && lane.fits(wish.bytes) &&
        std::ranges::none_of(lane.turns, waits_for_room)) {
        return grant(lane, account, wish);
    }
    account.waiting.push_back({.ticket = ++last_ticket_, .wish = wish, .granted = std::move(later)}
    );
    if (account.waiting.size() == 1) {
        lane.turns.push_back(&account);
    }
    return std::unexpected(last_ticket_);
}

bool FlightBudget::cancel(std::string_view organisation, Ticket ticket) {
    std::list<Waiting> dropped;
    for (Lane* lane : {&small_, &large_}) {
        {
            const std::scoped_lock lock(mutex_);
            const auto row = lane->accounts.find(organisation);
            if (row == lane->accounts.end()) {
                continue;
            }
            Account& account = row->second;
            const auto place = std::ranges::find(account.waiting, ticket, &Waiting::ticket);
            if (place == account.waiting.end()) {
                continue;
            }
            dropped.splice(dropped.end(), account.waiting, place);
            if (account.waiting.empty()) {
                lane->turns.remove(&account);
            }
            lane->drop_if_idle(account);
        }
        // Others may have waited for its turn alone.
        serve(*lane);
        return true;
    }
    return false;
}

void FlightBudget::give_back(Lane& lane, Account& account, std::size_t bytes, bool is_here) {
    {
        const std::scoped_lock lock(mutex_);
        account.held -= bytes;
        account.held_here -= is_here ? bytes : 0;
        lane.held -= bytes;
        lane.drop_if_idle(account);
    }
    serve(lane);
}

void FlightBudget::serve(Lane& lane) {
    for (;;) {
        std::list<Waiting> served;
        Grant granted;
        {
            const std::scoped_lock lock(mutex_);
            Account* const account = lane.next();
            if (account == nullptr) {
                return;
            }
            served.splice(served.end(), account->waiting, account->waiting.begin());
            if (account->waiting.empty()) {
                lane.turns.pop_back();
            }
            granted = grant(lane, *account, served.front().wish);
        }
        served.front().granted(std::move(granted));
    }
}

std::size_t FlightBudget::in_flight() const {
    const std::scoped_lock lock(mutex_);
    return small_.held + large_.held;
}

}  // namespace budstikke::pipeline
