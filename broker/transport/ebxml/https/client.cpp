// The attempts of client.hpp, by libcurl.
#include "broker/transport/ebxml/https/client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <curl/curl.h>

#include "broker/transport/ebxml/curl/pool.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"

namespace budstikke::ebxml {

namespace {

constexpr std::array<std::string_view, 4> fields_of_mime = {
    "mime-version", "content-type", "content-transfer-encoding", "soapaction"
};

/// `https://host:port`: what connections are kept for.
std::string_view origin_of(std::string_view url) {
    const std::size_t host = url.find("://");
    return host == std::string_view::npos ? url : url.substr(0, url.find('/', host + 3));
}

/// What came back, as read_mime takes it.
struct Answer {
    explicit Answer(std::size_t bytes_max) : body{.bytes_max = bytes_max} {}

    static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* answer) {
        auto& self = *static_cast<Answer*>(answer);
        const std::string_view line(data, size * count);
        // A header that begins anew belongs to the final answer: 100 came before it.
        if (line.starts_with("HTTP/")) {
            self.headers.clear();
        }
        const std::string name = lower(line.substr(0, line.find(':')));
        if (std::ranges::find(fields_of_mime, name) != fields_of_mime.end()) {
            self.headers.append(line);
            self.is_message |= name == "content-type" && says_message(line);
        }
        if (self.headers.size() > limits::https_header_bytes_max) {
            self.body.too_large = true;
            return 0;
        }
        return line.size();
    }

    static bool says_message(std::string_view line) {
        const auto type = parse_content_type(line.substr(line.find(':') + 1));
        return type && (type->type == "multipart" || type->subtype == "xml" ||
                        type->subtype.ends_with("+xml"));
    }

    std::string headers;
    bool is_message = false;
    Collected body;
};

std::expected<std::string, CarrierFault> verdict(long status, Answer answer) {
    const bool is_fault = status == 500 && answer.is_message && !answer.body.bytes.empty();
    if ((status >= 200 && status < 300) || is_fault) {
        if (answer.body.bytes.empty()) {
            return std::string();
        }
        return std::move(answer.headers) + "\r\n" + std::move(answer.body.bytes);
    }
    const bool may_work_later = status == 408 || status == 429 || status >= 500;
    return std::unexpected(may_work_later ? CarrierFault::refused_for_now : CarrierFault::refused);
}

}  // namespace

struct HttpsClient::Impl {
    explicit Impl(HttpsClientOptions given) : options(std::move(given)) {}

    const HttpsClientOptions options;
    EasyPool pool;
};

Result<std::unique_ptr<HttpsClient>> HttpsClient::make(HttpsClientOptions options) {
    if (const auto checked = check(options.tls); !checked) {
        return std::unexpected(checked.error());
    }
    return std::make_unique<HttpsClient>(std::move(options));
}

HttpsClient::HttpsClient(HttpsClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

HttpsClient::~HttpsClient() = default;

std::expected<std::string, CarrierFault> HttpsClient::send(const Outgoing& outgoing) {
    const std::string url(outgoing.endpoint);
    if (!url.starts_with("https://")) {
        return std::unexpected(CarrierFault::not_supported);
    }
    const Package& package = outgoing.package;
    StringList headers;
    headers.add("Content-Type: " + package.content_type).add("SOAPAction: \"ebXML\"");
    if (!package.transfer_encoding.empty()) {
        headers.add("Content-Transfer-Encoding: " + package.transfer_encoding);
    }
    // Many servers of the sector never answer 100, and waiting for it costs a second each time.
    headers.add("Expect:").add("Accept:");
    Easy easy = impl_->pool.borrow(origin_of(url));
    easy.prepare(url, "https", impl_->options.tls);
    easy.stop_with(outgoing.stop);
    Answer answer(impl_->options.answer_bytes_max);
    CURL* curl = easy.get();
    if (curl != nullptr) {
        curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, package.body.data());
        curl_easy_setopt(
            curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(package.body.size())
        );
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Answer::take_header);
        curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Collected::write);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
    }
    const int code = easy.perform(impl_->options.exchange_time_max);
    const long status = easy.response_code();
    const CarrierFault fault = fault_of(code, easy.message());
    impl_->pool.give_back(std::move(easy), origin_of(url));
    const std::size_t held = answer.headers.size() + 2 + answer.body.bytes.size();
    if (answer.body.too_large || held > impl_->options.answer_bytes_max) {
        return std::unexpected(CarrierFault::too_large);
    }
    if (code != CURLE_OK) {
        return std::unexpected(fault);
    }
    return verdict(status, std::move(answer));
}

}  // namespace budstikke::ebxml
