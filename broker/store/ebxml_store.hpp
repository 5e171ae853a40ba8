// What the ebXML message service has to remember over a restart: messages that wait for their
// acknowledgement, with the very bytes that a resend repeats, and messages that came, with the
// signal that each was answered with (ebMS 6.4, 6.5; HIS 1037 5.2). A store of its own beside the
// broker's. Promises that a put has been synced when it returns. May not know ebXML beyond ids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/base/result.hpp"

namespace budstikke::store {

/// Numbers are stored: append only.
enum class OutboundState : std::uint8_t {
    waiting = 1,  ///< for its signal
    /// An Acknowledgment, or a MessageError of severity Warning; the partner's server has it, where
    /// no signal is awaited.
    acknowledged = 2,
    refused = 3,    ///< a MessageError or a SOAP Fault
    exhausted = 4,  ///< no more attempts
};

/// A message that we sent, by its eb:MessageId.
struct OutboundEbxml {
    std::string message_id;
    DeliveryId delivery;  ///< each has one message
    HerId from;
    HerId to;
    std::string conversation_id;
    std::string cpa_id;
    std::string endpoint;      ///< URI of the last attempt
    std::string content_type;  ///< of the package
    /// Of the package; for `put` only. It can be large and never changes, so nothing else carries
    /// it: see outbound_body.
    std::string body;
    /// `uri digest` of each ds:Reference of its signature: what an Acknowledgment must repeat.
    std::vector<std::string> references;
    OutboundState state = OutboundState::waiting;
    std::uint32_t attempts = 0;  ///< made; one that did not reach the partner's server is none
    std::uint32_t failures = 0;  ///< of those, in all
    std::uint32_t failures_in_a_row = 0;
    std::uint32_t attempts_max = 0;
    Duration retry_interval{};
    Timestamp next_attempt{};
    Timestamp expires_at{};
    std::string reason;  ///< of a refusal: the error code
    /// False where the agreement asks for no signal: what the partner's server took is over.
    bool awaits_signal = true;

    bool operator==(const OutboundEbxml&) const = default;
};

/// A message that came, by sender and eb:MessageId.
struct InboundEbxml {
    HerId from;
    HerId to;
    std::string message_id;
    std::string conversation_id;
    std::vector<std::string> digests;  ///< `uri digest` of its signature, sorted
    Timestamp received_at{};
    std::string business_id;   ///< MsgId of what was inside; empty where nothing was accepted
    std::string content_type;  ///< of the signal's package
    std::string body;          ///< of the signal's package; empty: none is due
    std::string transfer_encoding;

    bool operator==(const InboundEbxml&) const = default;
};

/// Any thread. Errors: `io`, and `corrupt` for bytes that do not decode. After a write that failed
/// every later one fails: end the process (reliability.md section 2 rule 2).
class EbxmlStore {
 public:
    virtual ~EbxmlStore() = default;

    virtual Result<void> put(const OutboundEbxml& message) = 0;
    /// As put, but the body stays what it was.
    virtual Result<void> update(const OutboundEbxml& message) = 0;
    /// Without the body, as all that read.
    virtual Result<std::optional<OutboundEbxml>> outbound(std::string_view message_id) const = 0;
    /// `not_found` where there is no such message.
    virtual Result<std::string> outbound_body(std::string_view message_id) const = 0;
    virtual Result<std::optional<OutboundEbxml>> outbound_of(const DeliveryId& delivery) const = 0;
    /// Not synced: after a crash it may be there again.
    virtual Result<void> erase_outbound(std::string_view message_id) = 0;
    /// All, in the order of their ids, after `after`; for listings and the sweep.
    virtual Result<std::vector<OutboundEbxml>> all_outbound(
        std::string_view after, std::size_t rows_max
    ) const = 0;

    virtual Result<void> put(const InboundEbxml& message) = 0;
    virtual Result<std::optional<InboundEbxml>> inbound(
        const HerId& from, std::string_view message_id
    ) const = 0;
    /// The last one that carried the business message; for the conversation of its AppRec.
    virtual Result<std::optional<InboundEbxml>> inbound_of_business(
        const HerId& from, std::string_view business_id
    ) const = 0;
    /// Those received before; returns how many, at most `rows_max`.
    virtual Result<std::size_t> erase_inbound_before(Timestamp before, std::size_t rows_max) = 0;
};

/// Opens or creates it, mode 0700. Errors as open_rocksdb.
Result<std::unique_ptr<EbxmlStore>> open_ebxml_store(const std::filesystem::path& folder);

}  // namespace budstikke::store
