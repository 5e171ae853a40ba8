// What the cryptography of one ebXML message costs by itself: the ceiling that the broker is held
// against (`ebxml_ratio_to_crypto_ceiling`). Google Benchmark; times are CPU seconds of one thread.
//   ebxml_crypto PKI [options of Google Benchmark]
// PKI is a test PKI with the clients hospital-sign (issue.sh --signing) and clinic-crypt
// (--encryption). The first benchmark, message, is the ceiling: what a receiver must do.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/pki/party_trust.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"

namespace {

namespace cms = budstikke::crypto::cms;
namespace xmldsig = budstikke::crypto::xmldsig;
using budstikke::crypto::KeyPair;

constexpr std::string_view before =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><SOAP:Envelope "
    "xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\" "
    "xmlns:eb=\"http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd\" "
    "xmlns:xlink=\"http://www.w3.org/1999/xlink\"><SOAP:Header>"
    "<eb:MessageHeader SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"><eb:From><eb:PartyId "
    "eb:type=\"HER\">90998</eb:PartyId><eb:Role>DIALOG_NOTATsender</eb:Role></eb:From><eb:To>"
    "<eb:PartyId eb:type=\"HER\">91101</eb:PartyId><eb:Role>DIALOG_NOTATreceiver</eb:Role></eb:To>"
    "<eb:CPAId>90998_91101</eb:CPAId><eb:ConversationId>6d0b8c5e-51a5-4b2b-9a53-2f6a2a1a7b10"
    "</eb:ConversationId><eb:Service eb:type=\"string\">S-DIALOG_NOTAT</eb:Service><eb:Action>"
    "DIALOG_NOTAT</eb:Action><eb:MessageData><eb:MessageId>6d0b8c5e-51a5-4b2b-9a53-2f6a2a1a7b10"
    "</eb:MessageId><eb:Timestamp>2026-01-01T12:00:00Z</eb:Timestamp></eb:MessageData>"
    "<eb:DuplicateElimination/></eb:MessageHeader><eb:AckRequested "
    "SOAP:actor=\"urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH\" SOAP:mustUnderstand=\"1\" "
    "eb:signed=\"true\" eb:version=\"2.0\"/>";
constexpr std::string_view after =
    "</SOAP:Header><SOAP:Body><eb:Manifest eb:version=\"2.0\"><eb:Reference "
    "xlink:type=\"simple\" xlink:href=\"cid:payload@test\"/></eb:Manifest></SOAP:Body>"
    "</SOAP:Envelope>";

[[noreturn]] void give_up(const std::string& why) {
    static_cast<void>(std::fprintf(stderr, "ebxml_crypto: %s\n", why.c_str()));
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): before any thread
}

KeyPair load(const std::filesystem::path& pki, const std::string& name) {
    auto pair =
        KeyPair::load(pki / ("clients/" + name + ".crt"), pki / ("clients/" + name + ".key"));
    if (!pair) give_up(pair.error().detail);
    return *pair;
}

/// One message as it arrives, and what its receiver holds.
struct Scene {
    explicit Scene(const std::filesystem::path& pki)
        : signer(load(pki, "hospital-sign")),
          decryptor(cms::Decryptor::make({load(pki, "clinic-crypt")}).value()) {}

    /// XML of so many bytes, encrypted and signed.
    void prepare(std::size_t bytes) {
        xml = "<MsgHead>" + std::string(bytes, 'x') + "</MsgHead>";
        payload = cms::encrypt(cms::mime_part(xml), decryptor.keys()[0].certificate()).value();
        parts = {{.content_id = "payload@test", .bytes = payload}};
        envelope = std::string(before) + signer.sign(before, after, parts).value();
        envelope += after;
    }

    bool verify(xmldsig::Verification& result) const {
        result = verifier.verify(envelope, parts, xmldsig::Policy());
        return result.status == xmldsig::Status::valid;
    }
    bool decrypt() const { return decryptor.open(payload, cms::Policy()).has_value(); }
    /// An Acknowledgment, with the references of the message.
    bool sign(const xmldsig::Verification& received) const {
        std::string acknowledgment(before);
        acknowledgment += "<eb:Acknowledgment eb:version=\"2.0\" SOAP:mustUnderstand=\"1\">";
        for (const xmldsig::Reference& reference : received.references) {
            acknowledgment += reference.xml;
        }
        acknowledgment += "</eb:Acknowledgment>";
        return signer.sign(acknowledgment, "</SOAP:Header><SOAP:Body/></SOAP:Envelope>", {})
            .has_value();
    }

    xmldsig::Signer signer;
    xmldsig::Verifier verifier;
    cms::Decryptor decryptor;
    std::string xml;
    std::string payload;
    std::string envelope;
    std::vector<xmldsig::Part> parts;
};

/// One benchmark per step; each must succeed every time, or it measures a refusal.
void add(Scene& scene, const char* name, bool verifies, bool decrypts, bool signs) {
    auto* const added = benchmark::RegisterBenchmark(
        name,
        [&scene, verifies, decrypts, signs](benchmark::State& state) {
            scene.prepare(static_cast<std::size_t>(state.range(0)));
            xmldsig::Verification received;
            bool good = scene.verify(received);
            for (auto step : state) {
                if (verifies) good = scene.verify(received) && good;
                if (decrypts) good = scene.decrypt() && good;
                if (signs) good = scene.sign(received) && good;
            }
            if (!good) state.SkipWithError("a message was refused");
        }
    );
    added->Arg(2'000)->Arg(20'000)->Arg(200'000);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) give_up("usage: ebxml_crypto PKI [--benchmark_...]");
    Scene scene{std::filesystem::path(argv[1])};
    add(scene, "message", true, true, true);
    add(scene, "verify", true, false, false);
    add(scene, "decrypt", false, true, false);
    add(scene, "sign", false, false, true);
    argv[1] = argv[0];
    int left = argc - 1;
    benchmark::Initialize(&left, argv + 1);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
