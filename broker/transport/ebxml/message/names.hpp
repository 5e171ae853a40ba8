// The names of ebMS 2.0, of SOAP 1.1 and of the Norwegian profile (HIS 1037): namespaces, actors,
// the service of the signals, error codes. Constants only.
#pragma once

#include <string_view>

namespace budstikke::ebxml {

namespace ns {
inline constexpr std::string_view soap = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view soap12 = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view eb =
    "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd";
inline constexpr std::string_view ds = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view xlink = "http://www.w3.org/1999/xlink";
inline constexpr std::string_view xml = "http://www.w3.org/XML/1998/namespace";
}  // namespace ns

/// Service of Acknowledgment, MessageError, Ping, Pong and the status messages (ebMS 4.2.4.3).
inline constexpr std::string_view signal_service = "urn:oasis:names:tc:ebxml-msg:service";
inline constexpr std::string_view action_acknowledgment = "Acknowledgment";
inline constexpr std::string_view action_error = "MessageError";
inline constexpr std::string_view action_ping = "Ping";
inline constexpr std::string_view action_pong = "Pong";

inline constexpr std::string_view actor_to_party = "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH";
inline constexpr std::string_view actor_next_msh = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH";
inline constexpr std::string_view actor_next = "http://schemas.xmlsoap.org/soap/actor/next";

inline constexpr std::string_view error_context = "urn:oasis:names:tc:ebxml-msg:service:errors";
inline constexpr std::string_view ebms_version = "2.0";
inline constexpr std::string_view her_type = "HER";
inline constexpr std::string_view soap_action = "ebXML";

namespace transform {
inline constexpr std::string_view enveloped =
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr std::string_view xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
inline constexpr std::string_view c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
inline constexpr std::string_view exclusive_c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
}  // namespace transform

}  // namespace budstikke::ebxml
