// `budstikke may-i-send` and `budstikke withdraw`, and how a user names a server and a message.
#include <algorithm>
#include <charconv>
#include <ostream>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"
#include "broker/tools/budstikke/commands.hpp"
#include "broker/tools/budstikke/message_ref.hpp"
#include "broker/tools/budstikke/print.hpp"

namespace budstikke::tools {

v1::MessageRef message_ref(const std::string& id, const std::string& sender) {
    v1::MessageRef ref;
    if (sender.empty()) {
        ref.set_broker_id(id);
    } else {
        ref.set_message_id(id);
        ref.set_sender(sender);
    }
    return ref;
}

std::optional<client::ClientOptions> client_options(const ServerOptions& options) {
    const std::size_t colon = options.server.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        return std::nullopt;
    }
    client::ClientOptions client;
    client.host = options.server.substr(0, colon);
    if (client.host.front() == '[' && client.host.back() == ']') {
        client.host = client.host.substr(1, client.host.size() - 2);
    }
    const char* begin = options.server.data() + colon + 1;
    const char* end = options.server.data() + options.server.size();
    const auto [rest, error] = std::from_chars(begin, end, client.port);
    if (error != std::errc() || rest != end || client.port == 0) {
        return std::nullopt;
    }
    client.ca = options.ca;
    client.certificate = options.certificate;
    client.key = options.key;
    client.server_name = options.server_name;
    client.answer_time_max = std::chrono::seconds(options.timeout_seconds);
    return client;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || end - rest != 1 || count <= 0) {
        return std::nullopt;
    }
    const std::int64_t unit = *rest == 's'   ? 1
                              : *rest == 'm' ? 60
                              : *rest == 'h' ? 3600
                              : *rest == 'd' ? 86'400
                                             : 0;
    constexpr std::chrono::seconds longest = limits::time_to_live_max;
    if (unit == 0 || count > longest.count() / unit) {
        return std::nullopt;
    }
    return std::chrono::seconds(count * unit);
}

int run_may_i_send(
    client::ExchangeClient& broker, const MayISendOptions& options, const Terminal& terminal
) {
    v1::MayISend question;
    question.set_sender(options.sender);
    question.set_recipient(options.recipient);
    question.set_type(options.type);
    question.set_version(options.version);
    question.set_format(options.format);
    const auto verdict = broker.may_i_send(std::move(question));
    if (!verdict) {
        return print_error(verdict.error(), terminal);
    }
    if (terminal.json) {
        terminal.out << to_json(*verdict) << '\n';
    } else {
        terminal.out
            << (verdict->allowed() ? terminal.say("ja", "yes") : terminal.say("nei", "no"));
        if (!verdict->redirected_to().empty()) {
            terminal.out << ", " << terminal.say("går til", "goes to") << ' '
                         << plain(verdict->redirected_to());
        }
        terminal.out << '\n';
        for (const v1::Finding& finding : verdict->findings()) {
            print_finding(finding, "  ", terminal);
        }
    }
    return verdict->allowed() ? exit_ok : exit_refused;
}

int run_withdraw(
    client::ExchangeClient& broker, const WithdrawOptions& options, const Terminal& terminal
) {
    v1::Withdraw withdraw;
    *withdraw.mutable_message() = message_ref(options.id, options.sender);
    withdraw.set_reason(options.reason);
    for (const std::string& recipient : options.recipients) {
        withdraw.add_recipients(recipient);
    }
    const auto withdrawn = broker.withdraw(std::move(withdraw));
    if (!withdrawn) {
        return print_error(withdrawn.error(), terminal);
    }
    if (terminal.json) {
        terminal.out << to_json(*withdrawn) << '\n';
    } else {
        for (const v1::WithdrawVerdict& verdict : withdrawn->recipients()) {
            terminal.out << plain(verdict.her_id()) << ": "
                         << (verdict.cancelled()
                                 ? terminal.say("trukket tilbake", "withdrawn")
                                 : terminal.say("ikke trukket tilbake", "not withdrawn"))
                         << " (" << plain(verdict.state()) << ")\n";
        }
    }
    const bool all =
        std::ranges::all_of(withdrawn->recipients(), [](const v1::WithdrawVerdict& verdict) {
            return verdict.cancelled();
        });
    return all ? exit_ok : exit_refused;
}

}  // namespace budstikke::tools
