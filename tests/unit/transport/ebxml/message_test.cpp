// What reading a message promises: the kind and the header fields of each kind, the SOAP part found
// wherever it is seen in practice, the official examples as they are.
#include "broker/transport/ebxml/message/message.hpp"

#include <algorithm>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml {
namespace {

using namespace std::string_literals;

const std::string soap =
    "<S:Envelope "
    "xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Header/><S:Body/></S:Envelope>";

Message example(const std::string& name) {
    auto message = read_message(file_text(standards() / "ebms-2.0/examples" / name));
    EXPECT_TRUE(message) << name;
    return message ? std::move(*message) : Message{};
}

std::string package(const std::string& type, const std::string& first, const std::string& second) {
    return "Content-Type: multipart/related; boundary=b" + type + "\n\n--b\n" + first + "\n--b\n" +
           second + "\n--b--\n";
}

TEST(EbxmlMessage, ReadsAnOfficialPayloadMessage) {
    const auto message = example("nav-BehandlerKrav-OppgjorsMelding-smtp-multipart.msg");
    ASSERT_TRUE(message.envelope);
    const auto& envelope = *message.envelope;
    EXPECT_EQ(envelope.kind, Kind::payload);
    EXPECT_EQ(envelope.from.her_id(), "8141253");
    EXPECT_EQ(envelope.to.her_id(), "79768");
    EXPECT_EQ(envelope.from.role, "Behandler");
    EXPECT_EQ(envelope.cpa_id, "nav:qass:35065");
    EXPECT_EQ(envelope.service, "BehandlerKrav");
    EXPECT_EQ(envelope.service_type, "string");
    EXPECT_EQ(envelope.action, "OppgjorsMelding");
    EXPECT_FALSE(envelope.duplicate_elimination);
    ASSERT_TRUE(envelope.ack_requested);
    EXPECT_TRUE(envelope.ack_requested->is_signed);
    ASSERT_EQ(envelope.signature_references.size(), 2U);
    EXPECT_EQ(envelope.signature_references[0].transforms.size(), 3U);
    ASSERT_EQ(envelope.manifest.size(), 1U);
    ASSERT_TRUE(message.mime);
    ASSERT_EQ(message.attachments().size(), 1U);
    EXPECT_EQ(message.mime->find(envelope.manifest[0].content_id()), message.attachments()[0]);
    EXPECT_EQ(
        message.attachments()[0]->content,
        file_text(standards() / "ebms-2.0/examples/nav-BehandlerKrav-OppgjorsMelding.p7m")
    );
}

TEST(EbxmlMessage, ReadsASynchronousReplyAsItCameOverHttp) {
    const auto message = example("nav-HarBorgerEgenandelFritak-response.mime");
    ASSERT_TRUE(message.envelope);
    EXPECT_EQ(message.envelope->kind, Kind::payload);
    EXPECT_TRUE(message.envelope->sync_reply);
    EXPECT_EQ(message.envelope->ref_to_message_id, "e17eb03e-9e43-43fb-874c-1fde9a28c308");
    EXPECT_TRUE(message.mime->closed);
    EXPECT_FALSE(message.start_contradicts);
}

TEST(EbxmlMessage, ReadsTheSignals) {
    const auto acknowledgment = example("Acknowledgment.xml").envelope;
    ASSERT_TRUE(acknowledgment);
    EXPECT_EQ(acknowledgment->kind, Kind::acknowledgment);
    EXPECT_EQ(acknowledgment->ref_to_message_id, "955536cb-fb9a-49d9-848d-2baca7b116e1");
    ASSERT_TRUE(acknowledgment->acknowledgment);
    ASSERT_EQ(acknowledgment->acknowledgment->references.size(), 2U);
    EXPECT_EQ(acknowledgment->acknowledgment->references[1].uri, "cid:ebxhmpayload111@example.com");

    const auto error = example("nav-messageerror.xml").envelope;
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, Kind::error);
    ASSERT_TRUE(error->error_list);
    ASSERT_EQ(error->error_list->errors.size(), 1U);
    EXPECT_EQ(error->error_list->errors[0].code, "ValueNotRecognized");
    EXPECT_EQ(error->error_list->highest(), ErrorSeverity::error);

    const auto fault = example("SoapFault.xml").envelope;
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->kind, Kind::fault);
    ASSERT_TRUE(fault->fault);
    EXPECT_EQ(fault->fault->code, "ns0:Sender");
}

TEST(EbxmlMessage, ReadsTheDescriptionsOfVersionMonitoring) {
    const auto envelope = example("ebxml-header-Description-overvakning-SVAR_CYT.xml").envelope;
    ASSERT_TRUE(envelope);
    ASSERT_EQ(envelope->descriptions.size(), 1U);
    EXPECT_TRUE(envelope->descriptions[0].starts_with("{"));
    ASSERT_EQ(envelope->manifest.size(), 1U);
    ASSERT_EQ(envelope->manifest[0].schemas.size(), 1U);
    EXPECT_EQ(envelope->manifest[0].schemas[0].version, "1.4");
}

