// budstikke_crowd: many connections that do nothing useful, for as long as its standard input is
// open. Says `ready` once all of its kind are there, and at the end how many it made.
//   idle            connects, says Hello, and is silent
//   slow-readers    subscribes with all the credit there is, and never reads
//   slow-writers    begins a frame, and sends a byte of it now and then
//   takers          subscribes, takes what comes, settles nothing, goes and comes again
//   half-open       connects without a word of TLS
//   reconnecting    whole handshakes with a certificate, one after another
//   strangers       the same with a certificate of nobody that is known
//   garbage         greets, sends what is no frame or a length that lies, connects again
//   bombs           asks what would become of XML that unfolds into gigabytes
#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/load/exchange_line.hpp"
#include "tests/bench/load/misbehaviour.hpp"
#include "tests/bench/load/template.hpp"
#include "tests/bench/load/tls_line.hpp"

namespace {

using namespace budstikke;
using bench::TlsLine;

struct Crowd {
    std::string kind;
    std::uint16_t port = 0;
    std::filesystem::path pki;
    std::string client;  ///< of the PKI; empty: as its kind needs it
    std::uint32_t count = 100;
    std::uint32_t first_pair = 0;  ///< whose recipients they are
    std::uint32_t pairs = 1;
    std::atomic<std::uint64_t> made{0};
    std::atomic<bool> over{false};
};

void take_all_open_files() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void wait_for_end_of_input() {
    std::string line;
    while (std::getline(std::cin, line)) {
        line.clear();
    }
}

/// True at the end of the standard input, which says nothing else.
bool input_ends_within(int milliseconds) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    return ::poll(&input, 1, milliseconds) > 0;
}

/// Keeps what `make` makes until the input ends.
template <typename Make>
Result<void> stand(Crowd& crowd, Make make) {
    std::vector<decltype(make(0U))> all;
    for (std::uint32_t number = 0; number < crowd.count; ++number) {
        all.push_back(make(number));
        if (!all.back()) {
            return std::unexpected(all.back().error());
        }
        ++crowd.made;
    }
    std::cout << "ready" << std::endl;
    wait_for_end_of_input();
    return {};
}

/// `once` on some threads, over and over until the input ends. That the broker refuses one is what
/// it should do; so a failure only counts as none made.
Result<void> come_and_go(Crowd& crowd, const std::function<bool(std::uint64_t)>& once) {
    constexpr unsigned threads_max = 4;
    std::vector<std::jthread> threads;
    for (unsigned number = 0; number < threads_max; ++number) {
        threads.emplace_back([&] {
            while (!crowd.over) {
                crowd.made += once(crowd.made) ? 1 : 0;
            }
        });
    }
    std::cout << "ready" << std::endl;
    wait_for_end_of_input();
    crowd.over = true;
    threads.clear();
    return crowd.made > 0 ? Result<void>() : fail(Errc::unavailable, "none could connect");
}

bool send_garbage(const bench::TlsIdentity& who, std::uint16_t port, std::uint64_t number) {
    auto line = bench::greet(who, port);
    if (!line) {
        return false;
    }
    const bool lies = number % 2 == 0;
    (*line)->out().append(
        lies ? std::string(4, '\xff')
             : std::string("\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff", 12)
    );
    return (*line)->flush();
}

using Lines = std::vector<std::unique_ptr<TlsLine>>;

/// A byte on each, again and again until the input ends.
void drip(Lines& lines) {
    constexpr int interval = 100;  // ms
    // That the broker ends one is its right.
    const auto drop = [](const std::unique_ptr<TlsLine>& line) {
        line->out().push_back('\x01');
        return !line->flush();
    };
    while (!input_ends_within(interval)) {
        std::erase_if(lines, drop);
    }
}

