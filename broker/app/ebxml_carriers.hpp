// The ways that `[ebxml]` names, as what carries: HTTPS and mail, outwards and inwards. May not
// know when they are used.
#pragma once

#include <memory>

#include "broker/app/ebxml_config.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/ebxml/carriers.hpp"
#include "broker/transport/ebxml/mail/lmtp_listener.hpp"
#include "broker/transport/ebxml/mail/mailbox.hpp"

namespace budstikke::app {

/// Those that there are. `clock` outlives them.
Result<ebxml::CarrierSet> make_carriers(const EbxmlConfig& ebxml, const Clock& clock);

/// `receiver` and `events` outlive it. `number` counts from 1, for the log.
Result<std::unique_ptr<ebxml::Mailbox>> open_mailbox(
    const MailboxConfig& config, std::size_t number, ebxml::Receiver& receiver, EventLog& events
);

/// `ebxml` has `[ebxml.lmtp]`.
ebxml::LmtpListenerOptions lmtp_options(const EbxmlConfig& ebxml);

}  // namespace budstikke::app
