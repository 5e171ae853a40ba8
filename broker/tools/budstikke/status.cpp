// `budstikke status`: the timeline of a message for each recipient, once, until a state is reached,
// or as a stream of events.
#include <algorithm>
#include <optional>
#include <ostream>
#include <string_view>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/ids.hpp"
#include "broker/message/delivery_state.hpp"
#include "broker/tools/budstikke/commands.hpp"
#include "broker/tools/budstikke/message_ref.hpp"
#include "broker/tools/budstikke/print.hpp"

namespace budstikke::tools {

namespace {

constexpr Duration for_ever = std::chrono::hours(24 * 365);

void print(const v1::Status& status, const Terminal& terminal) {
    if (terminal.json) {
        terminal.out << to_json(status) << std::endl;
        return;
    }
    const v1::MessageFacts& message = status.message();
    terminal.out << plain(message.broker_id()) << " MsgId " << plain(message.message_id()) << ' '
                 << plain(message.type()) << ' ' << terminal.say("fra", "from") << ' '
                 << plain(message.sender()) << '\n';
    for (const v1::DeliveryStatus& delivery : status.deliveries()) {
        terminal.out << terminal.say("til", "to") << ' ' << plain(delivery.her_id())
                     << (delivery.copy() ? terminal.say(" (kopi)", " (copy)") : "") << ": "
                     << plain(delivery.state());
        if (!delivery.redirected_to().empty()) {
            terminal.out << ", " << terminal.say("går til", "goes to") << ' '
                         << plain(delivery.redirected_to());
        }
        terminal.out << '\n';
        for (const v1::TimelineEvent& event : delivery.timeline()) {
            terminal.out << "  " << time_text(event.at_ms()) << ' ' << plain(event.state()) << " ("
                         << plain(event.cause()) << ')';
            if (!event.detail().empty()) {
                terminal.out << ' ' << plain(event.detail());
            }
            terminal.out << '\n';
        }
    }
    terminal.out.flush();
}

std::uint64_t last_position(const v1::Status& status) {
    std::uint64_t last = 0;
    for (const v1::DeliveryStatus& delivery : status.deliveries()) {
        for (const v1::TimelineEvent& event : delivery.timeline()) {
            last = std::max<std::uint64_t>(last, event.position());
        }
    }
    return last;
}

bool reached(const v1::DeliveryStatus& delivery, const std::string& wanted) {
    // A confirmed delivery has been delivered.
    const bool beyond = wanted == "delivered" && delivery.state() == "confirmed";
    return delivery.state() == wanted || beyond;
}

bool all_reached(const v1::Status& status, const std::string& wanted) {
    return std::ranges::all_of(status.deliveries(), [&](const v1::DeliveryStatus& delivery) {
        return reached(delivery, wanted);
    });
}

/// Nothing where the broker knows more states than we do.
std::optional<DeliveryState> state_of(std::string_view named) {
    const auto states = delivery_states();
    const auto found =
        std::ranges::find(states, named, [](DeliveryState state) { return name(state); });
    return found == states.end() ? std::nullopt : std::optional(*found);
}

/// No event will ever lead to what is waited for.
bool any_out_of_reach(const v1::Status& status, const std::string& wanted) {
    const auto to = state_of(wanted);
    return std::ranges::any_of(status.deliveries(), [&](const v1::DeliveryStatus& delivery) {
        const auto from = state_of(delivery.state());
        return !reached(delivery, wanted) && from && to && !may_become(*from, *to);
    });
}

bool has_ended(const v1::Status& status, const std::string& wanted) {
    return all_reached(status, wanted) || any_out_of_reach(status, wanted);
}

/// The status once it is reached or out of reach.
Result<v1::Status> watch(
    client::ExchangeClient& broker, const v1::MessageRef& ref, const StatusOptions& options
) {
    auto status = broker.status(ref);
    if (!status || has_ended(*status, options.watch_until)) {
        return status;
    }
    const auto followed = broker.follow(status->message().sender(), last_position(*status));
    if (!followed) {
        return std::unexpected(followed.error());
    }
    for (;;) {
        const auto event = broker.next_event(for_ever);
        if (!event) {
            return std::unexpected(event.error());
        }
        if (*event && (*event)->broker_id() == status->message().broker_id()) {
            status = broker.status(ref);
            if (!status || has_ended(*status, options.watch_until)) {
                return status;
            }
        }
    }
}

int follow(client::ExchangeClient& broker, const StatusOptions& options, const Terminal& terminal) {
    if (const auto followed = broker.follow(options.sender, options.after); !followed) {
        return print_error(followed.error(), terminal);
    }
    for (std::uint32_t seen = 0; options.count == 0 || seen < options.count; ++seen) {
        const auto event = broker.next_event(for_ever);
        if (!event) {
            return print_error(event.error(), terminal);
        }
        if (!*event) {
            break;
        }
        const v1::StatusEvent& row = **event;
        if (terminal.json) {
            terminal.out << to_json(row) << std::endl;
        } else {
            terminal.out << row.position() << ' ' << time_text(row.at_ms()) << ' '
                         << plain(row.broker_id()) << ' ' << plain(row.recipient()) << ' '
                         << plain(row.state()) << " (" << plain(row.cause()) << ')' << std::endl;
        }
    }
    return exit_ok;
}

}  // namespace

int run_status(
    client::ExchangeClient& broker, const StatusOptions& options, const Terminal& terminal
) {
    if (options.follow) {
        return follow(broker, options, terminal);
    }
    const v1::MessageRef ref = message_ref(options.id, options.sender);
    const auto status =
        options.watch_until.empty() ? broker.status(ref) : watch(broker, ref, options);
    if (!status) {
        return print_error(status.error(), terminal);
    }
    print(*status, terminal);
    if (options.watch_until.empty()) {
        return exit_ok;
    }
    if (!all_reached(*status, options.watch_until)) {
        terminal.err << "budstikke: "
                     << terminal.say("tilstanden kan ikke nås", "the state cannot be reached")
                     << '\n';
        return exit_refused;
    }
    if (options.watch_until == "confirmed" && !terminal.json) {
        terminal.out << terminal.say("bekreftet av alle mottakere", "confirmed by all recipients")
                     << std::endl;
    }
    return exit_ok;
}

}  // namespace budstikke::tools
