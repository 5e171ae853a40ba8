// A visit by POP3S (RFC 1939). Promises that a mail is fetched whole or not at all. What was
// removed is gone when the visit ends in order: a connection that breaks before QUIT removes
// nothing.
#include <charconv>
#include <map>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mail/visit.hpp"

namespace budstikke::ebxml {

namespace {

/// The two words of each line: a mail's number, and what is said of it.
std::vector<std::pair<std::string, std::string>> words_of(std::string_view lines) {
    std::vector<std::pair<std::string, std::string>> words;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find_first_of("\r\n"));
        const std::size_t blank = line.find(' ');
        if (blank != std::string_view::npos) {
            words.emplace_back(line.substr(0, blank), line.substr(blank + 1));
        }
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    return words;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class Pop3Access final : public MailAccess {
 public:
    explicit Pop3Access(const AccessOptions& options) : visit_(options) {}

    Outcome<std::vector<WaitingMail>> list() override {
        const auto sizes = visit_.ask("/", "LIST", true, limits::mime_bytes_max);
        if (!sizes) {
            return std::unexpected(sizes.error());
        }
        const auto ids = visit_.ask("/", "UIDL", true, limits::mime_bytes_max);
        if (!ids) {
            return std::unexpected(ids.error());
        }
        std::map<std::string, std::string> id_of;
        for (auto& [number, id] : words_of(*ids)) {
            id_of.emplace(number, std::move(id));
        }
        std::vector<WaitingMail> mails;
        for (const auto& [number, size] : words_of(*sizes)) {
            WaitingMail mail{.number = number, .id = id_of[number], .bytes = 0};
            const auto [end, error] =
                std::from_chars(size.data(), size.data() + size.size(), mail.bytes);
            if (!is_number(number) || error != std::errc()) {
                return std::unexpected(CarrierFault::unreachable);
            }
            mails.push_back(std::move(mail));
        }
        return mails;
    }

    Outcome<std::string> fetch(const WaitingMail& mail) override {
        auto bytes = visit_.ask("/" + mail.number, {}, true, visit_.options().mail_bytes_max);
        if (!bytes) {
            return bytes;
        }
        // libcurl takes a connection that ends within a mail for the mail's end, and sizes of LIST
        // need not be exact. A session that still answers has ended the mail itself.
        const auto goes_on = visit_.ask("/", "NOOP", false, limits::mime_bytes_max);
        if (!goes_on) {
            return std::unexpected(goes_on.error());
        }
        return bytes;
    }

    Outcome<void> remove(const WaitingMail& mail) override {
        const auto done = visit_.ask("/", "DELE " + mail.number, false, limits::mime_bytes_max);
        if (!done) {
            return std::unexpected(done.error());
        }
        return {};
    }

 private:
    Visit visit_;
};

}  // namespace

std::unique_ptr<MailAccess> visit_by_pop3(const AccessOptions& options) {
    return std::make_unique<Pop3Access>(options);
}

}  // namespace budstikke::ebxml
