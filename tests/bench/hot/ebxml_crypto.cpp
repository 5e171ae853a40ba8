// What the cryptography of one ebXML message costs by itself: the ceiling that the broker is held
// against (`ebxml_ratio_to_crypto_ceiling`). Google Benchmark; times are CPU seconds of one thread.
//   ebxml_crypto PKI [PAYLOAD] [options of Google Benchmark]
// PKI is a test PKI with the clients hospital-sign (issue.sh --signing), which sends, clinic-crypt
// (--encryption) and clinic-sign (--signing), which receives. With the file PAYLOAD that is what is
// sent, else XML of three sizes. The first benchmark, message, is the ceiling: what a receiver must
// do.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "broker/base/clock.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/pki/party_trust.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/message/writer.hpp"

namespace {

namespace cms = budstikke::crypto::cms;
namespace xmldsig = budstikke::crypto::xmldsig;
using budstikke::crypto::KeyPair;

namespace ebxml = budstikke::ebxml;

constexpr std::string_view content_id = "payload@test";

/// As a partner says who and what it is, see compose.cpp.
ebxml::OutgoingHeader header_of_message() {
    const auto party = [](std::string her_id, std::string role) {
        return ebxml::Party{
            .ids = {{.type = "HER", .value = std::move(her_id)}}, .role = std::move(role)
        };
    };
    ebxml::OutgoingHeader header;
    header.from = party("90998", "EPIKRISEsender");
    header.to = party("91101", "EPIKRISEreceiver");
    header.cpa_id = "90998_91101";
    header.conversation_id = "6d0b8c5e-51a5-4b2b-9a53-2f6a2a1a7b10";
    header.service = "S-EPIKRISE";
    header.service_type = "string";
    header.action = "EPIKRISE";
    header.message_id = "6d0b8c5e-51a5-4b2b-9a53-2f6a2a1a7b10";
    header.timestamp = budstikke::SystemClock().now();
    header.description = R"({"MSH-system":"budstikke_load","MSH-versjon":"1"})";
    header.sync_reply = true;
    return header;
}

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
          answerer(load(pki, "clinic-sign")),
          decryptor(cms::Decryptor::make({load(pki, "clinic-crypt")}).value()) {}

    void prepare(std::string_view xml) {
        payload = cms::encrypt(cms::mime_part(xml), decryptor.keys()[0].certificate()).value();
        parts = {{.content_id = content_id, .bytes = payload}};
        const auto header = header_of_message();
        const std::vector<ebxml::OutgoingReference> references{
            {.content_id = std::string(content_id),
             .schema =
                 ebxml::SchemaName{
                     .location = "http://www.kith.no/xmlstds/epikrise/2012-02-15", .version = "1.2"
                 }}
        };
        const auto text = ebxml::write_payload(header, references);
        envelope = text.with(signer.sign(text.before, text.after, parts).value());
        acknowledgment = text_of_acknowledgment(header);
    }

    /// What is signed in the answer, with the references of the message.
    ebxml::EnvelopeText text_of_acknowledgment(const ebxml::OutgoingHeader& header) const {
        const auto message = ebxml::read_message(envelope).value();
        std::vector<std::string> copies;
        for (const auto& reference :
             verifier.verify(envelope, parts, xmldsig::Policy()).references) {
            copies.push_back(reference.xml);
        }
        auto signal = ebxml::signal_header(*message.envelope, ebxml::Kind::acknowledgment);
        signal.message_id = header.conversation_id;
        signal.timestamp = header.timestamp;
        signal.description = header.description;
        return ebxml::write_acknowledgment(signal, header.message_id, copies);
    }

    bool verify(xmldsig::Verification& result) const {
        result = verifier.verify(envelope, parts, xmldsig::Policy());
        return result.status == xmldsig::Status::valid;
    }
    bool decrypt() const { return decryptor.open(payload, cms::Policy()).has_value(); }
    bool sign() const {
        return answerer.sign(acknowledgment.before, acknowledgment.after, {}).has_value();
    }

    xmldsig::Signer signer;
    xmldsig::Signer answerer;
    xmldsig::Verifier verifier;
    cms::Decryptor decryptor;
    std::string given;  ///< the file, where there is one
    std::string payload;
    std::string envelope;
    ebxml::EnvelopeText acknowledgment;
    std::vector<xmldsig::Part> parts;
};

/// One benchmark per step; each must succeed every time, or it measures a refusal.
void add(Scene& scene, const char* name, bool verifies, bool decrypts, bool signs) {
    auto* const added = benchmark::RegisterBenchmark(
        name,
        [&scene, verifies, decrypts, signs](benchmark::State& state) {
            const auto size = static_cast<std::size_t>(state.range(0));
            scene.prepare(
                scene.given.empty() ? "<MsgHead>" + std::string(size, 'x') + "</MsgHead>"
                                    : scene.given
            );
            xmldsig::Verification received;
            bool good = scene.verify(received);
            for (auto step : state) {
                if (verifies) good = scene.verify(received) && good;
                if (decrypts) good = scene.decrypt() && good;
                if (signs) good = scene.sign() && good;
            }
            if (!good) state.SkipWithError("a message was refused");
        }
    );
    if (scene.given.empty()) {
        added->Arg(2'000)->Arg(20'000)->Arg(200'000);
    } else {
        added->Arg(static_cast<std::int64_t>(scene.given.size()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) give_up("usage: ebxml_crypto PKI [PAYLOAD] [--benchmark_...]");
    Scene scene{std::filesystem::path(argv[1])};
    const bool is_given = argc > 2 && !std::string_view(argv[2]).starts_with("--");
    if (is_given) {
        std::ifstream file(argv[2], std::ios::binary);
        scene.given.assign(std::istreambuf_iterator<char>(file), {});
        if (scene.given.empty()) give_up("no payload in that file");
    }
    add(scene, "message", true, true, true);
    add(scene, "verify", true, false, false);
    add(scene, "decrypt", false, true, false);
    add(scene, "sign", false, false, true);
    const int used = is_given ? 2 : 1;
    argv[used] = argv[0];
    int left = argc - used;
    benchmark::Initialize(&left, argv + used);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
