// What goes to a partner: right by our own rules, and by the judgement of other programs.
#include "broker/transport/ebxml/service/compose.hpp"

#include <fstream>

#include "broker/base/limits.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/crypto/system_random.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/rules/validate.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/world.hpp"

namespace budstikke::ebxml::test {
namespace {

using crypto::test::PartyPki;

constexpr std::string_view epikrise = "http://www.kith.no/xmlstds/epikrise/2012-02-15";
constexpr std::string_view description = R"({"MSH-system":"Budstikke","MSH-versjon":"0.1"})";
const std::string payload = "<Message xmlns='" + std::string(epikrise) + "'/>";

class ComposeTest : public testing::Test {
 protected:
    ComposeTest() {
        message_.sender = her("3001");
        message_.content_type = "application/xml";
        message_.envelope.action = "EPIKRISE";
        message_.envelope.xml_namespace = epikrise;
        message_.envelope.version = "1.2";
        message_.envelope.message_id = "5b1b0c3c-0000-4000-8000-0000000000aa";
        around_ = world_.surroundings();
    }
    Route route(const ServiceAction& what) const {
        return around_->route(her("3001"), her("2001"), what, now_).value();
    }
    std::expected<store::OutboundEbxml, NoRoute> try_to_compose(
        const Route& way, std::string_view conversation = {}
    ) {
        const auto what = service_of(message_.envelope, answered_).value();
        return compose(
            {.message = message_,
             .delivery = {.message = message_.id, .recipient = her("2001")},
             .to = her("2001"),
             .payload = payload,
             .what = what,
             .route = way,
             .identity = *around_->identity(her("3001")),
             .conversation = conversation,
             .description = description,
             .mail_domain = "msh.example"},
            now_, random_
        );
    }
    store::OutboundEbxml composed() {
        return try_to_compose(route(service_of(message_.envelope, answered_).value())).value();
    }
    static std::string mail_with(const store::OutboundEbxml& message) {
        return mail_of(
            {.content_type = message.content_type, .transfer_encoding = {}, .body = message.body},
            {.from = "legekontor@edi.example",
             .to = "sykehus@edi.example",
             .date = SystemClock().now(),
             .message_id = "1@msh.example",
             .in_reply_to = {}}
        );
    }
    static Message read(const store::OutboundEbxml& message) {
        return read_message(mail_with(message)).value();
    }
    static crypto::cms::Opened opened(const Message& message) {
        return crypto::cms::Decryptor::make({PartyPki::instance().pair("hospital-crypt")})
            .value()
            .open(message.attachments().at(0)->content, crypto::cms::Policy{})
            .value();
    }

