// budstikke_load: loads a broker from many senders to as many recipients, and prints as JSON how
// fast that went and whether every confirmed message arrived once. Exits with 1 where not. Speaks
// the exchange protocol, and AMQP 0-9-1 to RabbitMQ with the same care.
#include <cstdlib>
#include <iostream>
#include <thread>

#include "tests/bench/load/protocol.hpp"
#include "tests/bench/load/template.hpp"

namespace {

using namespace budstikke;

Result<void> connect(bench::Run& run, std::vector<bench::Loop>& loops) {
    const bench::Plan& plan = run.plan();
    const bool amqp = plan.protocol == bench::Protocol::amqp;
    const auto connect_sender = amqp ? bench::connect_amqp_sender : bench::connect_exchange_sender;
    const auto connect_recipient =
        amqp ? bench::connect_amqp_recipient : bench::connect_exchange_recipient;
    const auto sender = bench::TlsIdentity::load(plan.pki, "sender");
    const auto recipient = bench::TlsIdentity::load(plan.pki, "recipient");
    if (!sender || !recipient) {
        return std::unexpected((sender ? recipient : sender).error());
    }
    for (std::uint32_t pair = plan.first_pair; pair < plan.first_pair + plan.pairs; ++pair) {
        const auto payloads = bench::read_payloads(plan.messages, pair);
        if (!payloads) {
            return std::unexpected(payloads.error());
        }
        bench::Loop& loop = loops[pair % loops.size()];
        if (plan.receive) {
            auto side = connect_recipient(run, pair, *recipient, *payloads);
            if (!side) {
                return std::unexpected(side.error());
            }
            loop.add(std::move(*side));
        }
        auto side = connect_sender(run, pair, *sender, *payloads);
        if (!side) {
            return std::unexpected(side.error());
        }
        loop.add(std::move(*side));
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto plan = bench::read_plan(std::span(argv, static_cast<std::size_t>(argc)));
    if (!plan) {
        return EXIT_FAILURE;
    }
    bench::Run run(*plan);
    std::vector<bench::Loop> loops;
    for (std::uint32_t number = 0; number < std::min(plan->threads, plan->pairs); ++number) {
        loops.emplace_back(run);
    }
    if (const auto connected = connect(run, loops); !connected) {
        std::cerr << connected.error().detail << '\n';
        return EXIT_FAILURE;
    }
    run.begin();
    {
        std::vector<std::jthread> threads;
        threads.reserve(loops.size());
        for (bench::Loop& loop : loops) {
            threads.emplace_back([&loop] { loop.run(); });
        }
    }
    return run.report(bench::now_us()) ? EXIT_SUCCESS : EXIT_FAILURE;
}
