// budstikke_load: loads a broker from many senders to as many recipients, and prints as JSON how
// fast that went and whether every confirmed message arrived once. Exits with 1 where not. Speaks
// the exchange protocol, ebXML over HTTPS, and AMQP 0-9-1 to RabbitMQ with the same care.
#include <cstdlib>
#include <iostream>
#include <map>
#include <thread>

#include "tests/bench/load/protocol.hpp"
#include "tests/bench/load/template.hpp"

namespace {

using namespace budstikke;

/// All that is sent by ebXML, which takes its time: made before anybody connects.
struct EbxmlLoad {
    std::map<std::uint32_t, Result<std::vector<bench::EbxmlRequest>>> requests;
    std::optional<crypto::PartyCertificate> answers_with;
};

Result<EbxmlLoad> make_ebxml(bench::Run& run) {
    const bench::Plan& plan = run.plan();
    EbxmlLoad load;
    const auto keys = bench::EbxmlKeys::load(plan.pki);
    auto answering = crypto::PartyCertificate::load(plan.pki / "clients/clinic-sign.crt");
    if (!keys || !answering) {
        return std::unexpected(keys ? answering.error() : keys.error());
    }
    load.answers_with = std::move(answering->front());
    std::vector<std::jthread> threads;
    for (std::uint32_t pair = plan.first_pair; pair < plan.first_pair + plan.pairs; ++pair) {
        const auto payloads = bench::read_payloads(plan.messages, pair);
        if (!payloads) {
            return std::unexpected(payloads.error());
        }
        auto& made = load.requests[pair];
        threads.emplace_back([&run, &keys, &made, pair, payloads = *payloads] {
            made = bench::make_ebxml_requests(run.sheet(pair), pair, *keys, payloads);
        });
    }
    threads.clear();
    return load;
}

Result<std::unique_ptr<bench::Side>> connect_sender(
    bench::Run& run, std::uint32_t pair, const bench::TlsIdentity& who,
    const bench::Payloads& payloads, EbxmlLoad& ebxml
) {
    switch (run.plan().protocol) {
        case bench::Protocol::exchange:
            return bench::connect_exchange_sender(run, pair, who, payloads);
        case bench::Protocol::amqp:
            return bench::connect_amqp_sender(run, pair, who, payloads);
        case bench::Protocol::ebxml:
            break;
    }
    auto& requests = ebxml.requests[pair];
    if (!requests) {
        return std::unexpected(requests.error());
    }
    return bench::connect_ebxml_sender(run, pair, who, *std::move(requests), *ebxml.answers_with);
}

Result<void> connect(bench::Run& run, std::vector<bench::Loop>& loops) {
    const bench::Plan& plan = run.plan();
    const bool amqp = plan.protocol == bench::Protocol::amqp;
    const auto connect_recipient =
        amqp ? bench::connect_amqp_recipient : bench::connect_exchange_recipient;
    auto ebxml =
        plan.protocol == bench::Protocol::ebxml ? make_ebxml(run) : Result<EbxmlLoad>(EbxmlLoad());
    const auto sender = bench::TlsIdentity::load(plan.pki, plan.sender);
    const auto recipient = bench::TlsIdentity::load(plan.pki, "recipient");
    if (!ebxml || !sender || !recipient) {
        return std::unexpected(!ebxml ? ebxml.error() : (sender ? recipient : sender).error());
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
        auto side = connect_sender(run, pair, *sender, *payloads, *ebxml);
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
    const std::uint32_t loop_count = std::min(plan->threads, plan->pairs);
    loops.reserve(loop_count);
    for (std::uint32_t number = 0; number < loop_count; ++number) {
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
