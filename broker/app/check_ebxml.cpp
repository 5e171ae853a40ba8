#include "broker/app/check_ebxml.hpp"

#include <algorithm>
#include <optional>

#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/guarded_file.hpp"
#include "broker/crypto/pki/key_pair.hpp"
#include "broker/crypto/pki/party_trust.hpp"
#include "broker/directory/toml_node.hpp"

namespace budstikke::app {
namespace {

using crypto::KeyPair;

constexpr auto has_no_way = "neither [ebxml.https] nor [ebxml.smtp]: nothing can be sent";

class EbxmlChecker {
 public:
    EbxmlChecker(
        CheckReport& report, const EbxmlConfig& ebxml, const directory::Directory* directory
    )
        : report_(report), ebxml_(ebxml), directory_(directory) {}

    void run(const Clock& clock) {
        check_trust();
        for (std::size_t i = 0; i < ebxml_.identities.size(); ++i) {
            check_identity("ebxml.identity[" + std::to_string(i) + "]", ebxml_.identities[i]);
        }
        check_exceptions("ebxml.accept_sha1_from", ebxml_.sha1_from);
        check_exceptions("ebxml.accept_3des_from", ebxml_.des3_from);
        if (ebxml_.https) check_https(*ebxml_.https, clock);
        if (ebxml_.smtp) check_mail_server("ebxml.smtp", *ebxml_.smtp);
        for (std::size_t i = 0; i < ebxml_.mailboxes.size(); ++i) {
            check_mail_server(
                "ebxml.mailbox[" + std::to_string(i) + "]", ebxml_.mailboxes[i].server
            );
        }
        if (ebxml_.lmtp && !ebxml_.lmtp->socket.empty()) {
            const auto folder = ebxml_.lmtp->socket.parent_path();
            report_.writable_folder("ebxml.lmtp.socket", folder, "the folder of the socket");
        }
        if (!ebxml_.https && !ebxml_.smtp) report_.note("ebxml", has_no_way);
        if (directory_ != nullptr) check_partners();
    }

 private:
    void check_trust() {
        bool readable = report_.readable_files("ebxml.trust", ebxml_.ca_files);
        readable = report_.readable_files("ebxml.crl", ebxml_.crl_files) && readable;
        if (!readable) return;
        auto lists =
            crypto::RevocationLists::load(ebxml_.ca_files, ebxml_.crl_files, ebxml_.stale_lists);
        if (!lists) return report_.fault("ebxml.crl", lists.error().detail);
        report_.check_lists("ebxml.crl", *lists);
        const auto trust = crypto::PartyTrust::make(ebxml_.ca_files, *std::move(lists));
        if (!trust) report_.fault("ebxml.trust", trust.error().detail);
    }

    std::optional<KeyPair> load(
        const std::string& certificate_place, const std::string& key_place, const KeyFiles& files
    ) {
        bool readable = report_.readable_file(certificate_place, files.certificate);
        readable = report_.readable_file(key_place, files.key) && readable;
        if (!readable) return {};
        auto pair = KeyPair::load(files.certificate, files.key);
        if (pair) return *std::move(pair);
        report_.fault(key_place, pair.error().detail);
        return {};
    }

    void check_identity(const std::string& place, const EbxmlIdentityConfig& identity) {
        if (directory_ != nullptr && directory_->organisation(identity.organisation) == nullptr) {
            report_.fault(
                place + ".organisation", "the directory has no organisation with this number"
            );
        }
        const std::string signing_place = place + ".signing_certificate";
        if (const auto pair = load(signing_place, place + ".signing_key", identity.signing)) {
            const auto& certificate = pair->certificate();
            if (!certificate.has_non_repudiation()) {
                report_.fault(
                    signing_place,
                    "the certificate is not for signing: its key usage must have nonRepudiation"
                );
            }
            report_.check_dates(signing_place, "the certificate", certificate.facts());
            check_owner(signing_place, certificate, identity.organisation);
        }
        check_decryption(place, identity);
    }

