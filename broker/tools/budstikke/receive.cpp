// `budstikke receive`: takes deliveries, keeps their payloads, answers with AppRecs where asked to,
// and settles after that, so that nothing is lost when it is stopped in between.
#include <ostream>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "adapters/register.hpp"
#include "broker/base/ids.hpp"
#include "broker/tools/budstikke/apprec_answer.hpp"
#include "broker/tools/budstikke/commands.hpp"
#include "broker/tools/budstikke/payload_file.hpp"
#include "broker/tools/budstikke/print.hpp"

namespace budstikke::tools {

namespace {

constexpr std::uint32_t credit = 64;
constexpr Duration for_ever = std::chrono::hours(24 * 365);

class Receiver {
 public:
    Receiver(
        client::ExchangeClient& broker, const ReceiveOptions& options, const Terminal& terminal
    )
        : broker_(broker), options_(options), terminal_(terminal) {}

    int run();

 private:
    Result<void> unsubscribe();
    Result<void> take(v1::Delivery& delivery);
    Result<std::string> keep(const v1::Delivery& delivery) const;
    Result<std::string> answer(const v1::Delivery& delivery);
    Result<void> settle(const v1::Delivery& delivery);
    void print(v1::Delivery& delivery, const std::string& file, const std::string& apprec) const;

    client::ExchangeClient& broker_;
    const ReceiveOptions& options_;
    const Terminal& terminal_;
    AdapterRegistry adapters_;
};

int Receiver::run() {
    if (const auto registered = register_adapters(adapters_); !registered) {
        return print_error(registered.error(), terminal_);
    }
    // Who counts takes one at a time: each settlement gives back its credit, and what is not wanted
    // must stay in its queue untouched.
    const std::uint32_t window = options_.count == 0 ? credit : 1;
    for (const std::string& her_id : options_.her_ids) {
        if (const auto subscribed = broker_.subscribe(her_id, window); !subscribed) {
            return print_error(subscribed.error(), terminal_);
        }
    }
    const Duration wait =
        options_.wait_seconds == 0 ? for_ever : std::chrono::seconds(options_.wait_seconds);
    for (std::uint32_t taken = 0; options_.count == 0 || taken < options_.count; ++taken) {
        auto delivery = broker_.next_delivery(wait);
        if (!delivery) {
            return print_error(delivery.error(), terminal_);
        }
        if (!*delivery) {
            return options_.count == 0 ? exit_ok : exit_refused;
        }
        if (taken + 1 == options_.count) {
            if (const auto ended = unsubscribe(); !ended) {
                return print_error(ended.error(), terminal_);
            }
        }
        if (const auto done = take(**delivery); !done) {
            return print_error(done.error(), terminal_);
        }
        // What is taken from now on nobody would hear of.
        if (!terminal_.out) {
            break;
        }
    }
    return exit_ok;
}

Result<void> Receiver::unsubscribe() {
    for (const std::string& her_id : options_.her_ids) {
        if (const auto ended = broker_.unsubscribe(her_id); !ended) {
            return std::unexpected(ended.error());
        }
    }
    return {};
}

Result<void> Receiver::take(v1::Delivery& delivery) {
    const auto file = keep(delivery);
    if (!file) {
        return std::unexpected(file.error());
    }
    const auto apprec = answer(delivery);
    if (!apprec) {
        return std::unexpected(apprec.error());
    }
    const auto settled = settle(delivery);
    if (settled) {
        print(delivery, *file, *apprec);
    }
    return settled;
}

Result<std::string> Receiver::keep(const v1::Delivery& delivery) const {
    if (options_.out.empty()) {
        return std::string();
    }
    // Checked, since it becomes the name of a file.
    const auto id = DeliveryId::parse(delivery.delivery_id());
    if (!id) {
        return fail(Errc::malformed, "the delivery id");
    }
    const std::string name = id->message.text() + "-" + id->recipient.text() +
                             (delivery.message().opaque() ? ".p7m" : ".xml");
    const auto path = write_payload_file(options_.out, name, delivery.payload());
    if (!path) {
        return std::unexpected(path.error());
    }
    return path->string();
}

Result<std::string> Receiver::answer(const v1::Delivery& delivery) {
    if (options_.apprec.empty()) {
        return std::string();
    }
    auto apprec = answer_with_apprec(delivery, adapters_, options_);
    if (!apprec) {
        return std::unexpected(apprec.error());
    }
    if (!*apprec) {
        return std::string();
    }
    v1::Submit submit;
    submit.set_content_type("application/xml");
    const auto receipt = broker_.submit(std::move(submit), **apprec).get();
    if (!receipt) {
        return std::unexpected(receipt.error());
    }
    if (receipt->outcome() != v1::Receipt::ACCEPTED) {
        for (const v1::Finding& finding : receipt->findings()) {
            print_finding(finding, "  ", terminal_);
        }
        for (const v1::RecipientVerdict& verdict : receipt->recipients()) {
            print_recipient(verdict, terminal_);
        }
        return fail(Errc::conflict, "the broker refused the AppRec");
    }
    return receipt->broker_id();
}

Result<void> Receiver::settle(const v1::Delivery& delivery) {
    v1::Settle settle;
    settle.set_delivery_id(delivery.delivery_id());
    settle.set_outcome(v1::Settle::ACCEPTED);
    if (options_.settle == "rejected") {
        settle.set_outcome(v1::Settle::REJECTED);
        settle.set_reason_code(options_.reason_code);
    } else if (options_.settle == "released") {
        settle.set_outcome(v1::Settle::RELEASED);
    }
    settle.set_reason(options_.reason);
    const auto settled = broker_.settle(std::move(settle));
    return settled ? Result<void>() : std::unexpected(settled.error());
}

void Receiver::print(v1::Delivery& delivery, const std::string& file, const std::string& apprec)
    const {
    if (terminal_.json) {
        delivery.clear_payload();
        terminal_.out << to_json_line(file, "delivery", delivery) << std::endl;
        return;
    }
    const v1::MessageFacts& facts = delivery.message();
    terminal_.out << plain(delivery.delivery_id()) << ' ' << plain(facts.type()) << ' '
                  << terminal_.say("fra", "from") << ' ' << plain(facts.sender()) << ", "
                  << delivery.size() << ' ' << terminal_.say("byte", "bytes");
    if (delivery.redelivered()) {
        terminal_.out << ' ' << terminal_.say("(levert før)", "(redelivered)");
    }
    if (!file.empty()) {
        terminal_.out << " -> " << file;
    }
    if (!apprec.empty()) {
        terminal_.out << ", AppRec " << plain(apprec);
    }
    // Flushed, since a program may wait for the line.
    terminal_.out << std::endl;
}

}  // namespace

int run_receive(
    client::ExchangeClient& broker, const ReceiveOptions& options, const Terminal& terminal
) {
    return Receiver(broker, options, terminal).run();
}

}  // namespace budstikke::tools
