// What the ebXML message service has to remember over a restart: messages that wait for their
// acknowledgement, with the very bytes that a resend repeats, and messages that came, with the
// signal that each was answered with (ebMS 6.4, 6.5; HIS 1037 5.2). A store of its own beside the
// broker's. Promises that a put has been synced when it returns, and that what may hold a payload,
// the body of what we sent, lies sealed: what came is kept as ids, digests and our signal alone.
// May not know ebXML beyond ids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/base/result.hpp"
#include "broker/store/payload_codec.hpp"

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
    std::string message_id;  ///< the text of a MessageId
    DeliveryId delivery;     ///< each has one message
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

    /// Seals the body, with a key of its own. `invalid_argument` where the id is not a MessageId's.
    virtual Result<void> put(const OutboundEbxml& message) = 0;
    /// As put, but the body stays what it was.
    virtual Result<void> update(const OutboundEbxml& message) = 0;
    /// Without the body, as all that read.
    virtual Result<std::optional<OutboundEbxml>> outbound(std::string_view message_id) const = 0;
    /// The same bytes that were put. `not_found` where there is no such message, `corrupt` where
    /// its body or its key do not verify, or the master key of it is not loaded.
    virtual Result<std::string> outbound_body(std::string_view message_id) const = 0;
    virtual Result<std::optional<OutboundEbxml>> outbound_of(const DeliveryId& delivery) const = 0;
    /// With the key of its body, which can then never be read again. Not synced: after a crash it
    /// may be there again.
    virtual Result<void> erase_outbound(std::string_view message_id) = 0;
    /// All, in the order of their ids, after `after`; for listings and the sweep.
    virtual Result<std::vector<OutboundEbxml>> all_outbound(
        std::string_view after, std::size_t rows_max
    ) const = 0;

    using Wrap = std::pair<std::string, std::string>;  ///< eb:MessageId, wrapped key of its body
    /// In the order of the ids, after `after`.
    virtual Result<std::vector<Wrap>> wraps(std::string_view after, std::size_t rows_max) const = 0;
    struct Rewrapped {
        std::size_t count = 0;  ///< of keys that another master key had wrapped
        /// The id of the last row that was looked at; empty: there is none after `after`.
        std::string last;
    };
    /// Wraps the keys of the next rows by the codec's current master key, durably. A key that
    /// cannot be unwrapped stays what it is. Where the codec got a new current key before the first
    /// page, no key is wrapped by an older one after the last.
    virtual Result<Rewrapped> rewrap(std::string_view after, std::size_t rows_max) = 0;
    /// Takes the bytes of erased keys off the disk, which until then can still be found there. May
    /// take seconds.
    virtual Result<void> forget_erased() = 0;

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

/// Opens or creates it, mode 0700. `codec` seals the bodies and outlives it. Errors as
/// open_rocksdb: the store of an older version of the broker, whose bodies lie unsealed, is refused
/// like any other format and left alone.
Result<std::unique_ptr<EbxmlStore>> open_ebxml_store(
    const std::filesystem::path& folder, const PayloadCodec& codec
);

}  // namespace budstikke::store
