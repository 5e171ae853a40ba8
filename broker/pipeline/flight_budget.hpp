// The cap on payload bytes between the sockets and the disk, over all connections. Who finds no
// room stops reading its socket and is called when there is some. Promises that the cap holds, that
// no organisation keeps the others out, that small messages pass while large ones wait, and that
// nobody waits for ever. May not know sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "broker/base/limits.hpp"
#include "broker/pipeline/prevalence.hpp"

namespace budstikke::pipeline {

/// Two lanes, each a part of the cap: one for what is small (limits::flight_small_bytes_max), one
/// for the rest. In each an organisation has a share (a quarter), and more only while half of the
/// lane stays free. One that sends most of the small ones while others send some, too, has far less
/// (limits::flight_beside_others_bytes_max) of what is here already and needs only processors and
/// the disk; of what is still on its way, which may take its time, the same as anybody else. Who
/// waits is served in the order of asking within its organisation, and the organisations by turns;
/// who has the turn is passed by nobody that waits for the same lane.
/// Safe to use from any thread; outlives its grants.
class FlightBudget {
    struct Lane;
    struct Account;
    struct Wish;

 public:
    /// Whether all of it is here already.
    enum class Coming { is_here, on_its_way };

    /// A submission counts at least this much, so that the bytes also bound the number of them.
    static constexpr std::size_t submission_bytes_min = limits::submission_bytes_min;

    /// Room that is held; given back when it is dropped.
    class Grant {
     public:
        Grant() = default;
        Grant(Grant&& other) noexcept;
        Grant& operator=(Grant&& other) noexcept;
        ~Grant() { release(); }

        /// May call who waited, on this thread.
        void release();
        /// Zero where nothing is held.
        std::size_t bytes() const { return bytes_; }

     private:
        friend class FlightBudget;
        Grant(FlightBudget& budget, Lane& lane, Account& account, const Wish& wish)
            : budget_(&budget),
              lane_(&lane),
              account_(&account),
              bytes_(wish.bytes),
              is_here_(wish.coming == Coming::is_here) {}
        FlightBudget* budget_ = nullptr;
        Lane* lane_ = nullptr;
        Account* account_ = nullptr;
        std::size_t bytes_ = 0;
        bool is_here_ = false;
    };

    using Ticket = std::uint64_t;
    using Granted = std::move_only_function<void(Grant)>;

    /// What is as large as `largest` must find room: where the cap leaves too little beside it,
    /// there is one lane for all.
    FlightBudget(std::size_t bytes_max, std::size_t largest);

    /// The room, where there is some; else the ticket of the one who waits, and `later` is called
    /// once, on the thread that gives back. What is larger than the lane is granted all of it.
    std::expected<Grant, Ticket> take(
        std::string_view organisation, std::size_t bytes, Granted later,
        Coming coming = Coming::on_its_way
    );
    /// Waits no more: `later` is dropped. False where it was granted meanwhile and `later` comes.
    bool cancel(std::string_view organisation, Ticket ticket);
    std::size_t in_flight() const;

 private:
    struct Wish {
        std::size_t bytes = 0;
        Coming coming = Coming::on_its_way;
    };
    struct Waiting {
        Ticket ticket = 0;
        Wish wish;
        Granted granted;
    };
    /// Of one organisation in one lane, for as long as it holds something or waits.
    struct Account {
        std::string_view organisation;  ///< its key
        std::size_t held = 0;
        std::size_t held_here = 0;  ///< the part of it that is for what is here
        std::list<Waiting> waiting;
    };
    struct Lane {
        std::size_t bytes_max = 0;
        std::size_t beside_others_max = 0;  ///< of who prevails; zero where nobody is held to it
        std::size_t held = 0;
        Prevalence prevalence;
        std::map<std::string, Account, std::less<>> accounts;
        std::list<Account*> turns;  ///< of those that wait; the next one first

        bool fits(std::size_t bytes) const { return bytes <= bytes_max - held; }
        /// So that only room is missing.
        bool is_in_share(const Account& account, const Wish& wish) const;
        bool crowds_others(const Account& account, const Wish& wish) const;
        Account* next();
        void drop_if_idle(Account& account);
    };

    Lane& lane_of(std::size_t bytes);
    Grant grant(Lane& lane, Account& account, const Wish& wish);
    void give_back(Lane& lane, Account& account, std::size_t bytes, bool is_here);
    /// Grants to who can have it now, each called without the lock.
    void serve(Lane& lane);

    mutable std::mutex mutex_;
    Lane small_;
    Lane large_;
    Ticket last_ticket_ = 0;
};

}  // namespace budstikke::pipeline
