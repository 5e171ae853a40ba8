#include "tests/bench/load/ebxml_requests.hpp"

#include <utility>

#include "adapters/register.hpp"
#include "broker/adapter/registry.hpp"
#include "broker/base/clock.hpp"
#include "broker/crypto/system_random.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/service/compose.hpp"
#include "tests/bench/load/template.hpp"

namespace budstikke::bench {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";

/// What does not change from one message of a payload to the next.
struct Pattern {
    Template payload;
    store::MessageRecord record;
    ebxml::ServiceAction what;
};

Result<Pattern> pattern_of(const std::string& payload, const HerId& sender) {
    AdapterRegistry adapters;
    if (const auto added = register_adapters(adapters); !added) {
        return std::unexpected(added.error());
    }
    Pattern pattern;
    pattern.payload = {.bytes = payload, .id_at = places_of_id(payload)};
    pattern.record.envelope = adapters.decode(payload, nullptr).envelope;
    pattern.record.sender = sender;
    pattern.record.content_type = "application/xml";
    auto what = ebxml::service_of(pattern.record.envelope, {});
    if (!what) {
        return fail(Errc::malformed, "no ebXML service for a message: " + what.error().code);
    }
    pattern.what = *std::move(what);
    return pattern;
}

std::string request_of(const store::OutboundEbxml& composed) {
    return "POST /ebxml HTTP/1.1\r\nHost: localhost\r\nSOAPAction: \"ebXML\"\r\nContent-Type: " +
           composed.content_type + "\r\nContent-Length: " + std::to_string(composed.body.size()) +
           std::string(head_end) + composed.body;
}

/// The package of an answer, as its HTTP headers and its body make one.
Result<ebxml::Message> message_of(std::string_view answer) {
    return ebxml::read_message(answer.substr(answer.find("\r\n") + 2));
}

}  // namespace

Result<EbxmlKeys> EbxmlKeys::load(const std::filesystem::path& pki) {
    const auto pair = [&](const std::string& name) {
        return crypto::KeyPair::load(
            pki / "clients" / (name + ".crt"), pki / "clients" / (name + ".key")
        );
    };
    auto signing = pair("hospital-sign");
    auto encryption = pair("clinic-crypt");
    if (!signing || !encryption) {
        return std::unexpected((signing ? encryption : signing).error());
    }
    return EbxmlKeys{.signing = *std::move(signing), .encryption = *std::move(encryption)};
}

Result<std::vector<EbxmlRequest>> make_ebxml_requests(
    const Sheet& sheet, std::uint32_t pair, const EbxmlKeys& keys,
    const std::vector<std::string>& payloads
) {
    const auto from = HerId::parse(sender_her_id(pair)).value();
    const auto to = HerId::parse(recipient_her_id(pair)).value();
    std::vector<Pattern> patterns;
    for (const auto& payload : payloads) {
        auto pattern = pattern_of(payload, from);
        if (!pattern) {
            return std::unexpected(pattern.error());
        }
        patterns.push_back(*std::move(pattern));
    }
    auto decryptor = crypto::cms::Decryptor::make({keys.encryption});
    if (!decryptor) {
        return std::unexpected(decryptor.error());
    }
    const ebxml::Identity identity{
        .organisation = {},
        .signer = crypto::xmldsig::Signer(keys.signing),
        .decryptor = *std::move(decryptor),
    };
    ebxml::Route route{
        .terms = ebxml::default_terms(from.text(), to.text()),
        .endpoint = "https://localhost/ebxml",
        .encryption_certificate = keys.encryption.certificate(),
        .from_address = {},
    };
    route.terms.synchronous = true;
    crypto::SystemRandom random;
    std::vector<EbxmlRequest> requests;
    for (std::uint64_t number = 0; number < sheet.capacity(); ++number) {
        const Pattern& pattern = patterns[number % patterns.size()];
        std::string payload = pattern.payload.bytes;
        pattern.payload.write_id(sheet, number, payload.data());
        const auto composed = ebxml::compose(
            {.message = pattern.record,
             .delivery = {},
             .to = to,
             .payload = payload,
             .what = pattern.what,
             .route = route,
             .identity = identity,
             .description = R"({"MSH-system":"budstikke_load","MSH-versjon":"1"})",
             .mail_domain = "load.example"},
            SystemClock().now(), random
        );
        if (!composed) {
            return fail(Errc::malformed, "no ebXML message: " + composed.error().code);
        }
        requests.push_back({.message_id = composed->message_id, .bytes = request_of(*composed)});
    }
    return requests;
}

Result<std::string> acknowledged(std::string_view answer) {
    if (!answer.starts_with("HTTP/1.1 200 ")) {
        return fail(Errc::denied, "it says " + std::string(answer.substr(0, answer.find("\r\n"))));
    }
    const auto message = message_of(answer);
    if (!message || !message->envelope || message->envelope->kind != ebxml::Kind::acknowledgment) {
        return fail(Errc::malformed, "it is no Acknowledgment");
    }
    return message->envelope->ref_to_message_id;
}

bool is_signed_by(std::string_view answer, const crypto::PartyCertificate& certificate) {
    const auto message = message_of(answer);
    if (!message) {
        return false;
    }
    const auto found = crypto::xmldsig::Verifier().verify(message->soap, {}, {});
    return found.status == crypto::xmldsig::Status::valid && *found.certificate == certificate;
}

}  // namespace budstikke::bench
