#include "broker/transport/ebxml/agreement/agreement.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/xml/tree.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

constexpr std::string_view cppa =
    "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd";

std::string attribute_of(const Element* element, std::string_view name) {
    const auto* value = element == nullptr ? nullptr : element->attribute(cppa, name);
    return value == nullptr ? std::string{} : std::string(xml::trim(*value));
}

std::string text_of(const Element* element) {
    return element == nullptr ? std::string{} : std::string(element->trimmed());
}

bool is_true(const std::string& word) {
    return word == "true" || word == "1";
}

const Element* descend(const Element* element, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
        if (element == nullptr) {
            return nullptr;
        }
        element = element->child(cppa, name);
    }
    return element;
}

AgreementCertificate read_certificate(const Element& element) {
    AgreementCertificate certificate{.id = attribute_of(&element, "certId"), .der = {}};
    const auto* info = element.child(ns::ds, "KeyInfo");
    const auto* data = info == nullptr ? nullptr : info->child(ns::ds, "X509Data");
    if (const auto* text = data == nullptr ? nullptr : data->child(ns::ds, "X509Certificate")) {
        certificate.der = decode_content(text->trimmed(), TransferEncoding::base64);
    }
    return certificate;
}

AgreementTransport read_transport(const Element& element) {
    AgreementTransport transport{
        .id = attribute_of(&element, "transportId"), .protocol = {}, .endpoints = {}
    };
    const auto* receiver = element.child(cppa, "TransportReceiver");
    const auto* side = receiver != nullptr ? receiver : element.child(cppa, "TransportSender");
    transport.protocol = text_of(descend(side, {"TransportProtocol"}));
    if (receiver != nullptr) {
        for (const auto* endpoint : receiver->all(cppa, "Endpoint")) {
            transport.endpoints.push_back(
                {.uri = attribute_of(endpoint, "uri"), .type = attribute_of(endpoint, "type")}
            );
        }
    }
    return transport;
}

std::optional<unsigned> number_of(const std::string& text) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, value);
    return failure == std::errc{} && stopped == end ? std::optional(value) : std::nullopt;
}

DocExchange read_doc_exchange(const Element& element) {
    const auto* sender = element.child(cppa, "ebXMLSenderBinding");
    const auto* receiver = element.child(cppa, "ebXMLReceiverBinding");
    const auto* reliable = descend(sender, {"ReliableMessaging"});
    const auto* signing = descend(sender, {"SenderNonRepudiation"});
    const auto* algorithm = descend(signing, {"SignatureAlgorithm"});
    const auto* envelope = descend(receiver, {"ReceiverDigitalEnvelope"});
    const auto w3c = attribute_of(algorithm, "w3c");
    return {
        .id = attribute_of(&element, "docExchangeId"),
        .retries = number_of(text_of(descend(reliable, {"Retries"}))),
        .retry_interval = parse_iso_duration(text_of(descend(reliable, {"RetryInterval"}))),
        .persist_duration = parse_iso_duration(text_of(descend(sender, {"PersistDuration"}))),
        .signature_algorithm = w3c.empty() ? text_of(algorithm) : w3c,
        .hash_function = text_of(descend(signing, {"HashFunction"})),
        .signing_certificate = attribute_of(descend(signing, {"SigningCertificateRef"}), "certId"),
        .encryption_certificate =
            attribute_of(descend(envelope, {"EncryptionCertificateRef"}), "certId"),
        .encryption_algorithm = text_of(descend(envelope, {"EncryptionAlgorithm"})),
    };
}

DeliveryChannel read_channel(const Element& element) {
    const auto* characteristics = element.child(cppa, "MessagingCharacteristics");
    return {
        .id = attribute_of(&element, "channelId"),
        .transport = attribute_of(&element, "transportId"),
        .doc_exchange = attribute_of(&element, "docExchangeId"),
        .sync_reply_mode = attribute_of(characteristics, "syncReplyMode"),
        .ack_requested = attribute_of(characteristics, "ackRequested"),
        .ack_signature_requested = attribute_of(characteristics, "ackSignatureRequested"),
        .duplicate_elimination = attribute_of(characteristics, "duplicateElimination"),
    };
}

void read_actions(const Element& binding, Direction direction, CollaborationRole& role) {
    const auto* const side = direction == Direction::send ? "CanSend" : "CanReceive";
    for (const auto* one : binding.all(cppa, side)) {
        const auto* own = one->child(cppa, "ThisPartyActionBinding");
        if (own == nullptr) {
            continue;
        }
        const auto* characteristics = own->child(cppa, "BusinessTransactionCharacteristics");
        ActionBinding action{
            .direction = direction,
            .action = attribute_of(own, "action"),
            .non_repudiation = is_true(attribute_of(characteristics, "isNonRepudiationRequired")),
            .non_repudiation_receipt =
                is_true(attribute_of(characteristics, "isNonRepudiationReceiptRequired")),
            .package = attribute_of(own, "packageId"),
            .channels = {},
        };
        for (const auto* channel : own->all(cppa, "ChannelId")) {
            action.channels.push_back(text_of(channel));
        }
        role.actions.push_back(std::move(action));
    }
}

