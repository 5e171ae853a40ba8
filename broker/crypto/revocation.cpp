// See revocation.hpp.
#include "broker/crypto/revocation.hpp"

#include <algorithm>
#include <iterator>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"

namespace budstikke::crypto {
namespace {

bool same_key(std::string_view left, std::string_view right) {
    return left.empty() || right.empty() || left == right;
}

/// What the lists of one CA say of a certificate that none of them names.
struct Cover {
    bool any = false;
    bool fresh = false;

    RevocationStatus status() const {
        if (!any) return RevocationStatus::no_list;
        return fresh ? RevocationStatus::good : RevocationStatus::stale;
    }
};

std::string partition_of(const RevocationScope& scope) {
    std::string text;
    for (const std::string& point : scope.points) {
        text += (text.empty() ? "" : " ") + point;
    }
    return text;
}

RevocationListFacts facts_of_list(const RevocationList& list) {
    return {
        .issuer = list.issuer,
        .partition = partition_of(list.scope),
        .this_update = list.this_update,
        .next_update = list.next_update,
        .revoked_count = list.serials.size(),
    };
}

}  // namespace

Result<RevocationLists> RevocationLists::load(
    const std::vector<std::filesystem::path>& ca_files,
    const std::vector<std::filesystem::path>& crl_files, StaleListPolicy policy
) {
    RevocationLists loaded;
    loaded.policy_ = policy;
    std::vector<Handle<x509_st>> authorities;
    for (const std::filesystem::path& path : ca_files) {
        auto some = load_certificates(path);
        if (!some) return std::unexpected(some.error());
        std::ranges::move(*some, std::back_inserter(authorities));
    }
    for (const Handle<x509_st>& authority : authorities) {
        Result<PeerIdentity> facts = facts_of(*authority);
        if (!facts) return std::unexpected(facts.error());
        std::vector<Issuer>& of_name = loaded.issuers_[facts->subject];
        of_name.push_back({std::move(*facts), subject_key_id(*authority)});
    }
    for (const std::filesystem::path& path : crl_files) {
        auto lists = load_revocation_lists(path, authorities);
        if (!lists) return std::unexpected(lists.error());
        std::ranges::for_each(*lists, [&](RevocationList& list) { loaded.add(std::move(list)); });
    }
    return loaded;
}

void RevocationLists::add(RevocationList list) {
    std::vector<RevocationList>& of_name = lists_[list.issuer];
    const auto known = std::ranges::find_if(of_name, [&](const RevocationList& other) {
        return list.same_scope(other);
    });
    if (known == of_name.end()) {
        of_name.push_back(std::move(list));
    } else if (list.replaces(*known)) {
        *known = std::move(list);
    }
}

RevocationStatus RevocationLists::check_one(const PeerIdentity& certificate, Timestamp now) const {
    const auto of_name = lists_.find(certificate.issuer);
    if (of_name == lists_.end()) return RevocationStatus::no_list;
    std::map<std::string_view, Cover> by_key;
    // A CA without a list is not vouched for by that of another of its name.
    if (const auto issuers = issuers_.find(certificate.issuer); issuers != issuers_.end()) {
        for (const Issuer& issuer : issuers->second) {
            if (same_key(issuer.key_id, certificate.issuer_key_id)) by_key[issuer.key_id];
        }
    }
    for (const RevocationList& list : of_name->second) {
        if (!same_key(list.issuer_key_id, certificate.issuer_key_id)) continue;
        // Revoked stays revoked, however old the list, and also where another partition says so:
        // a CA gives a serial number once.
        if (std::ranges::binary_search(list.serials, certificate.serial)) {
            return RevocationStatus::revoked;
        }
        Cover& cover = by_key[list.issuer_key_id];
        if (!list.scope.covers(certificate)) continue;
        cover.any = true;
        cover.fresh |= now < list.next_update || policy_ == StaleListPolicy::use_stale;
    }
    if (by_key.empty()) return RevocationStatus::no_list;
    for (const auto& [key, cover] : by_key) {
        if (cover.status() != RevocationStatus::good) return cover.status();
    }
    return RevocationStatus::good;
}

RevocationStatus RevocationLists::check_upwards(
    const PeerIdentity& certificate, Timestamp now, std::uint32_t steps_left
) const {
    const RevocationStatus status = check_one(certificate, now);
    if (status != RevocationStatus::good || steps_left == 0) return status;
    const auto of_name = issuers_.find(certificate.issuer);
    if (of_name == issuers_.end()) return status;
    for (const Issuer& authority : of_name->second) {
        const PeerIdentity& above = authority.certificate;
        // A root vouches for itself; its removal from the configuration is what revokes it.
        if (!same_key(authority.key_id, certificate.issuer_key_id) ||
            above.issuer == above.subject) {
            continue;
        }
        const RevocationStatus upwards = check_upwards(above, now, steps_left - 1);
        if (upwards != RevocationStatus::good) return upwards;
    }
    return status;
}

RevocationStatus RevocationLists::check(const PeerIdentity& peer, Timestamp now) const {
    return check_upwards(peer, now, limits::certificate_chain_depth_max);
}

std::vector<RevocationListFacts> RevocationLists::lists() const {
    std::vector<RevocationListFacts> all;
    for (const auto& [issuer, of_name] : lists_) {
        std::ranges::transform(of_name, std::back_inserter(all), facts_of_list);
    }
    return all;
}

std::optional<Timestamp> RevocationLists::first_next_update() const {
    std::optional<Timestamp> first;
    for (const auto& [issuer, of_name] : lists_) {
        for (const RevocationList& list : of_name) {
            if (!first || list.next_update < *first) first = list.next_update;
        }
    }
    return first;
}

}  // namespace budstikke::crypto
