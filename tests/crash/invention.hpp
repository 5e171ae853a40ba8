// Messages that nobody ever wrote: opaque payloads, discharge notes (Epikrise 1.2), application
// receipts (AppRec 1.1), alone and in conversations, and submissions that must be refused. All
// people are invented, all numbers of the synthetic series. The same seed invents the same.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/oracle.hpp"

namespace budstikke::crash {

enum class Purpose : std::uint8_t {
    good,      ///< must be accepted
    repeated,  ///< accepted before: must be accepted again as the same
    conflict,  ///< other bytes under an id that was accepted: must be refused for that
    bad,       ///< must be refused
};

struct Invention {
    Purpose purpose = Purpose::good;
    Sent sent;
    bool opaque = false;  ///< else XML
    std::string payload;
};

struct InventorOptions {
    bool opaque = true;   ///< payloads that the broker cannot read, too
    bool ordered = true;  ///< what is sent in order shall come so
};

/// Of one sender. Not for several threads.
class Inventor {
 public:
    Inventor(
        std::uint64_t seed, std::string sender, std::vector<std::string> recipients,
        InventorOptions options
    );

    Invention next();
    /// The receipt of an application for a discharge note.
    Invention apprec(std::string_view for_id, const std::string& to);
    /// It was accepted: it may be repeated from now on.
    void remember(Invention accepted);
    /// True in `percent` of the cases.
    bool chance(unsigned percent) { return below(100) < percent; }

 private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    std::string new_id();
    std::string noise(std::size_t bytes);
    std::vector<std::string> some_recipients();
    std::string some_conversation();
    Invention opaque();
    Invention note();
    Invention bad();
    Invention old();

    std::mt19937_64 random_;
    std::string sender_;
    std::vector<std::string> recipients_;
    InventorOptions options_;
    std::uint64_t number_ = 0;
    std::deque<Invention> remembered_;
};

}  // namespace budstikke::crash