    void check_decryption(const std::string& place, const EbxmlIdentityConfig& identity) {
        std::vector<KeyPair> pairs;
        for (std::size_t i = 0; i < identity.decryption.size(); ++i) {
            const std::string inner = place + ".decryption[" + std::to_string(i) + "]";
            auto pair = load(inner + ".certificate", inner + ".key", identity.decryption[i]);
            if (!pair) continue;
            if (!pair->certificate().may_encrypt()) {
                report_.fault(
                    inner + ".certificate",
                    "nobody may encrypt for this certificate: its key usage must have "
                    "keyEncipherment or dataEncipherment"
                );
            }
            check_owner(inner + ".certificate", pair->certificate(), identity.organisation);
            // Those behind the first are kept after their end: what was sent before still comes.
            if (i == 0) {
                report_.check_dates(
                    inner + ".certificate", "the certificate", pair->certificate().facts()
                );
            }
            pairs.push_back(*std::move(pair));
        }
        if (pairs.size() != identity.decryption.size()) return;
        const auto decryptor = crypto::cms::Decryptor::make(std::move(pairs));
        if (!decryptor) report_.fault(place + ".decryption", decryptor.error().detail);
    }

    /// A processor may hold keys for others, so it is no fault.
    void check_owner(
        const std::string& place, const crypto::PartyCertificate& certificate,
        const std::string& organisation
    ) {
        const std::string& named = certificate.facts().organisation_number;
        if (!named.empty() && named != organisation) {
            report_.note(place, "the certificate names another organisation than `organisation`");
        }
    }

    void check_exceptions(const std::string& place, const std::vector<std::string>& her_ids) {
        if (directory_ == nullptr) return;
        for (const std::string& text : her_ids) {
            const auto her_id = HerId::parse(text);
            if (!her_id || directory_->find(*her_id) == nullptr) {
                report_.note(place, "the directory has no party " + directory::in_quotes(text));
            }
        }
    }

    /// The service takes their deliveries in the name of the organisation that owns them.
    void check_partners() {
        for (const auto& [her_id, party] : directory_->parties()) {
            if (party.endpoint != "ebxml") continue;
            if (directory_->may_act_for(party.organisation, her_id)) continue;
            report_.note(
                "broker.directory", "HER-id " + her_id.text() +
                                        " has the endpoint `ebxml`, and its organisation does not "
                                        "act for it (`acts_for`): what is for it waits"
            );
        }
    }

    void check_https(const EbxmlHttpsConfig& https, const Clock& clock) {
        bool readable = report_.readable_file("ebxml.https.ca", https.ca_file);
        if (!https.crl_file.empty()) {
            readable = report_.readable_file("ebxml.https.crl", https.crl_file) && readable;
        }
        if (!https.client.certificate.empty()) {
            readable = report_.readable_file("ebxml.https.certificate", https.client.certificate) &&
                       readable;
            readable = report_.readable_file("ebxml.https.key", https.client.key) && readable;
        }
        if (!readable) return;
        const auto context = crypto::TlsClientContext::make(
            {.ca_files = {https.ca_file},
             .certificate_chain_file = https.client.certificate,
             .key_file = https.client.key,
             .crl_files = {},
             .allow_tls_1_2 = https.allow_tls_1_2,
             .alpn = {}},
            clock
        );
        if (!context) return report_.fault("ebxml.https", context.error().detail);
        if (!context->own_certificates().empty()) {
            report_.check_dates(
                "ebxml.https.certificate", "the certificate", context->own_certificates().front()
            );
        }
    }

    void check_mail_server(const std::string& place, const MailServerConfig& server) {
        report_.readable_file(place + ".ca", server.ca_file);
        if (!server.crl_file.empty()) report_.readable_file(place + ".crl", server.crl_file);
        const std::string password_place = place + ".password_file";
        if (server.password_file.empty() ||
            !report_.readable_file(password_place, server.password_file)) {
            return;
        }
        auto password = crypto::read_secret_file(server.password_file, limits::key_file_bytes_max);
        if (!password) return report_.fault(password_place, password.error().detail);
        if (password->find_first_of("\r\n") == 0 || password->empty()) {
            report_.fault(password_place, "the first line of the file must be the password");
        }
        crypto::wipe(*password);
    }

    CheckReport& report_;
    const EbxmlConfig& ebxml_;
    const directory::Directory* directory_;
};

}  // namespace

void check_ebxml(
    CheckReport& report, const Config& config, const directory::Directory* directory,
    const Clock& clock
) {
    if (config.ebxml) {
        EbxmlChecker(report, *config.ebxml, directory).run(clock);
        return;
    }
    const auto is_partner = [](const auto& entry) { return entry.second.endpoint == "ebxml"; };
    if (directory != nullptr && std::ranges::any_of(directory->parties(), is_partner)) {
        report.note(
            "broker.directory",
            "there are parties with the endpoint `ebxml` and no [ebxml]: what is for them waits"
        );
    }
}

}  // namespace budstikke::app
