#include "tests/unit/transport/ebxml/service/world.hpp"

#include <fstream>
#include <stdexcept>

#include "broker/crypto/digest.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

using crypto::test::PartyPki;

std::string organisation(std::string_view number, std::string_view acts_for) {
    return "[[organisation]]\nnumber = \"" + std::string(number) +
           "\"\nname = \"Invented\"\nacts_for = [" + std::string(acts_for) + "]\n";
}

std::string party(
    std::string_view her_id, std::string_view organisation_number, std::string_view more
) {
    return "[[party]]\nher_id = \"" + std::string(her_id) + "\"\norganisation = \"" +
           std::string(organisation_number) +
           "\"\nname = \"Invented\"\nkind = \"gp\"\nvalidation = \"none\"\n" + std::string(more);
}

std::string signs_with(const std::string& certificate) {
    const auto loaded =
        crypto::PartyCertificate::load(PartyPki::instance().certificate(certificate)).value();
    return "signing_certificates = [\"" + crypto::to_hex(loaded.front().facts().fingerprint) +
           "\"]\n";
}

std::string directory_text() {
    const std::string by_ebxml = "endpoint = \"ebxml\"\n";
    return organisation("999000001", R"("2001", "2002", "2003", "2004", "2005")") +
           organisation("999000002", R"("3001", "3002")") + organisation("999000003", R"("4001")") +
           party(
               "2001", "999000001",
               by_ebxml +
                   "edi_address = \"sykehus@edi.example\"\nebxml_url = "
                   "\"https://msh.example/ebxml\"\nencryption_certificate = \"hospital.crt\"\n" +
                   signs_with("hospital-sign")
           ) +
           party(
               "2002", "999000001",
               by_ebxml + "edi_address = \"a@edi.example\"\n" + signs_with("revoked-sign")
           ) +
           party("2003", "999000001", by_ebxml + signs_with("expired-sign")) +
           party("2004", "999000001", by_ebxml + signs_with("foreign-sign")) +
           party("2005", "999000001", by_ebxml) +
           party(
               "3001", "999000002",
               "endpoint = \"exchange\"\nedi_address = \"legekontor@edi.example\"\n" +
                   signs_with("clinic-sign")
           ) +
           party("3002", "999000002", "endpoint = \"exchange\"\n") +
           party("4001", "999000003", "endpoint = \"exchange\"\n");
}

crypto::PartyTrust trust() {
    const auto& pki = PartyPki::instance();
    const std::vector<std::filesystem::path> authorities{pki.path("ca.crt")};
    auto lists = crypto::RevocationLists::load(
        authorities, {pki.path("root-ca.crl"), pki.path("issuing-ca.crl")},
        crypto::StaleListPolicy::fail_closed
    );
    return crypto::PartyTrust::make(authorities, std::move(lists).value()).value();
}

Identity clinic() {
    const auto& pki = PartyPki::instance();
    return {
        .organisation = "999000002",
        .signer = crypto::xmldsig::Signer(pki.pair("clinic-sign")),
        .decryptor = crypto::cms::Decryptor::make({pki.pair("clinic-crypt")}).value(),
    };
}

}  // namespace

HerId her(std::string_view digits) {
    return HerId::parse(digits).value();
}

World::World() : toml_(directory_text()) {
    const auto& pki = PartyPki::instance();
    std::filesystem::copy_file(pki.certificate("hospital-crypt"), folder_.path("hospital.crt"));
    write();
}

void World::write() const {
    std::ofstream(folder_.path("parties.toml")) << toml_;
}

void World::edit(std::string_view from, std::string_view to) {
    toml_ = changed(toml_, from, to);
    write();
}

void World::agree() const {
    auto text = file_text(standards() / "cpa-2.0/examples/nav-qass-35065.xml");
    for (const auto& [from, to] : {std::pair("8141253", "3001"), std::pair("79768", "2001")}) {
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
            text.replace(at, std::string_view(from).size(), to);
        }
    }
    crypto::test::write_file(folder() / "agreement.xml", text);
}

std::shared_ptr<const directory::Directory> World::directory() const {
    auto loaded = directory::Directory::load(folder());
    if (!loaded) {
        throw std::runtime_error(loaded.error().front().cause);
    }
    return std::make_shared<const directory::Directory>(*std::move(loaded));
}

Surroundings::Sources World::sources() const {
    std::vector<Identity> identities;
    identities.push_back(clinic());
    return {
        .directory = directory(),
        .folder = folder(),
        .identities = std::move(identities),
        .trust = trust(),
        .sha1_from = {},
        .des3_from = {},
    };
}

std::shared_ptr<const Surroundings> World::surroundings() const {
    return Surroundings::make(sources(), SystemClock().now()).value();
}

}  // namespace budstikke::ebxml::test
