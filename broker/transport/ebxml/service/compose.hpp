// Makes the ebXML message of a delivery: Service, Action and Role, encryption, envelope, signature,
// package. Promises a message that breaks no rule of HITS 1172, whose bytes are the same for the
// same input but for what encryption draws by lot, and that clear text never goes by mail. May not
// know when or how it is sent.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "broker/base/random.hpp"
#include "broker/store/ebxml_store.hpp"
#include "broker/store/records.hpp"
#include "broker/transport/ebxml/agreement/service_action.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"

namespace budstikke::ebxml {

// Codes of NoRoute of our own.
inline constexpr std::string_view no_service = "no_service";
inline constexpr std::string_view no_mail_address = "no_mail_address";
inline constexpr std::string_view clear_by_mail = "clear_by_mail";

/// What the message says of its business process. `answered_action` is the Action of the message
/// that an AppRec answers; empty where it is not known, then the AppRec's own word for it counts.
/// The code of NoRoute is `no_service`: there is none, now or later.
std::expected<ServiceAction, NoRoute> service_of(
    const budstikke::Envelope& envelope, std::string_view answered_action
);

struct Composition {
    const store::MessageRecord& message;
    DeliveryId delivery;
    HerId to;                  ///< eb:To: the recipient, or its successor
    std::string_view payload;  ///< as it was accepted
    const ServiceAction& what;
    const Route& route;
    const Identity& identity;
    std::string_view conversation = {};  ///< of the message that an AppRec answers; may be empty
    std::string_view description = {};   ///< eb:Description; may be empty
    std::string_view mail_domain;        ///< right side of the Content-ID
};

/// A message that waits, with no attempt made, due `now`. What was encrypted by its sender
/// (application/pkcs7-mime) goes as it is. The codes of NoRoute are `clear_by_mail`, where the
/// agreement asks for no encryption and the way is mail, `no_mail_address`, `not_encrypted` and
/// `not_signed`.
std::expected<store::OutboundEbxml, NoRoute> compose(
    const Composition& composition, Timestamp now, Random& random
);

/// Whether mail, where the route goes by it, may take a message of this type: both sides have an
/// address, and no clear text goes. The codes of NoRoute are `clear_by_mail` and `no_mail_address`.
std::expected<void, NoRoute> mail_permits(const Route& route, std::string_view content_type);

/// Whether it goes by mail, and the sender has no address to send it from.
bool lacks_mail_address(const Route& route);

/// Whether these bytes may go there: clear text never goes by mail, also where the way has changed
/// since they were composed.
bool may_go_to(std::string_view endpoint, std::string_view package_body);

/// When the attempts for a message began: its eb:MessageId says it.
Timestamp composed_at(std::string_view message_id);

/// `uri digest`, as OutboundEbxml and InboundEbxml keep it.
std::string reference_text(std::string_view uri, std::string_view digest_value);

}  // namespace budstikke::ebxml
