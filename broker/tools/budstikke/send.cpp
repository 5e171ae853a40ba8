// `budstikke send` and `budstikke check`: files to the broker in a pipeline, answers in the order
// of the files.
#include <future>
#include <ostream>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/tools/budstikke/commands.hpp"
#include "broker/tools/budstikke/payload_file.hpp"
#include "broker/tools/budstikke/print.hpp"

namespace budstikke::tools {

namespace {

std::string content_type_of(const std::filesystem::path& file, const SendOptions& options) {
    if (!options.content_type.empty()) {
        return options.content_type;
    }
    const bool is_sealed = file.extension() == ".p7m";
    return is_sealed ? "application/pkcs7-mime" : "application/xml";
}

v1::Priority priority_of(const std::string& word) {
    if (word == "high") {
        return v1::PRIORITY_HIGH;
    }
    return word == "low" ? v1::PRIORITY_LOW : v1::PRIORITY_NORMAL;
}

void declare(const SendOptions& options, v1::Submit& submit) {
    if (options.message_id.empty() && options.sender.empty() &&
        options.declared_recipients.empty()) {
        return;
    }
    v1::DeclaredFacts& facts = *submit.mutable_declared();
    facts.set_message_id(options.message_id);
    facts.set_sender(options.sender);
    facts.set_type(options.type);
    facts.set_version(options.version);
    facts.set_conversation(options.conversation);
    facts.set_parent(options.parent);
    for (const std::string& her_id : options.declared_recipients) {
        v1::DeclaredRecipient& recipient = *facts.add_recipients();
        recipient.set_her_id(her_id);
        recipient.set_copy(facts.recipients_size() > 1);
    }
}

v1::Submit draft(const std::filesystem::path& file, const SendOptions& options) {
    v1::Submit submit;
    submit.set_content_type(content_type_of(file, options));
    submit.set_priority(priority_of(options.priority));
    submit.set_allow_partial(options.allow_partial);
    if (options.expires_after.count() > 0) {
        const Timestamp at = SystemClock().now() + options.expires_after;
        submit.set_expires_at_ms(at.time_since_epoch().count());
    }
    for (const std::string& recipient : options.recipients) {
        submit.add_recipients(recipient);
    }
    declare(options, submit);
    return submit;
}

std::string_view outcome_text(const v1::Receipt& receipt, bool is_check, const Terminal& terminal) {
    if (receipt.outcome() != v1::Receipt::ACCEPTED) {
        return receipt.retry_later()
                   ? terminal.say("avvist nå, prøv igjen senere", "refused now, try again later")
                   : terminal.say("avvist", "refused");
    }
    if (is_check) {
        return terminal.say("ville blitt tatt imot", "would be accepted");
    }
    return receipt.repeated() ? terminal.say("tatt imot før", "accepted before")
                              : terminal.say("tatt imot", "accepted");
}

void print(
    const std::filesystem::path& file, const v1::Receipt& receipt, bool is_check,
    const Terminal& terminal
) {
    if (terminal.json) {
        terminal.out << to_json_line(file.string(), "receipt", receipt) << '\n';
        return;
    }
    terminal.out << file.string() << ": " << outcome_text(receipt, is_check, terminal);
    if (!receipt.broker_id().empty()) {
        terminal.out << ' ' << plain(receipt.broker_id());
    }
    terminal.out << '\n';
    for (const v1::RecipientVerdict& verdict : receipt.recipients()) {
        print_recipient(verdict, terminal);
    }
    for (const v1::Finding& finding : receipt.findings()) {
        print_finding(finding, "  ", terminal);
    }
}

int hand_over(
    client::ExchangeClient& broker, const SendOptions& options, bool is_check,
    const Terminal& terminal
) {
    using Answer = std::future<Result<v1::Receipt>>;
    std::vector<std::pair<std::filesystem::path, Answer>> answers;
    int status = exit_ok;
    for (const std::filesystem::path& file : options.files) {
        const auto payload = read_payload_file(file);
        if (!payload) {
            terminal.err << "budstikke: " << file.string() << ": " << payload.error().detail
                         << '\n';
            status = exit_usage;
            continue;
        }
        v1::Submit submit = draft(file, options);
        answers.emplace_back(
            file, is_check ? broker.check(std::move(submit), *payload)
                           : broker.submit(std::move(submit), *payload)
        );
    }
    for (auto& [file, answer] : answers) {
        const auto receipt = answer.get();
        if (!receipt) {
            return print_error(receipt.error(), terminal);
        }
        print(file, *receipt, is_check, terminal);
        if (receipt->outcome() != v1::Receipt::ACCEPTED && status == exit_ok) {
            status = exit_refused;
        }
    }
    return status;
}

}  // namespace

int run_send(client::ExchangeClient& broker, const SendOptions& options, const Terminal& terminal) {
    return hand_over(broker, options, false, terminal);
}

int run_check(
    client::ExchangeClient& broker, const SendOptions& options, const Terminal& terminal
) {
    return hand_over(broker, options, true, terminal);
}

}  // namespace budstikke::tools
