// See surroundings.hpp. What costs parsing is parsed once: agreements and certificates of the
// folder when it is read, certificates of agreements when they are first asked for.
#include "broker/transport/ebxml/service/surroundings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "broker/crypto/digest.hpp"
#include "broker/crypto/pki/certificate_cache.hpp"
#include "broker/transport/ebxml/agreement/register.hpp"
#include "broker/transport/ebxml/mime/entity.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::string_view https_scheme = "https://";
constexpr std::string_view mail_scheme = "mailto:";

/// The URI as the carriers take it; empty where no carrier goes there.
std::string usable(std::string_view uri) {
    if (const auto address = mail_address(uri); !address.empty()) {
        return std::string(mail_scheme) + address;
    }
    return same_word(uri.substr(0, https_scheme.size()), https_scheme) ? std::string(uri)
                                                                       : std::string{};
}

bool goes_by(std::string_view endpoint, Transport by) {
    return endpoint.starts_with(mail_scheme) == (by == Transport::mail);
}

Result<std::map<HerId, crypto::PartyCertificate>> load_certificates(
    const directory::Directory& directory, const std::filesystem::path& folder
) {
    std::map<HerId, crypto::PartyCertificate> certificates;
    for (const auto& [her_id, party] : directory.parties()) {
        if (party.encryption_certificate.empty()) {
            continue;
        }
        auto loaded = crypto::PartyCertificate::load(folder / party.encryption_certificate);
        if (!loaded) {
            return fail(
                loaded.error().code,
                "`encryption_certificate` of HER-id " + her_id.text() + ": " + loaded.error().detail
            );
        }
        certificates.emplace(her_id, std::move(loaded->front()));
    }
    return certificates;
}

using Pair = std::pair<std::string, std::string>;

Pair pair_of(std::string_view one, std::string_view other) {
    return one < other ? Pair(one, other) : Pair(other, one);
}

/// The HER-ids of each party of the agreement.
std::vector<std::vector<std::string>> her_ids_of(const Agreement& agreement) {
    std::vector<std::vector<std::string>> parties;
    for (const auto& party : agreement.parties) {
        auto& ids = parties.emplace_back();
        for (const auto& id : party.ids) {
            if (HerId::parse(id.value) && party.has_her_id(id.value)) {
                ids.push_back(id.value);
            }
        }
    }
    return parties;
}

}  // namespace

struct Surroundings::Impl {
    Sources sources;
    Timestamp read_at;
    std::vector<Agreement> agreements;
    Register known;
    std::map<HerId, crypto::PartyCertificate> certificates;
    std::map<Pair, std::vector<const Agreement*>> by_parties;
    std::map<std::string, const Agreement*, std::less<>> by_id;  ///< lower case
    std::map<std::string, const Identity*, std::less<>> identities;
    std::set<std::string, std::less<>> sha1_from;
    std::set<std::string, std::less<>> des3_from;
    mutable crypto::CertificateCache parsed{limits::certificates_cached_max};

    void index();
    const std::vector<const Agreement*>& between(const HerId& one, const HerId& other) const;
    std::expected<Terms, Obstacle> terms(
        const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
    ) const;
    std::vector<std::string> endpoints(
        const directory::Party* party, const std::vector<std::string>& agreed
    ) const;
    std::optional<crypto::PartyCertificate> certificate(const HerId& to, const Terms& terms) const;
};

void Surroundings::Impl::index() {
    for (const auto& agreement : agreements) {
        if (agreement.profile) {
            continue;
        }
        by_id.emplace(lower(agreement.id), &agreement);
        const auto parties = her_ids_of(agreement);
        std::set<Pair> pairs;
        for (std::size_t i = 0; i < parties.size(); ++i) {
            for (std::size_t k = i + 1; k < parties.size(); ++k) {
                for (const auto& one : parties[i]) {
                    for (const auto& other : parties[k]) {
                        pairs.insert(pair_of(one, other));
                    }
                }
            }
        }
        for (const auto& pair : pairs) {
            by_parties[pair].push_back(&agreement);
        }
    }
    for (const auto& identity : sources.identities) {
        identities.emplace(identity.organisation, &identity);
    }
    sha1_from.insert(sources.sha1_from.begin(), sources.sha1_from.end());
    des3_from.insert(sources.des3_from.begin(), sources.des3_from.end());
}