Result<void> write_slowly(Crowd& crowd, const bench::TlsIdentity& who) {
    constexpr std::string_view long_frame("\0\1\0\0", 4);
    Lines lines;
    for (std::uint32_t number = 0; number < crowd.count; ++number) {
        auto line = bench::greet(who, crowd.port);
        if (!line) {
            return std::unexpected(line.error());
        }
        (*line)->out().append(long_frame);
        lines.push_back(std::move(*line));
        ++crowd.made;
    }
    std::cout << "ready" << std::endl;
    drip(lines);
    return {};
}

Result<void> run(Crowd& crowd) {
    const bool receives = crowd.kind == "slow-readers" || crowd.kind == "takers";
    const bool is_stranger = crowd.kind == "strangers";
    const std::string usual = receives ? "recipient" : (is_stranger ? "stranger" : "sender");
    const auto who =
        bench::TlsIdentity::load(crowd.pki, crowd.client.empty() ? usual : crowd.client);
    if (!who) {
        return std::unexpected(who.error());
    }
    if (crowd.kind == "idle") {
        return stand(crowd, [&](std::uint32_t) { return bench::greet(*who, crowd.port); });
    }
    if (crowd.kind == "slow-readers") {
        return stand(crowd, [&](std::uint32_t number) {
            constexpr std::uint32_t credit = 4096;
            constexpr int little = 4096;
            auto line = bench::greet(*who, crowd.port);
            const auto her_id = bench::recipient_her_id(crowd.first_pair + number % crowd.pairs);
            if (line) {
                ::setsockopt((*line)->socket(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
                if (const auto done = bench::subscribe(**line, her_id, credit); !done) {
                    line = std::unexpected(done.error());
                }
            }
            return line;
        });
    }
    if (crowd.kind == "slow-writers") {
        return write_slowly(crowd, *who);
    }
    if (crowd.kind == "takers") {
        return come_and_go(crowd, [&](std::uint64_t number) {
            const auto pair = crowd.first_pair + static_cast<std::uint32_t>(number) % crowd.pairs;
            return bench::take_without_settling(*who, crowd.port, bench::recipient_her_id(pair));
        });
    }
    if (is_stranger) {
        // Whether the refusal comes in the handshake or after it is the library's business.
        return come_and_go(crowd, [&](std::uint64_t) {
            static_cast<void>(bench::greet(*who, crowd.port));
            return true;
        });
    }
    if (crowd.kind == "bombs") {
        return come_and_go(crowd, [&](std::uint64_t) {
            return bench::check_bombs(*who, crowd.port);
        });
    }
    if (crowd.kind == "half-open") {
        return stand(crowd, [&](std::uint32_t) { return bench::connect_loopback(crowd.port); });
    }
    if (crowd.kind == "reconnecting") {
        return come_and_go(crowd, [&](std::uint64_t) {
            return TlsLine::connect(*who, crowd.port).has_value();
        });
    }
    return come_and_go(crowd, [&](std::uint64_t number) {
        return send_garbage(*who, crowd.port, number);
    });
}

}  // namespace

int main(int argc, char** argv) {
    Crowd crowd;
    CLI::App app("Many connections that do nothing useful, until standard input ends");
    app.add_option("kind", crowd.kind)
        ->required()
        ->check(CLI::IsMember(
            {"idle", "slow-readers", "slow-writers", "takers", "half-open", "reconnecting",
             "strangers", "garbage", "bombs"}
        ));
    app.add_option("--port", crowd.port)->required();
    app.add_option("--pki", crowd.pki)->required();
    app.add_option("--client", crowd.client, "of the PKI, in place of the one that is usual");
    app.add_option("--count", crowd.count, "connections at a time");
    app.add_option(
        "--first-pair", crowd.first_pair, "first of the pairs whose recipients they are"
    );
    app.add_option("--pairs", crowd.pairs, "among whom they are divided")
        ->check(CLI::Range(1, 1000));
    CLI11_PARSE(app, argc, argv);
    take_all_open_files();
    const auto done = run(crowd);
    if (!done) {
        std::cerr << done.error().detail << '\n';
        return EXIT_FAILURE;
    }
    std::cout << crowd.made << std::endl;
    return EXIT_SUCCESS;
}