    World world_;
    std::shared_ptr<const Surroundings> around_;
    store::MessageRecord message_;
    std::string answered_;
    Timestamp now_ = SystemClock().now();
    crypto::SystemRandom random_;
};

std::vector<int> broken(const Message& message, const Register& known, const std::string& inside) {
    const auto verdict = validate({
        .message = message,
        .transport = Transport::mail,
        .signature =
            signature_facts(message, crypto::xmldsig::Verifier(), crypto::xmldsig::Policy{}),
        .known = &known,
        .validated = true,
        .opened = std::vector<OpenedPayload>{{.xml_namespace = inside}},
    });
    std::vector<int> rules;
    for (const auto& violation : verdict.violations) {
        rules.push_back(violation.rule->id);
    }
    return rules;
}

TEST_F(ComposeTest, BreaksNoRuleOfTheReceiver) {
    const auto schemas = xml::SchemaSet::load(standards() / "ebms-2.0/schema").value();
    const auto message = read_message(mail_with(composed()), schemas.get()).value();
    EXPECT_EQ(broken(message, around_->known(), std::string(epikrise)), std::vector<int>{});
    EXPECT_EQ(opened(message).payload, payload);
    EXPECT_EQ(opened(message).inside, crypto::cms::Inside::mime);
}

TEST_F(ComposeTest, ATestPartnersMessageIsMarkedInEnvelopeAndPreambleAndReadAsAnyOther) {
    const std::string_view mark = "TEST. TEST. Sendt i testøyemed. Har ingen andre formål.";
    EXPECT_TRUE(composed().body.starts_with("--=_budstikke_"));
    auto sources = world_.sources();
    sources.identities[0].test_partner = true;
    around_ = Surroundings::make(std::move(sources), now_).value();
    const auto made = composed();
    EXPECT_TRUE(made.body.starts_with(std::string(mark) + "\r\n--=_budstikke_"));
    const auto schemas = xml::SchemaSet::load(standards() / "ebms-2.0/schema").value();
    const auto message = read_message(mail_with(made), schemas.get()).value();
    EXPECT_EQ(broken(message, around_->known(), std::string(epikrise)), std::vector<int>{});
    EXPECT_NE(
        message.soap.find("<SOAP:Header><!-- " + std::string(mark) + " --><eb:MessageHeader"),
        std::string::npos
    );
}

TEST_F(ComposeTest, SaysWhoSendsWhatToWhomAndWithinWhichAgreement) {
    message_.envelope.ref_to_conversation = "1c7f8f64-9c9c-4b3d-8f4e-6f6f4f1c2b3a";
    message_.expires_at = now_ + std::chrono::hours(1);
    const auto made = composed();
    const auto envelope = read(made).envelope.value();
    EXPECT_EQ(envelope.from.her_id(), "3001");
    EXPECT_EQ(envelope.from.role, "EPIKRISEsender");
    EXPECT_EQ(envelope.to.her_id(), "2001");
    EXPECT_EQ(envelope.to.role, "EPIKRISEreceiver");
    EXPECT_EQ(envelope.service, "S-EPIKRISE");
    EXPECT_EQ(envelope.action, "EPIKRISE");
    EXPECT_EQ(envelope.cpa_id, "2001_3001");
    EXPECT_EQ(envelope.conversation_id, "1c7f8f64-9c9c-4b3d-8f4e-6f6f4f1c2b3a");
    EXPECT_EQ(envelope.time_to_live, to_date_time(now_ + std::chrono::hours(1)));
    EXPECT_EQ(envelope.manifest.at(0).schemas.at(0).version, "1.2");
    EXPECT_FALSE(envelope.sync_reply);
    EXPECT_EQ(made.message_id, envelope.message_id);
    EXPECT_EQ(made.conversation_id, envelope.conversation_id);
    EXPECT_EQ(made.cpa_id, envelope.cpa_id);
    EXPECT_EQ(made.state, store::OutboundState::waiting);
    EXPECT_EQ(made.attempts, 0U);
    EXPECT_EQ(made.attempts_max, 1 + limits::ebxml_retries_default);
    EXPECT_EQ(made.retry_interval, limits::ebxml_retry_interval_default);
    EXPECT_EQ(made.next_attempt, now_);
    EXPECT_EQ(made.expires_at, now_ + std::chrono::hours(1));
    EXPECT_EQ(composed_at(made.message_id), now_);
}

TEST_F(ComposeTest, WhatOperationsTriedAgainOutlivesItsTimeToLive) {
    message_.expires_at = now_ - std::chrono::hours(1);
    const auto made = composed();
    EXPECT_EQ(made.expires_at, Timestamp::max());
    EXPECT_EQ(read(made).envelope->time_to_live, "");
}

TEST_F(ComposeTest, AConversationThatIsNoUuidBeginsAnew) {
    message_.envelope.ref_to_conversation = "journal 17";
    const auto made = composed();
    EXPECT_EQ(made.conversation_id, made.message_id);
}

TEST_F(ComposeTest, KeepsTheReferencesThatAnAcknowledgmentMustRepeat) {
    const auto made = composed();
    const auto envelope = read(made).envelope.value();
    std::vector<std::string> expected;
    for (const auto& reference : envelope.signature_references) {
        expected.push_back(reference_text(reference.uri, reference.digest_value));
    }
    std::ranges::sort(expected);
    ASSERT_EQ(expected.size(), 2U);
    EXPECT_EQ(made.references, expected);
    const auto digest = crypto::sha256(read(made).attachments().at(0)->content);
    const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
    auto encoded = encode_base64(bytes);
    encoded.erase(encoded.find_last_not_of("\r\n") + 1);
    EXPECT_TRUE(made.references[1].ends_with(encoded));
}

TEST_F(ComposeTest, AnAppRecGoesBackOnTheServiceItAnswers) {
    message_.envelope.is_apprec = true;
    message_.envelope.action = "APPREC";
    message_.envelope.xml_namespace = "http://www.kith.no/xmlstds/apprec/2012-02-15";
    message_.envelope.original_type = "MEDEPI";
    answered_ = "EPIKRISE";
    const auto what = service_of(message_.envelope, answered_).value();
    const auto conversation = "955536cb-fb9a-49d9-848d-2baca7b116e1";
    const auto made = try_to_compose(route(what), conversation).value();
    const auto envelope = read(made).envelope.value();
    EXPECT_EQ(envelope.service, "S-EPIKRISE");
    EXPECT_EQ(envelope.action, "APPREC");
    EXPECT_EQ(envelope.from.role, "EPIKRISEreceiver");
    EXPECT_EQ(envelope.to.role, "EPIKRISEsender");
    EXPECT_EQ(envelope.conversation_id, conversation);
    const auto schemas = xml::SchemaSet::load(standards() / "ebms-2.0/schema").value();
    const auto message = read_message(mail_with(made), schemas.get()).value();
    EXPECT_EQ(
        broken(message, around_->known(), message_.envelope.xml_namespace), std::vector<int>{}
    );
}

TEST_F(ComposeTest, AnAppRecSaysItselfWhatItAnswersWhereNobodyElseKnows) {
    message_.envelope.is_apprec = true;
    message_.envelope.action = "APPREC";
    message_.envelope.original_type = "HENVISNING";
    EXPECT_EQ(service_of(message_.envelope, "").value().service, "S-HENVISNING");
    message_.envelope.original_type = "?";
    EXPECT_EQ(service_of(message_.envelope, "").error().code, "no_service");
    EXPECT_EQ(service_of(message_.envelope, "APPREC").error().code, "no_service");
    message_.envelope.is_apprec = false;
    message_.envelope.action = "NOTHING";
    EXPECT_EQ(service_of(message_.envelope, "").error().code, "no_service");
}

TEST_F(ComposeTest, WhatTheSenderEncryptedGoesAsItIs) {
    message_.content_type = "application/pkcs7-mime; smime-type=enveloped-data";
    EXPECT_EQ(read(composed()).attachments().at(0)->content, payload);
}

TEST_F(ComposeTest, ClearTextGoesWhereAnAgreementSaysSoAndNeverByMail) {
    auto way = route(service_of(message_.envelope, "").value());
    way.terms.encrypted = false;
    const auto made = try_to_compose(way).value();
    EXPECT_TRUE(may_go_to("https://msh.example/ebxml", made.body));
    EXPECT_FALSE(may_go_to("mailto:sykehus@edi.example", made.body));
    EXPECT_TRUE(may_go_to("mailto:sykehus@edi.example", composed().body));
    const auto clear = read(made);
    EXPECT_EQ(clear.attachments().at(0)->content, payload);
    EXPECT_TRUE(clear.attachments().at(0)->content_type.value().is("application", "xml"));
    way.endpoint = "mailto:sykehus@edi.example";
    EXPECT_EQ(try_to_compose(way).error().code, "clear_by_mail");
}

TEST_F(ComposeTest, CompressesInsideTheEncryptionWhereAnAgreementSaysSo) {
    auto way = route(service_of(message_.envelope, "").value());
    way.terms.compressed = true;
    const auto inside = opened(read(try_to_compose(way).value()));
    EXPECT_EQ(inside.inside, crypto::cms::Inside::gzip);
    EXPECT_EQ(inside.payload, payload);
    EXPECT_EQ(crypto::cms::gzip(payload), crypto::cms::gzip(payload));
}

TEST_F(ComposeTest, AsksForNoSignalWhereAnAgreementSaysSo) {
    auto way = route(service_of(message_.envelope, "").value());
    EXPECT_TRUE(read(try_to_compose(way).value()).envelope->ack_requested);
    EXPECT_TRUE(try_to_compose(way)->awaits_signal);
    way.terms.ack_requested = false;
    const auto made = try_to_compose(way).value();
    EXPECT_FALSE(read(made).envelope->ack_requested);
    EXPECT_FALSE(made.awaits_signal);
}

TEST_F(ComposeTest, AsksForASynchronousReplyOverHttpOnly) {
    auto way = route(service_of(message_.envelope, "").value());
    way.terms.synchronous = true;
    const auto made = try_to_compose(way).value();
    EXPECT_TRUE(read(made).envelope->sync_reply);
    // SyncReply is for the next node, so the signature leaves it out (ebMS 4.1.3).
    const auto facts = signature_facts(read(made), crypto::xmldsig::Verifier(), {});
    EXPECT_EQ(facts.status, SignatureStatus::valid);
    way.endpoint = "mailto:sykehus@edi.example";
    EXPECT_FALSE(read(try_to_compose(way).value()).envelope->sync_reply);
}

TEST_F(ComposeTest, NobodyWithoutAMailAddressSendsMail) {
    auto way = route(service_of(message_.envelope, "").value());
    way.endpoint = "mailto:sykehus@edi.example";
    way.from_address.clear();
    EXPECT_EQ(try_to_compose(way).error().code, "no_mail_address");
}

TEST_F(ComposeTest, HoldsTheLimitsOfTheTermsOneBelowAtAndAbove) {
    auto way = route(service_of(message_.envelope, "").value());
    for (const unsigned retries :
         {limits::ebxml_retries_max - 1, limits::ebxml_retries_max, limits::ebxml_retries_max + 1
         }) {
        way.terms.retries = retries;
        EXPECT_EQ(
            try_to_compose(way).value().attempts_max,
            1 + std::min(retries, limits::ebxml_retries_max)
        );
    }
    for (const auto interval :
         {std::chrono::seconds(0), std::chrono::seconds(1), std::chrono::seconds(2)}) {
        way.terms.retry_interval = interval;
        EXPECT_EQ(
            try_to_compose(way).value().retry_interval,
            std::max<Duration>(interval, limits::ebxml_retry_interval_min)
        );
    }
}

// Other software's word, not ours: OpenSSL's command, libxml2's with the official schemas, and
// python3-xmlsec on the bytes as they travel.
TEST_F(ComposeTest, OtherProgramsReadValidateVerifyAndDecryptIt) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("message.eml"), std::ios::binary) << mail_with(composed());
    std::ofstream(folder.path("payload.xml"), std::ios::binary) << payload;
    const auto& pki = PartyPki::instance();
    const auto command = "/usr/bin/python3 -B " + std::string(BUDSTIKKE_SOURCE_DIR) +
                         "/tests/unit/transport/ebxml/service/verify_message.py " +
                         folder.path("message.eml").string() + " --certificate " +
                         pki.certificate("clinic-sign").string() + " --recipient " +
                         pki.certificate("hospital-crypt").string() + " --key " +
                         pki.key("hospital-crypt").string() + " --schema " +
                         (standards() / "ebms-2.0/schema/_driver.xsd").string() + " --payload " +
                         folder.path("payload.xml").string();
    EXPECT_EQ(
        crypto::test::exit_code_of(command + " > " + folder.path("said").string() + " 2>&1"), 0
    ) << file_text(folder.path("said"));
    // And they would notice.
    std::ofstream(folder.path("message.eml"), std::ios::binary) << mail_with([&] {
        auto changed = composed();
        const auto at = changed.body.rfind("\r\n\r\n") + 40;
        changed.body[at] = changed.body[at] == 'A' ? 'B' : 'A';
        return changed;
    }());
    EXPECT_NE(
        crypto::test::exit_code_of(command + " > " + folder.path("said").string() + " 2>&1"), 0
    );
}

}  // namespace
}  // namespace budstikke::ebxml::test
