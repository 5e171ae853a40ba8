// See certificate_cache.hpp.
#include "broker/crypto/pki/certificate_cache.hpp"

namespace budstikke::crypto {

Result<PartyCertificate> CertificateCache::get(std::string_view der) {
    {
        const std::scoped_lock lock(mutex_);
        if (const auto known = by_der_.find(der); known != by_der_.end()) {
            recent_.splice(recent_.begin(), recent_, known->second);
            return recent_.front();
        }
    }
    // Outside the lock: a stranger's certificate must not hold up the others.
    Result<PartyCertificate> certificate = PartyCertificate::from_der(der);
    if (!certificate || certificate->der() != der) return certificate;
    const std::scoped_lock lock(mutex_);
    if (by_der_.contains(der) || entries_max_ == 0) return certificate;
    if (recent_.size() >= entries_max_) {
        by_der_.erase(recent_.back().der());
        recent_.pop_back();
    }
    recent_.push_front(*certificate);
    by_der_.emplace(recent_.front().der(), recent_.begin());
    return certificate;
}

std::size_t CertificateCache::size() const {
    const std::scoped_lock lock(mutex_);
    return recent_.size();
}

}  // namespace budstikke::crypto
