// Certificates that came in messages, parsed once for as long as their sender uses them: parsing
// one costs more than checking the signature that it made. Any thread. May not know trust: a cached
// certificate is believed no more than a new one.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/crypto/pki/party_certificate.hpp"

namespace budstikke::crypto {

class CertificateCache {
 public:
    /// Keeps the `entries_max` certificates that were asked for last.
    explicit CertificateCache(std::size_t entries_max) : entries_max_(entries_max) {}

    /// As PartyCertificate::from_der; what does not decode is not kept.
    Result<PartyCertificate> get(std::string_view der);

    std::size_t size() const;

 private:
    using Recent = std::list<PartyCertificate>;

    mutable std::mutex mutex_;
    std::size_t entries_max_;
    Recent recent_;                                                     ///< the last asked first
    std::map<std::string_view, Recent::iterator, std::less<>> by_der_;  ///< views into recent_
};

}  // namespace budstikke::crypto