/// An envelope with lists of so many items.
Envelope with_lists(std::size_t items) {
    const auto repeated = [items](std::string_view item) {
        std::string all;
        for (std::size_t i = 0; i < items; ++i) {
            all += item;
        }
        return all;
    };
    auto message = read_message(
        "<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/' "
        "xmlns:eb='http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd'>"
        "<S:Header><eb:MessageHeader/><eb:ErrorList>" +
        repeated("<eb:Error/>") + "</eb:ErrorList></S:Header><S:Body><eb:Manifest>" +
        repeated("<eb:Reference/>") + "</eb:Manifest></S:Body></S:Envelope>"
    );
    EXPECT_TRUE(message && message->envelope);
    return message && message->envelope ? std::move(*message->envelope) : Envelope{};
}

TEST(EbxmlMessage, ReadsListsUpToTheirLimits) {
    for (const std::size_t count :
         {limits::ebms_references_max - 1, limits::ebms_references_max,
          limits::ebms_references_max + 1}) {
        EXPECT_EQ(with_lists(count).manifest.size(), std::min(count, limits::ebms_references_max));
    }
    for (const std::size_t count :
         {limits::ebms_errors_max - 1, limits::ebms_errors_max, limits::ebms_errors_max + 1}) {
        const auto envelope = with_lists(count);
        ASSERT_TRUE(envelope.error_list);
        EXPECT_EQ(envelope.error_list->errors.size(), std::min(count, limits::ebms_errors_max));
    }
}

TEST(EbxmlMessage, FindsTheSoapPartThatStartNames) {
    const auto message = read_message(
        package("; start=\"<s>\"", "Content-ID: <p>\n\n" + soap, "Content-ID: <s>\n\n" + soap)
    );
    ASSERT_TRUE(message);
    EXPECT_EQ(message->soap_part, 1U);
    EXPECT_FALSE(message->start_contradicts);
    EXPECT_TRUE(message->envelope);
}

TEST(EbxmlMessage, FindsTheSoapPartThatStartDoesNotName) {
    for (const auto* start : {"<p>", "<nobody>"}) {
        const auto message = read_message(package(
            "; start=\""s + start + "\"", "Content-ID: <p>\n\npayload", "Content-ID: <s>\n\n" + soap
        ));
        ASSERT_TRUE(message);
        EXPECT_EQ(message->soap_part, 1U);
        EXPECT_TRUE(message->start_contradicts);
        EXPECT_TRUE(message->envelope);
    }
}

TEST(EbxmlMessage, LooksAtThePartsWhereTheirTypesLie) {
    const auto message = read_message(package(
        "", "Content-Type: text/xml\n\nnot xml", "Content-Type: application/pkcs7-mime\n\n" + soap
    ));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->soap_part, 1U);
    ASSERT_EQ(message->attachments().size(), 1U);
    EXPECT_EQ(message->attachments()[0]->content, "not xml");
}

TEST(EbxmlMessage, LooksForTheSoapPartInTheHeadsOfTheParts) {
    // The namespace of the root element is known so far into its part.
    const auto soap_part_of = [](std::size_t bytes) {
        const auto own = soap.find('>');
        const auto message = read_message(package(
            "", "Content-Type: text/xml\n\n<a/>",
            "Content-Type: text/xml\n\n" +
                changed(soap, " xmlns:S", std::string(bytes - own + 1, ' ') + "xmlns:S")
        ));
        EXPECT_TRUE(message);
        return message ? message->soap_part : 2U;
    };
    EXPECT_EQ(soap_part_of(limits::soap_head_bytes_max - 1), 1U);
    EXPECT_EQ(soap_part_of(limits::soap_head_bytes_max), 1U);
    EXPECT_EQ(soap_part_of(limits::soap_head_bytes_max + 1), 0U) << "none looks like it: the first";
}

TEST(EbxmlMessage, ReadsASignalInASuperfluousMultipart) {
    const auto message = read_message(
        "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/xml\n\n" +
        file_text(standards() / "ebms-2.0/examples/Acknowledgment.xml") + "\n--b--\n"
    );
    ASSERT_TRUE(message);
    ASSERT_TRUE(message->envelope);
    EXPECT_EQ(message->envelope->kind, Kind::acknowledgment);
    EXPECT_TRUE(message->attachments().empty());
}

TEST(EbxmlMessage, WhatIsNoEnvelopeHasNone) {
    for (const auto& text :
         {"<a/>"s, "<S:Envelope xmlns:S='urn:x'/>"s, "<a"s, "Subject: x\n\ny"s, ""s,
          "Content-Type: multipart/related; boundary=b\n\n"s}) {
        const auto message = read_message(text);
        ASSERT_TRUE(message) << text;
        EXPECT_FALSE(message->envelope) << text;
    }
}

