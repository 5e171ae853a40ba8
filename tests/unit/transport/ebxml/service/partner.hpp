// A partner: writes messages as our own code does, spoils them where a test asks, and reads what is
// answered as a stranger would. Keys are those of PartyPki.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/message/writer.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml::test {

inline constexpr std::string_view content_id = "payload-1@sykehus.example";

/// A business message from `from` to `to`, with that MsgId.
std::string dialogue(
    std::string_view from = "2001", std::string_view to = "3001",
    std::string_view msg_id = "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e", std::string_view more_to = {}
);

struct PartnerMessage {
    std::string from = "2001";
    std::string to = "3001";
    std::string signer = "hospital-sign";
    std::string recipient = "clinic-crypt";
    std::string message_id = "955536cb-fb9a-49d9-848d-2baca7b116e1";
    std::string conversation_id = "1c7f8f64-9c9c-4b3d-8f4e-6f6f4f1c2b3a";
    std::string cpa_id = "2001_3001";
    std::string service = "S-DIALOG_NOTAT";
    std::string action = "DIALOG_NOTAT";
    std::optional<Timestamp> time_to_live;
    Timestamp timestamp = SystemClock().now();
    std::string description = R"({"MSH-system":"Partner","MSH-versjon":"7.1"})";
    std::string payload = dialogue();
    bool sync_reply = true;  ///< over HTTP: the signal comes in the same exchange
    Transport transport = Transport::http;
    std::string mail_from = "sykehus@edi.example";
    std::vector<std::string> mail_headers;  ///< whole lines, more of them

    /// What stands in the attachment; by default the payload, encrypted as the profile has it.
    std::function<std::string(const std::string& payload)> pack;
    std::function<void(EnvelopeText&)> before_signing;
    std::function<std::string(const std::string& envelope)> after_signing;
    std::function<void(std::vector<OutgoingPart>&)> before_packing;  ///< parts as they are sent
    /// Signs another way.
    std::function<std::string(const EnvelopeText&, const std::string& attachment)> sign;

    std::string bytes() const;
};

/// For PartnerMessage::sign: rsa-sha1 over sha1, by another implementation, since ours never does.
std::string sign_with_sha1(const EnvelopeText& text, const std::string& attachment);
/// What `openssl cms -encrypt` makes of it for the clinic with these options.
std::string encrypt_by_openssl(const std::string& content, const std::string& options);

/// As a listener hands it over.
std::string as_arrival(const Package& package, Transport transport);

/// What came back, read and verified as the partner would.
struct ReadSignal {
    Envelope envelope;
    crypto::xmldsig::Verification verification;
    std::string soap;
    bool signed_by_clinic = false;

    /// `SecurityFailure`, of each error.
    std::vector<std::string> codes() const;
    /// All descriptions, in lines.
    std::string text() const;
};
ReadSignal read_signal(const Package& package);

/// `uri digest` of the signature of a message, in its order.
std::vector<std::string> references_of(const std::string& message_bytes);

}  // namespace budstikke::ebxml::test
