#include "broker/app/ebxml_state.hpp"

#include <utility>

namespace budstikke::app {

namespace {

using crypto::KeyPair;

Result<ebxml::Identity> load_identity(const EbxmlIdentityConfig& config, EbxmlState& state) {
    auto signing = KeyPair::load(config.signing.certificate, config.signing.key);
    if (!signing) return std::unexpected(std::move(signing).error());
    state.certificates.push_back(signing->certificate().facts());
    std::vector<KeyPair> pairs;
    for (const KeyFiles& files : config.decryption) {
        auto pair = KeyPair::load(files.certificate, files.key);
        if (!pair) return std::unexpected(std::move(pair).error());
        // Those behind the first may be over: what was sent before still comes.
        if (pairs.empty()) state.certificates.push_back(pair->certificate().facts());
        pairs.push_back(*std::move(pair));
    }
    auto decryptor = crypto::cms::Decryptor::make(std::move(pairs));
    if (!decryptor) return std::unexpected(std::move(decryptor).error());
    return ebxml::Identity{
        .organisation = config.organisation,
        .signer = crypto::xmldsig::Signer(*std::move(signing)),
        .decryptor = *std::move(decryptor),
        .test_partner = config.test_partner,
    };
}

}  // namespace

Result<EbxmlState> load_ebxml(
    const Config& config, std::shared_ptr<const directory::Directory> directory, Timestamp now
) {
    const EbxmlConfig& ebxml = config.ebxml.value();
    EbxmlState state;
    auto lists = crypto::RevocationLists::load(ebxml.ca_files, ebxml.crl_files, ebxml.stale_lists);
    if (!lists) return std::unexpected(std::move(lists).error());
    state.lists = lists->lists();
    auto trust = crypto::PartyTrust::make(ebxml.ca_files, *std::move(lists));
    if (!trust) return std::unexpected(std::move(trust).error());
    std::vector<ebxml::Identity> identities;
    for (const EbxmlIdentityConfig& identity : ebxml.identities) {
        auto loaded = load_identity(identity, state);
        if (!loaded) return std::unexpected(std::move(loaded).error());
        identities.push_back(*std::move(loaded));
    }
    if (ebxml.https && !ebxml.https->client.certificate.empty()) {
        auto chain = crypto::read_certificates(ebxml.https->client.certificate);
        if (!chain) return std::unexpected(std::move(chain).error());
        if (!chain->empty()) state.certificates.push_back(std::move(chain->front()));
    }
    auto surroundings = ebxml::Surroundings::make(
        {
            .directory = std::move(directory),
            .folder = config.directory,
            .identities = std::move(identities),
            .trust = *std::move(trust),
            .sha1_from = ebxml.sha1_from,
            .des3_from = ebxml.des3_from,
            .retries = ebxml.retries,
            .retry_interval = ebxml.retry_interval,
        },
        now
    );
    if (!surroundings) return std::unexpected(std::move(surroundings).error());
    state.surroundings = *std::move(surroundings);
    return state;
}

}  // namespace budstikke::app
