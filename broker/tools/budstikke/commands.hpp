// The commands of `budstikke` that speak to a broker. Each prints its answer, as text in the
// reader's language or as one JSON object per line, and gives the exit status of options.hpp.
#pragma once

#include <iosfwd>

#include "broker/tools/budstikke/options.hpp"
#include "broker/tools/client/exchange_client.hpp"

namespace budstikke::tools {

/// Where a command writes, and how.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool json = false;
    Tongue tongue = Tongue::english;

    std::string_view say(std::string_view norwegian, std::string_view english) const {
        return tongue == Tongue::norwegian ? norwegian : english;
    }
};

int run_send(client::ExchangeClient& broker, const SendOptions& options, const Terminal& terminal);
int run_check(client::ExchangeClient& broker, const SendOptions& options, const Terminal& terminal);
int run_receive(
    client::ExchangeClient& broker, const ReceiveOptions& options, const Terminal& terminal
);
int run_status(
    client::ExchangeClient& broker, const StatusOptions& options, const Terminal& terminal
);
int run_may_i_send(
    client::ExchangeClient& broker, const MayISendOptions& options, const Terminal& terminal
);
int run_withdraw(
    client::ExchangeClient& broker, const WithdrawOptions& options, const Terminal& terminal
);

/// Nothing where `server` is not host:port; the brackets of an IPv6 address are taken off.
std::optional<client::ClientOptions> client_options(const ServerOptions& options);

/// `90s`, `30m`, `72h`, `14d`; nothing where it is none, zero, or longer than
/// limits::time_to_live_max.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace budstikke::tools