const std::vector<const Agreement*>& Surroundings::Impl::between(
    const HerId& one, const HerId& other
) const {
    static const std::vector<const Agreement*> none;
    const auto at = by_parties.find(pair_of(one.text(), other.text()));
    return at == by_parties.end() ? none : at->second;
}

/// Of several agreements between the two (old, new, one for each service) the first that lets the
/// message pass; where none does, why the first does not.
std::expected<Terms, Obstacle> Surroundings::Impl::terms(
    const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
) const {
    std::optional<Obstacle> obstacle;
    for (const auto* agreement : between(from, to)) {
        auto terms = terms_of(*agreement, from.text(), to.text(), what, now);
        if (terms) {
            return terms;
        }
        obstacle = obstacle.value_or(terms.error());
    }
    if (obstacle) {
        return std::unexpected(*obstacle);
    }
    auto terms = default_terms(from.text(), to.text());
    terms.retries = sources.retries;
    terms.retry_interval = sources.retry_interval;
    return terms;
}

std::vector<std::string> Surroundings::Impl::endpoints(
    const directory::Party* party, const std::vector<std::string>& agreed
) const {
    std::vector<std::string> list;
    const auto add = [&list](std::string endpoint) {
        if (!endpoint.empty()) {
            list.push_back(std::move(endpoint));
        }
    };
    for (const auto& uri : agreed) {
        add(usable(uri));
    }
    if (party != nullptr) {
        add(party->ebxml_url);
        add(party->edi_address.empty() ? std::string{}
                                       : std::string(mail_scheme) + party->edi_address);
    }
    return list;
}

std::optional<crypto::PartyCertificate> Surroundings::Impl::certificate(
    const HerId& to, const Terms& terms
) const {
    if (!terms.encryption_certificate.empty()) {
        auto agreed = parsed.get(terms.encryption_certificate);
        return agreed ? std::optional(*std::move(agreed)) : std::nullopt;
    }
    const auto at = certificates.find(to);
    return at == certificates.end() ? std::nullopt : std::optional(at->second);
}

