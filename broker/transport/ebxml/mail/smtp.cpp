// The attempts of smtp.hpp, by libcurl.
#include "broker/transport/ebxml/mail/smtp.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <curl/curl.h>

#include "broker/transport/ebxml/curl/pool.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"

namespace budstikke::ebxml {

namespace {

constexpr std::string_view scheme = "mailto:";

/// Empty where the endpoint is no address that may stand in an envelope.
std::string_view address_of(std::string_view endpoint) {
    if (!endpoint.starts_with(scheme)) {
        return {};
    }
    endpoint.remove_prefix(scheme.size());
    return is_plain_address(endpoint) ? endpoint : std::string_view();
}

/// What is left of a mail to send; libcurl doubles the dots (RFC 5321, 4.5.2).
std::size_t read_mail(char* space, std::size_t size, std::size_t count, void* rest) {
    auto& left = *static_cast<std::string_view*>(rest);
    const std::size_t bytes = std::min(size * count, left.size());
    std::memcpy(space, left.data(), bytes);
    left.remove_prefix(bytes);
    return bytes;
}

std::size_t drop(char* data, std::size_t size, std::size_t count, void* nothing) {
    static_cast<void>(data);
    static_cast<void>(nothing);
    return size * count;
}

CarrierFault verdict(int code, long reply, std::string_view message) {
    if (code == CURLE_LOGIN_DENIED) {
        return CarrierFault::refused_for_now;
    }
    if (reply >= 400 && reply < 600 && code != CURLE_ABORTED_BY_CALLBACK) {
        return reply < 500 ? CarrierFault::refused_for_now : CarrierFault::refused;
    }
    return fault_of(code, message);
}

/// Whether the relay has said all that it will. Where an answer is still to come libcurl keeps the
/// connection all the same, and the next mail would take the answer for its own.
bool is_over(int code, long reply) {
    const bool left = code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OPERATION_TIMEDOUT;
    return code == CURLE_OK || (reply >= 400 && !left);
}

}  // namespace

struct SmtpCarrier::Impl {
    Impl(SmtpOptions given, const Clock& time) : options(std::move(given)), clock(time) {}

    void describe(Easy& easy, std::string_view& mail, StringList& recipients) const {
        CURL* curl = easy.get();
        if (curl == nullptr) {
            return;
        }
        curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, &read_mail);
        curl_easy_setopt(curl, CURLOPT_READDATA, &mail);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.size()));
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &drop);
    }

    const SmtpOptions options;
    const Clock& clock;
    EasyPool pool;
};

Result<std::unique_ptr<SmtpCarrier>> SmtpCarrier::make(SmtpOptions options, const Clock& clock) {
    const bool is_relay =
        options.relay.starts_with("smtp://") || options.relay.starts_with("smtps://");
    if (!is_relay || options.relay.find('/', options.relay.find("://") + 3) != std::string::npos) {
        return fail(Errc::invalid_argument, "the mail relay must be smtp://host:port or smtps://");
    }
    if (!is_plain_address("x@" + options.our_name)) {
        return fail(Errc::invalid_argument, "our name towards the mail relay is no domain");
    }
    if (const auto checked = check(options.tls); !checked) {
        return std::unexpected(checked.error());
    }
    if (const auto checked = check(options.account); !checked) {
        return std::unexpected(checked.error());
    }
    return std::make_unique<SmtpCarrier>(std::move(options), clock);
}

SmtpCarrier::SmtpCarrier(SmtpOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

SmtpCarrier::~SmtpCarrier() = default;

std::expected<std::string, CarrierFault> SmtpCarrier::send(const Outgoing& outgoing) {
    const std::string to(address_of(outgoing.endpoint));
    const std::string from(outgoing.from_address);
    if (to.empty() || !is_plain_address(from)) {
        return std::unexpected(CarrierFault::not_supported);
    }
    const std::string mail = mail_of(
        outgoing.package, {.from = from,
                           .to = to,
                           .date = impl_->clock.now(),
                           .message_id = std::string(outgoing.mail_id),
                           .in_reply_to = std::string(outgoing.in_reply_to)}
    );
    const SmtpOptions& options = impl_->options;
    Easy easy = impl_->pool.borrow(options.relay);
    easy.prepare(options.relay + "/" + options.our_name, "smtp,smtps", options.tls);
    easy.stop_with(outgoing.stop);
    easy.wait_for_no_goodbye();
    if (const auto set = log_in_with(options.account, easy); !set) {
        // The file was there when we started, and somebody mends it before the next attempt.
        return std::unexpected(CarrierFault::refused_for_now);
    }
    StringList recipients;
    recipients.add(to);
    std::string_view rest = mail;
    impl_->describe(easy, rest, recipients);
    if (easy.get() != nullptr) {
        curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, from.c_str());
    }
    const int code = easy.perform(options.exchange_time_max);
    const long reply = easy.response_code();
    const CarrierFault fault = verdict(code, reply, easy.message());
    if (is_over(code, reply)) {
        impl_->pool.give_back(std::move(easy), options.relay);
    } else {
        easy.cut();
    }
    if (code != CURLE_OK) {
        return std::unexpected(fault);
    }
    return std::string();
}

}  // namespace budstikke::ebxml
