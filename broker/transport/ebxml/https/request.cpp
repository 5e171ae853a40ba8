// The reading of request.hpp.
#include "broker/transport/ebxml/https/request.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "broker/transport/ebxml/mime/fields.hpp"

namespace budstikke::ebxml {

namespace http = boost::beast::http;
using boost::beast::iequals;

namespace {

constexpr std::array<std::string_view, 4> fields_of_mime = {
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "SOAPAction"
};

constexpr std::size_t header_slack = 16;

std::string_view plain(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

/// RFC 9112, 3.2: the origin form, or the absolute form, of which the authority is not looked at.
std::string_view path_of(std::string_view target) {
    if (target.starts_with('/')) {
        return target;
    }
    const std::size_t scheme = target.find("://");
    const std::size_t slash =
        scheme == std::string_view::npos ? scheme : target.find('/', scheme + 3);
    return slash == std::string_view::npos ? std::string_view() : target.substr(slash);
}

/// What an ebXML package may call itself; what it is, its reader says. Types that lie are SEEN.
bool is_readable(std::string_view value) {
    const auto type = parse_content_type(value);
    return type &&
           (type->type == "multipart" || type->subtype == "xml" || type->subtype.ends_with("+xml"));
}

unsigned status_of(boost::system::error_code error) {
    if (error == http::error::header_limit) {
        return 431;
    }
    if (error == http::error::body_limit) {
        return 413;
    }
    return error == http::error::bad_version ? 505 : 400;
}

}  // namespace

struct RequestReader::Impl {
    using Parser = http::request_parser<http::string_body>;

    Impl(std::string_view served, const HttpsLimits& given) : path(served), limits(given) {
        // Otherwise the body begins before the header was looked at.
        parser.eager(false);
        // Beast's own limit depends on how the bytes come; ours is looked at when they have.
        parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes_max + header_slack));
        parser.body_limit(limits.package_bytes_max);
    }

    void refuse(unsigned why) {
        state = State::refused;
        status = why;
    }
    void header_done_perhaps();
    void judge();
    unsigned fault_of_framing() const;
    unsigned fault_of_target() const;
    unsigned fault_of_content() const;
    void begin_body();

    std::string_view path;
    const HttpsLimits& limits;
    Parser parser;
    State state = State::header;
    unsigned status = 0;
    std::size_t header_bytes = 0;
    bool begun = false;
    bool expects = false;
};

/// RFC 9112, 6.3: a length that can be read in one way only.
unsigned RequestReader::Impl::fault_of_framing() const {
    const auto& request = parser.get();
    const bool is_old = request.version() < 11;
    const auto lengths = request.count(http::field::content_length);
    const auto encodings = request.count(http::field::transfer_encoding);
    if (request.version() != 10 && request.version() != 11) {
        return 505;
    }
    if (request.count(http::field::host) != 1 && !is_old) {
        return 400;
    }
    if (lengths > 1 || encodings > 1 || (lengths > 0 && encodings > 0)) {
        return 400;
    }
    const auto length = plain(request[http::field::content_length]);
    if (length.find_first_not_of("0123456789") != std::string_view::npos) {
        // Beast reads a list of the same number as that number.
        return 400;
    }
    if (encodings > 0 && is_old) {
        return 400;
    }
    if (encodings > 0 && !iequals(request[http::field::transfer_encoding], "chunked")) {
        return 501;
    }
    return 0;
}

unsigned RequestReader::Impl::fault_of_target() const {
    const auto& request = parser.get();
    if (path_of(plain(request.target())) != path) {
        return 404;
    }
    return request.method() == http::verb::post ? 0 : 405;
}

unsigned RequestReader::Impl::fault_of_content() const {
    const auto& request = parser.get();
    if (!parser.chunked() && !parser.content_length()) {
        return 411;
    }
    const auto expectation = request[http::field::expect];
    if (!expectation.empty() && !iequals(expectation, "100-continue")) {
        return 417;
    }
    const auto coding = request[http::field::content_encoding];
    if (!coding.empty() && !iequals(coding, "identity")) {
        return 415;
    }
    if (request.count(http::field::content_type) != 1) {
        return 415;
    }
    return is_readable(plain(request[http::field::content_type])) ? 0 : 415;
}

void RequestReader::Impl::header_done_perhaps() {
    if (header_bytes > limits.header_bytes_max) {
        refuse(431);
    } else if (parser.is_header_done()) {
        judge();
    }
}

void RequestReader::Impl::judge() {
    for (const unsigned fault : {fault_of_framing(), fault_of_target(), fault_of_content()}) {
        if (fault != 0) {
            refuse(fault);
            return;
        }
    }
    begin_body();
}

void RequestReader::Impl::begin_body() {
    std::string& package = parser.get().body();
    for (const auto& field : parser.get()) {
        const auto is_name = [&](std::string_view name) {
            return iequals(field.name_string(), boost::beast::string_view(name));
        };
        if (std::ranges::any_of(fields_of_mime, is_name)) {
            package.append(plain(field.name_string())).append(": ");
            package.append(plain(field.value())).append("\r\n");
        }
    }
    package.append("\r\n");
    const std::size_t left =
        limits.package_bytes_max - std::min(limits.package_bytes_max, package.size());
    if (parser.content_length().value_or(0) > left) {
        refuse(413);
        return;
    }
    parser.body_limit(left);
    expects = parser.get().version() == 11 && parser.get().count(http::field::expect) > 0;
    state = State::body;
}

RequestReader::RequestReader(std::string_view path, const HttpsLimits& limits)
    : impl_(std::make_unique<Impl>(path, limits)) {}

RequestReader::~RequestReader() = default;

std::size_t RequestReader::take(std::string_view bytes) {
    impl_->begun = impl_->begun || !bytes.empty();
    std::size_t used = 0;
    while (impl_->state == State::header || impl_->state == State::body) {
        if (impl_->state == State::body && impl_->parser.is_done()) {
            impl_->state = State::whole;
            break;
        }
        if (used == bytes.size()) {
            break;
        }
        boost::system::error_code error;
        const std::size_t now =
            impl_->parser.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
        used += now;
        impl_->header_bytes += impl_->state == State::header ? now : 0;
        if (error == http::error::need_more) {
            break;
        }
        if (error) {
            impl_->refuse(status_of(error));
            break;
        }
        if (impl_->state == State::header) {
            impl_->header_done_perhaps();
        }
    }
    return used;
}

RequestReader::State RequestReader::state() const {
    return impl_->state;
}

bool RequestReader::begun() const {
    return impl_->begun;
}

bool RequestReader::take_expectation() {
    return std::exchange(impl_->expects, false);
}

bool RequestReader::keep_alive() const {
    return impl_->parser.is_header_done() && impl_->parser.keep_alive();
}

unsigned RequestReader::status() const {
    return impl_->status;
}

std::size_t RequestReader::held_bytes() const {
    return impl_->parser.get().body().size();
}

std::string RequestReader::take_package() {
    return std::move(impl_->parser.get().body());
}

}  // namespace budstikke::ebxml
