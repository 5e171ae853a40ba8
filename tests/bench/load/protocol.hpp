// The protocols that the generator speaks: what connects a sender and a recipient.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "tests/bench/load/ebxml_requests.hpp"
#include "tests/bench/load/loop.hpp"

namespace budstikke::bench {

using Payloads = std::vector<std::string>;

/// A pair's sender. `payloads` have places for ids.
using ConnectSender = Result<std::unique_ptr<Side>> (*)(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
);
/// Its recipient; returns once messages would come.
using ConnectRecipient = ConnectSender;

Result<std::unique_ptr<Side>> connect_exchange_sender(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
);
Result<std::unique_ptr<Side>> connect_exchange_recipient(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
);
Result<std::unique_ptr<Side>> connect_amqp_sender(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
);
Result<std::unique_ptr<Side>> connect_amqp_recipient(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
);

/// `requests` are all that it will send; `answers_with` signs what comes back.
Result<std::unique_ptr<Side>> connect_ebxml_sender(
    Run& run, std::uint32_t pair, const TlsIdentity& who, std::vector<EbxmlRequest> requests,
    const crypto::PartyCertificate& answers_with
);

}  // namespace budstikke::bench
