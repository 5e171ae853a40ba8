#include "tests/bench/load/plan.hpp"

#include <iostream>
#include <span>

#include <CLI/CLI.hpp>

namespace budstikke::bench {

std::optional<Plan> read_plan(std::span<const char* const> words) {
    Plan plan;
    bool deaf = false;
    bool amqp = false;
    CLI::App app("Sends messages, each to a recipient that settles it, and checks that each arrives"
    );
    app.add_option("--port", plan.port, "of the broker, on localhost")->required();
    app.add_option("--pki", plan.pki, "test PKI with the clients `sender` and `recipient`")
        ->required();
    app.add_option("--messages", plan.messages, "folder that messages.py wrote")->required();
    app.add_option("--sender", plan.sender, "the client of the PKI that sends");
    app.add_option("--pairs", plan.pairs, "senders, each with a recipient")
        ->check(CLI::Range(1, 1000));
    app.add_option("--window", plan.window, "unanswered messages of a sender")
        ->check(CLI::Range(1, 1024));
    app.add_option("--rate", plan.rate, "messages a second of all together; 0: as many as can be");
    app.add_option("--warmup", plan.warmup_s, "seconds that are not measured");
    app.add_option("--seconds", plan.seconds, "that are measured");
    auto* const count =
        app.add_option("--count", plan.count, "messages of all together, in place of a time");
    app.add_option("--threads", plan.threads, "of the generator")->check(CLI::Range(1, 64));
    app.add_option("--first-pair", plan.first_pair, "number of the first pair");
    app.add_flag("--opaque", plan.opaque, "declare the facts of payloads that may not be read");
    app.add_option(
           "--ebxml-port", plan.ebxml_port,
           "send by ebXML over HTTPS to this port; needs the clients hospital-sign, clinic-sign "
           "and "
           "clinic-crypt, and --count"
    )
        ->needs(count);
    app.add_flag("--amqp", amqp, "to RabbitMQ");
    app.add_flag("--no-recipients", deaf, "nobody fetches what is sent");
    try {
        app.parse(static_cast<int>(words.size()), words.data());
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return std::nullopt;
    }
    plan.receive = !deaf;
    plan.protocol = amqp ? Protocol::amqp : Protocol::exchange;
    if (plan.ebxml_port != 0) {
        plan.protocol = Protocol::ebxml;
        plan.window = 1;  // HTTP: the next request goes when the last one is answered
    }
    return plan;
}

}  // namespace budstikke::bench