Surroundings::Surroundings(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Surroundings::~Surroundings() = default;

Result<std::shared_ptr<const Surroundings>> Surroundings::make(Sources sources, Timestamp now) {
    auto agreements = load_agreements(sources.folder);
    if (!agreements) {
        return std::unexpected(agreements.error());
    }
    auto certificates = load_certificates(*sources.directory, sources.folder);
    if (!certificates) {
        return std::unexpected(certificates.error());
    }
    auto impl = std::make_unique<Impl>(std::move(sources), now);
    impl->agreements = std::move(*agreements);
    impl->certificates = std::move(*certificates);
    impl->known = make_register(*impl->sources.directory, impl->agreements);
    impl->index();
    if (impl->identities.size() != impl->sources.identities.size()) {
        return fail(Errc::invalid_argument, "two identities of one organisation");
    }
    return std::make_shared<const Surroundings>(std::move(impl));
}

const directory::Directory& Surroundings::directory() const {
    return *impl_->sources.directory;
}

const Register& Surroundings::known() const {
    return impl_->known;
}

Timestamp Surroundings::read_at() const {
    return impl_->read_at;
}

const std::vector<Agreement>& Surroundings::agreements() const {
    return impl_->agreements;
}

bool Surroundings::is_old(Timestamp now) const {
    return now - impl_->read_at > limits::ebxml_agreements_age_max;
}

const Agreement* Surroundings::agreement(std::string_view cpa_id) const {
    const auto at = impl_->by_id.find(lower(cpa_id));
    return at == impl_->by_id.end() ? nullptr : at->second;
}

const crypto::PartyTrust& Surroundings::trust() const {
    return impl_->sources.trust;
}

bool Surroundings::is_all_test() const {
    const auto& identities = impl_->sources.identities;
    return !identities.empty() && std::ranges::all_of(identities, &Identity::test_partner);
}

const Identity* Surroundings::identity(const HerId& ours) const {
    const auto* party = directory().find(ours);
    if (party == nullptr) {
        return nullptr;
    }
    const auto at = impl_->identities.find(party->organisation);
    return at == impl_->identities.end() ? nullptr : at->second;
}

PartnerPolicy Surroundings::policy(std::string_view partner) const {
    PartnerPolicy policy;
    if (impl_->sha1_from.contains(partner)) {
        policy.signature = policy.signature.with_sha1();
    }
    if (impl_->des3_from.contains(partner)) {
        policy.encryption = policy.encryption.with_3des();
    }
    return policy;
}

bool Surroundings::is_partner(const HerId& her_id) const {
    const auto* party = directory().find(her_id);
    return party != nullptr && party->endpoint == "ebxml";
}

bool Surroundings::signs_with(std::string_view partner, const crypto::PartyCertificate& certificate)
    const {
    const auto at = impl_->known.parties.find(partner);
    return at != impl_->known.parties.end() &&
           std::ranges::find(
               at->second.signing_certificates, crypto::to_hex(certificate.facts().fingerprint)
           ) != at->second.signing_certificates.end();
}

std::expected<Route, NoRoute> Surroundings::route(
    const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
) const {
    if (identity(from) == nullptr) {
        return std::unexpected(NoRoute{"no_identity"});
    }
    auto terms = impl_->terms(from, to, what, now);
    if (!terms) {
        return std::unexpected(NoRoute{std::string(name(terms.error())), NoRoute::Of::agreement});
    }
    const auto* party = directory().find(to);
    auto endpoints = impl_->endpoints(party, terms->endpoints);
    if (endpoints.empty()) {
        return std::unexpected(NoRoute{"no_endpoint"});
    }
    auto certificate = impl_->certificate(to, *terms);
    if (!certificate) {
        return std::unexpected(NoRoute{"no_certificate", NoRoute::Of::certificate});
    }
    if (const auto faults = trust().check_encryption(*certificate, now); !faults.empty()) {
        return std::unexpected(
            NoRoute{std::string(crypto::name(faults.front())), NoRoute::Of::certificate}
        );
    }
    return Route{
        .terms = *std::move(terms),
        .endpoint = std::move(endpoints.front()),
        .encryption_certificate = *std::move(certificate),
        .from_address = mail_address_of(from),
    };
}

std::expected<Terms, NoRoute> Surroundings::inward(
    const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
) const {
    if (identity(to) == nullptr) {
        return std::unexpected(NoRoute{"no_identity"});
    }
    const auto sender = impl_->known.parties.find(from.text());
    if (sender == impl_->known.parties.end() || sender->second.signing_certificates.empty()) {
        return std::unexpected(NoRoute{"no_signing_certificate"});
    }
    auto terms = impl_->terms(from, to, what, now);
    if (!terms) {
        return std::unexpected(NoRoute{std::string(name(terms.error())), NoRoute::Of::agreement});
    }
    return *std::move(terms);
}

std::string Surroundings::signal_endpoint(
    const HerId& from, const HerId& to, Transport by, Timestamp now
) const {
    std::vector<std::string> agreed;
    for (const auto* agreement : impl_->between(from, to)) {
        if (!agreement->in_force(now)) {
            continue;
        }
        for (const auto& party : agreement->parties) {
            if (!party.has_her_id(to.text())) {
                continue;
            }
            for (const auto& transport : party.transports) {
                for (const auto& endpoint : transport.endpoints) {
                    agreed.push_back(endpoint.uri);
                }
            }
        }
    }
    const auto endpoints = impl_->endpoints(directory().find(to), agreed);
    const auto same_way = std::ranges::find_if(endpoints, [by](const std::string& endpoint) {
        return goes_by(endpoint, by);
    });
    if (same_way != endpoints.end()) {
        return *same_way;
    }
    return endpoints.empty() ? std::string{} : endpoints.front();
}

std::string Surroundings::mail_address_of(const HerId& her_id) const {
    const auto* party = directory().find(her_id);
    return party == nullptr ? std::string{} : party->edi_address;
}

}  // namespace budstikke::ebxml
