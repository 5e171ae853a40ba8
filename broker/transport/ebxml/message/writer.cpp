#include "broker/transport/ebxml/message/writer.hpp"

#include <initializer_list>
#include <utility>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/xml/writer.hpp"

namespace budstikke::ebxml {
namespace {

/// To the letter (HITS 1172 5.15.2.1). No signature covers it: canonical XML here has no comments.
constexpr std::string_view test_comment =
    "<!-- TEST. TEST. Sendt i testøyemed. Har ingen andre formål. -->";

using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// No white space between elements: nothing that a gateway on the way might tidy.
class Text {
 public:
    Text& open(std::string_view name, Attributes attributes = {}) {
        tag(name, attributes);
        out_ += '>';
        return *this;
    }
    Text& close(std::string_view name) {
        out_ += "</";
        out_ += name;
        out_ += '>';
        return *this;
    }
    Text& empty_element(std::string_view name, Attributes attributes = {}) {
        tag(name, attributes);
        out_ += "/>";
        return *this;
    }
    Text& element(std::string_view name, std::string_view text, Attributes attributes = {}) {
        open(name, attributes);
        xml::append_escaped(out_, text);
        return close(name);
    }
    Text& optional(std::string_view name, std::string_view text) {
        return text.empty() ? *this : element(name, text);
    }
    Text& raw(std::string_view xml) {
        out_ += xml;
        return *this;
    }
    std::string take() { return std::exchange(out_, {}); }

