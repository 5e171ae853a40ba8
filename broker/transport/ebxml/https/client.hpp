// ebXML over HTTPS, outwards: posts a package and takes what comes back. Promises our certificate,
// a server that is verified, no redirect and no proxy, one attempt within
// limits::ebxml_exchange_time_max, and connections that the next attempt uses again. May not know
// what an answer means.
#pragma once

#include <memory>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/curl/easy.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

struct HttpsClientOptions {
    TransferTls tls;
    Duration exchange_time_max = limits::ebxml_exchange_time_max;
    std::size_t answer_bytes_max = limits::mime_bytes_max;  ///< its MIME headers and its body
};

/// As many handles as threads send at once; each goes back with its connections, and who sends to
/// the same server takes it again.
///
/// The value of send() is what came with 2xx, or with 500 where that is XML or a multipart: a Fault
/// (SOAP 1.1, 6.2).
class HttpsClient final : public Carrier {
 public:
    /// Errors as check(): the settings could not work.
    static Result<std::unique_ptr<HttpsClient>> make(HttpsClientOptions options);
    explicit HttpsClient(HttpsClientOptions options);
    ~HttpsClient() override;
    HttpsClient(const HttpsClient&) = delete;
    HttpsClient& operator=(const HttpsClient&) = delete;

    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