TEST(EbxmlMessage, BoundsTheEnvelope) {
    const auto of_size = [](std::size_t bytes) {
        const auto room = bytes - soap.size();
        return read_message(
            changed(soap, "<S:Body/>", "<S:Body>" + std::string(room - 8, ' ') + "</S:Body>")
        );
    };
    const auto at_limit = of_size(limits::soap_bytes_max);
    ASSERT_TRUE(at_limit);
    EXPECT_EQ(at_limit->soap.size(), limits::soap_bytes_max);
    EXPECT_TRUE(at_limit->envelope);
    EXPECT_TRUE(of_size(limits::soap_bytes_max - 1));
    const auto above = of_size(limits::soap_bytes_max + 1);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += text;
    }
    return out;
}

Envelope with_blocks(const std::string& header, const std::string& body) {
    const auto message = read_message(
        "<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/' "
        "xmlns:e='http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd'>"
        "<S:Header>" +
        header + "</S:Header><S:Body>" + body + "</S:Body></S:Envelope>"
    );
    return message.value().envelope.value();
}

TEST(EbxmlMessage, BoundsTheErrorsAndReferencesThatItKeeps) {
    constexpr auto errors = limits::ebms_errors_max;
    constexpr auto references = limits::ebms_references_max;
    for (const auto& [count, kept] :
         {std::pair(errors - 1, errors - 1), {errors, errors}, {errors + 1, errors}}) {
        const auto list = "<e:ErrorList>" + repeated("<e:Error/>", count) + "</e:ErrorList>";
        EXPECT_EQ(with_blocks(list, "").error_list.value().errors.size(), kept);
    }
    for (const auto& [count, kept] :
         {std::pair(references - 1, references - 1),
          {references, references},
          {references + 1, references}}) {
        const auto list = "<e:Manifest>" + repeated("<e:Reference/>", count) + "</e:Manifest>";
        EXPECT_EQ(with_blocks("", list).manifest.size(), kept);
    }
}

TEST(EbxmlMessage, AnEscapedContentIdIsTheOneThatThePartHas) {
    const auto id = [](std::string href) {
        return ManifestReference{.href = std::move(href), .schemas = {}}.content_id();
    };
    EXPECT_EQ(id("cid:a%25b%20c@d"), "a%b c@d");
    EXPECT_EQ(id("cid:a%2"), "a%2");
    EXPECT_EQ(id("cid:a%zz"), "a%zz");
    EXPECT_EQ(id("http://x"), "");
}

TEST(EbxmlMessage, TwoHerIdsAreNone) {
    Party party;
    EXPECT_EQ(party.her_id(), "");
    party.ids = {{.type = "ENH", .value = "1"}, {.type = "HER", .value = "2"}};
    EXPECT_EQ(party.her_id(), "2");
    party.ids.push_back({.type = "HER", .value = "3"});
    EXPECT_EQ(party.her_id(), "");
}

TEST(EbxmlMessage, HighestSeverityIsErrorIfAnyIs) {
    ErrorList list;
    list.errors.push_back(
        {.code = {},
         .severity = ErrorSeverity::warning,
         .context = {},
         .location = {},
         .description = {}}
    );
    EXPECT_EQ(list.highest(), ErrorSeverity::warning);
    list.errors.push_back(
        {.code = {},
         .severity = ErrorSeverity::error,
         .context = {},
         .location = {},
         .description = {}}
    );
    EXPECT_EQ(list.highest(), ErrorSeverity::error);
    EXPECT_EQ(ErrorList{}.highest(), ErrorSeverity::error);
}

TEST(DateTime, IsReadInEveryFormSeen) {
    const auto text = [](std::string_view given) {
        const auto time = parse_date_time(given);
        return time ? to_rfc3339(*time) : "none"s;
    };
    EXPECT_EQ(text("2016-05-25T10:34:42Z"), "2016-05-25T10:34:42.000Z");
    EXPECT_EQ(text("2006-07-11T12:45:32"), "2006-07-11T12:45:32.000Z");
    EXPECT_EQ(text("2018-03-07T10:07:00.7894735Z"), "2018-03-07T10:07:00.789Z");
    EXPECT_EQ(text("2016-04-19T08:16:04.2+02:00"), "2016-04-19T06:16:04.200Z");
    EXPECT_EQ(text("2016-12-31T23:30:00-01:00"), "2017-01-01T00:30:00.000Z");
    EXPECT_EQ(text("2016-12-31T24:00:00Z"), "2017-01-01T00:00:00.000Z");
    for (const auto* none :
         {"", "2016-05-25", "2016-02-30T00:00:00Z", "2016-05-25T10:34:42.Z", "2016-05-25T25:00:00Z",
          "2016-05-25T10:60:00Z", "2016-05-25T10:34:42+15:00", "2016-05-25T10:34:42Zx",
          "0000-05-25T10:34:42Z", "2016-5-25T10:34:42Z"}) {
        EXPECT_EQ(text(none), "none") << none;
    }
    EXPECT_EQ(to_date_time(*parse_date_time("2016-05-25T10:34:42.9Z")), "2016-05-25T10:34:42Z");
}

}  // namespace
}  // namespace budstikke::ebxml