 private:
    void tag(std::string_view name, Attributes attributes) {
        out_ += '<';
        out_ += name;
        for (const auto& [key, value] : attributes) {
            if (value.empty()) {
                continue;
            }
            out_ += ' ';
            out_ += key;
            out_ += "=\"";
            xml::append_escaped(out_, value);
            out_ += '"';
        }
    }
    std::string out_;
};

void write_party(Text& out, std::string_view name, const Party& party) {
    out.open(name);
    for (const auto& id : party.ids) {
        out.element("eb:PartyId", id.value, {{"eb:type", id.type}});
    }
    out.optional("eb:Role", party.role).close(name);
}

/// Up to and with eb:MessageHeader.
void write_beginning(Text& out, const OutgoingHeader& header, bool duplicate_elimination) {
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.open(
        "SOAP:Envelope",
        {{"xmlns:SOAP", ns::soap}, {"xmlns:eb", ns::eb}, {"xmlns:xlink", ns::xlink}}
    );
    out.open("SOAP:Header");
    if (header.test) {
        out.raw(test_comment);
    }
    out.open("eb:MessageHeader", {{"SOAP:mustUnderstand", "1"}, {"eb:version", ebms_version}});
    write_party(out, "eb:From", header.from);
    write_party(out, "eb:To", header.to);
    out.element("eb:CPAId", header.cpa_id)
        .element("eb:ConversationId", header.conversation_id)
        .element("eb:Service", header.service, {{"eb:type", header.service_type}})
        .element("eb:Action", header.action);
    out.open("eb:MessageData")
        .element("eb:MessageId", header.message_id)
        .element("eb:Timestamp", to_date_time(header.timestamp))
        .optional("eb:RefToMessageId", header.ref_to_message_id);
    if (header.time_to_live) {
        out.element("eb:TimeToLive", to_date_time(*header.time_to_live));
    }
    out.close("eb:MessageData");
    if (duplicate_elimination) {
        out.empty_element("eb:DuplicateElimination");
    }
    if (!header.description.empty()) {
        out.element("eb:Description", header.description, {{"xml:lang", "no"}});
    }
    out.close("eb:MessageHeader");
}

EnvelopeText with_body(Text& header, std::string_view body) {
    EnvelopeText text;
    text.before = header.take();
    text.after = "</SOAP:Header>";
    text.after += body;
    text.after += "</SOAP:Envelope>";
    return text;
}

std::string_view word(ErrorSeverity severity) {
    return severity == ErrorSeverity::warning ? "Warning" : "Error";
}

}  // namespace

EnvelopeText write_payload(
    const OutgoingHeader& header, std::span<const OutgoingReference> references
) {
    Text out;
    write_beginning(out, header, true);
    if (header.ack_requested) {
        out.empty_element(
            "eb:AckRequested", {{"SOAP:actor", actor_to_party},
                                {"SOAP:mustUnderstand", "1"},
                                {"eb:signed", "true"},
                                {"eb:version", ebms_version}}
        );
    }
    if (header.sync_reply) {
        out.empty_element(
            "eb:SyncReply",
            {{"SOAP:actor", actor_next}, {"SOAP:mustUnderstand", "1"}, {"eb:version", ebms_version}}
        );
    }
    Text body;
    body.open("SOAP:Body").open("eb:Manifest", {{"eb:version", ebms_version}});
    for (const auto& reference : references) {
        const auto href = "cid:" + reference.content_id;
        body.open("eb:Reference", {{"xlink:type", "simple"}, {"xlink:href", href}});
        if (reference.schema) {
            body.empty_element(
                "eb:Schema", {{"eb:location", reference.schema->location},
                              {"eb:version", reference.schema->version}}
            );
        }
        body.close("eb:Reference");
    }
    body.close("eb:Manifest").close("SOAP:Body");
    return with_body(out, body.take());
}

EnvelopeText write_acknowledgment(
    const OutgoingHeader& header, std::string_view acknowledged_message_id,
    std::span<const std::string> references
) {
    Text out;
    write_beginning(out, header, false);
    out.open(
        "eb:Acknowledgment",
        {{"SOAP:actor", actor_to_party}, {"SOAP:mustUnderstand", "1"}, {"eb:version", ebms_version}}
    );
    out.element("eb:Timestamp", to_date_time(header.timestamp));
    out.element("eb:RefToMessageId", acknowledged_message_id);
    for (const auto& reference : references) {
        out.raw(reference);
    }
    out.close("eb:Acknowledgment");
    return with_body(out, "<SOAP:Body/>");
}

EnvelopeText write_error(const OutgoingHeader& header, std::span<const EbxmlError> errors) {
    const ErrorList list{.errors = {errors.begin(), errors.end()}};
    Text out;
    write_beginning(out, header, false);
    out.open(
        "eb:ErrorList", {{"SOAP:mustUnderstand", "1"},
                         {"eb:highestSeverity", word(list.highest())},
                         {"eb:version", ebms_version}}
    );
    for (const auto& error : list.errors) {
        out.open(
            "eb:Error", {{"eb:codeContext", error.context.empty() ? error_context : error.context},
                         {"eb:errorCode", error.code},
                         {"eb:location", error.location},
                         {"eb:severity", word(error.severity)}}
        );
        if (!error.description.empty()) {
            out.element("eb:Description", error.description, {{"xml:lang", "no"}});
        }
        out.close("eb:Error");
    }
    out.close("eb:ErrorList");
    return with_body(out, "<SOAP:Body/>");
}

std::string write_fault(FaultCode code, std::string_view text, bool test) {
    std::string_view name = "SOAP:Client";
    switch (code) {
        case FaultCode::client:
            break;
        case FaultCode::server:
            name = "SOAP:Server";
            break;
        case FaultCode::version_mismatch:
            name = "SOAP:VersionMismatch";
            break;
        case FaultCode::must_understand:
            name = "SOAP:MustUnderstand";
            break;
    }
    Text out;
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .open("SOAP:Envelope", {{"xmlns:SOAP", ns::soap}});
    if (test) {
        out.open("SOAP:Header").raw(test_comment).close("SOAP:Header");
    }
    out.open("SOAP:Body")
        .open("SOAP:Fault")
        .element("faultcode", name)
        .element("faultstring", text)
        .close("SOAP:Fault")
        .close("SOAP:Body")
        .close("SOAP:Envelope");
    return out.take();
}

OutgoingHeader signal_header(const Envelope& received, Kind signal) {
    OutgoingHeader header;
    header.from = {.ids = received.to.ids, .role = {}};
    header.to = {.ids = received.from.ids, .role = {}};
    header.cpa_id = received.cpa_id;
    header.conversation_id = received.conversation_id;
    header.service = signal_service;
    header.action = signal == Kind::acknowledgment ? action_acknowledgment : action_error;
    if (signal != Kind::acknowledgment) {
        header.ref_to_message_id = received.message_id;
    }
    return header;
}

}  // namespace budstikke::ebxml