CollaborationRole read_role(const Element& element) {
    const auto* process = element.child(cppa, "ProcessSpecification");
    CollaborationRole role{
        .role = attribute_of(element.child(cppa, "Role"), "name"),
        .service = text_of(descend(&element, {"ServiceBinding", "Service"})),
        .process = attribute_of(process, "name"),
        .process_version = attribute_of(process, "version"),
        .application_certificate =
            attribute_of(element.child(cppa, "ApplicationCertificateRef"), "certId"),
        .actions = {},
    };
    if (const auto* binding = element.child(cppa, "ServiceBinding")) {
        read_actions(*binding, Direction::send, role);
        read_actions(*binding, Direction::receive, role);
    }
    return role;
}

AgreementPackage read_package(const Element& element) {
    AgreementPackage package{.id = attribute_of(&element, "id"), .encapsulations = {}};
    for (const auto* list : element.all(cppa, "CompositeList")) {
        for (const auto* one : list->all(cppa, "Encapsulation")) {
            package.encapsulations.push_back(attribute_of(one, "mimetype"));
        }
    }
    return package;
}

AgreementParty read_party(const Element& element) {
    AgreementParty party;
    party.name = attribute_of(&element, "partyName");
    for (const auto& child : element.children) {
        if (child.is(cppa, "PartyId")) {
            party.ids.push_back({.type = attribute_of(&child, "type"), .value = text_of(&child)});
        } else if (child.is(cppa, "CollaborationRole")) {
            party.roles.push_back(read_role(child));
        } else if (child.is(cppa, "Certificate")) {
            party.certificates.push_back(read_certificate(child));
        } else if (child.is(cppa, "DeliveryChannel")) {
            party.channels.push_back(read_channel(child));
        } else if (child.is(cppa, "Transport")) {
            party.transports.push_back(read_transport(child));
        } else if (child.is(cppa, "DocExchange")) {
            party.doc_exchanges.push_back(read_doc_exchange(child));
        }
    }
    return party;
}

template <typename T>
const T* find_by_id(const std::vector<T>& list, std::string_view id) {
    const auto at = std::ranges::find(list, id, &T::id);
    return at == list.end() ? nullptr : &*at;
}

}  // namespace

bool AgreementParty::has_her_id(std::string_view her_id) const {
    return std::ranges::any_of(ids, [her_id](const PartyId& id) {
        return id.type == her_type && id.value == her_id;
    });
}

const AgreementCertificate* AgreementParty::certificate(std::string_view id) const {
    return find_by_id(certificates, id);
}
const DeliveryChannel* AgreementParty::channel(std::string_view id) const {
    return find_by_id(channels, id);
}
const AgreementTransport* AgreementParty::transport(std::string_view id) const {
    return find_by_id(transports, id);
}
const DocExchange* AgreementParty::doc_exchange(std::string_view id) const {
    return find_by_id(doc_exchanges, id);
}

std::optional<std::chrono::minutes> parse_iso_duration(std::string_view text) {
    using namespace std::chrono;
    constexpr auto longest = minutes(days(3660));
    if (!text.starts_with('P') || text.size() < 2) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    bool in_time = false;
    seconds total(0);
    while (!text.empty()) {
        if (text.front() == 'T' && !in_time && text.size() > 1) {
            in_time = true;
            text.remove_prefix(1);
            continue;
        }
        unsigned value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        const auto used = static_cast<std::size_t>(end - text.data());
        if (failure != std::errc{} || used == text.size()) {
            return std::nullopt;
        }
        const char unit = text[used];
        text.remove_prefix(used + 1);
        if (!in_time && unit == 'Y')
            total += value * days(365);
        else if (!in_time && unit == 'M')
            total += value * days(30);
        else if (!in_time && unit == 'D')
            total += value * days(1);
        else if (in_time && unit == 'H')
            total += value * hours(1);
        else if (in_time && unit == 'M')
            total += value * minutes(1);
        else if (in_time && unit == 'S')
            total += value * seconds(1);
        else
            return std::nullopt;
        if (total > longest) {
            return std::nullopt;
        }
    }
    return duration_cast<minutes>(total);
}

Result<Agreement> read_agreement(std::string_view bytes) {
    if (bytes.size() > limits::cpa_bytes_max) {
        return fail(Errc::limit_exceeded, "the agreement is too large");
    }
    const auto tree = xml::read_tree(bytes);
    if (!tree.root) {
        return fail(Errc::malformed, "the agreement is not well-formed XML");
    }
    const auto& root = *tree.root;
    const bool profile = root.is(cppa, "CollaborationProtocolProfile");
    if (!profile && !root.is(cppa, "CollaborationProtocolAgreement")) {
        return fail(Errc::malformed, "the document is no CPA and no CPP");
    }
    Agreement agreement;
    agreement.profile = profile;
    agreement.id = attribute_of(&root, profile ? "cppid" : "cpaid");
    agreement.start = parse_date_time(text_of(root.child(cppa, "Start")));
    agreement.end = parse_date_time(text_of(root.child(cppa, "End")));
    for (const auto* party : root.all(cppa, "PartyInfo")) {
        agreement.parties.push_back(read_party(*party));
    }
    for (const auto* package : root.all(cppa, "Packaging")) {
        agreement.packages.push_back(read_package(*package));
    }
    return agreement;
}

}  // namespace budstikke::ebxml
