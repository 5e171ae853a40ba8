// Where listeners and mailboxes hand over what arrived. Promises that what is called done is
// durable, or was nothing that could be kept; so a mail may be removed and an HTTP request
// answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml {

struct Arrival {
    Transport transport = Transport::http;
    std::string_view bytes;   ///< headers and body, at most limits::mime_bytes_max
    std::string_view source;  ///< address of the peer or name of the mailbox, for the log
    /// eb:MessageId of what we had sent in the exchange that this came back in; empty for all else.
    std::string_view exchange_of = {};
    /// For the broker's answer, or that of an earlier copy: who comes in vain is told `later`.
    Duration wait_max = limits::ebxml_exchange_time_max;
};

struct Reception {
    enum class Kind {
        done,   ///< never to be handed over again
        later,  ///< nothing was kept: HTTP 503, LMTP 451, the mail stays
    };
    Kind kind = Kind::done;
    /// What goes back in the same exchange; over mail never: there it is sent by itself.
    std::optional<Package> reply;
    bool reply_is_fault = false;  ///< HTTP 500 (SOAP 1.1 section 6.2)
};

class Receiver {
 public:
    virtual ~Receiver() = default;
    /// Blocks until what came is durable or refused; any thread.
    virtual Reception receive(const Arrival& arrival) = 0;
};

}  // namespace budstikke::ebxml
