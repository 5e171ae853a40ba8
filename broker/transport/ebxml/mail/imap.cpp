// A visit by IMAPS (RFC 3501). Mails are named by UID, which no session changes; removing one
// removes no other (RFC 4315).
#include <charconv>
#include <optional>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mail/visit.hpp"

namespace budstikke::ebxml {

namespace {

std::optional<std::uint64_t> number_after(std::string_view line, std::string_view word) {
    const std::size_t at = line.find(word);
    std::uint64_t value = 0;
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = line.substr(at + word.size());
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// `* 1 FETCH (UID 7 RFC822.SIZE 120 FLAGS (\Seen))`; nothing for other lines, and for mails that
/// are deleted already.
std::optional<WaitingMail> mail_of_line(std::string_view line) {
    if (line.find(" FETCH (") == std::string_view::npos ||
        line.find("\\Deleted") != std::string_view::npos) {
        return std::nullopt;
    }
    // Of these two words one is never the end of the other's value.
    auto uid = number_after(line, "(UID ");
    if (!uid) {
        uid = number_after(line, " UID ");
    }
    auto size = number_after(line, "RFC822.SIZE ");
    if (!uid || !size) {
        return std::nullopt;
    }
    const std::string number = std::to_string(*uid);
    return WaitingMail{.number = number, .id = number, .bytes = *size};
}

class ImapAccess final : public MailAccess {
 public:
    explicit ImapAccess(const AccessOptions& options)
        : visit_(options), folder_(path_of(options.url)) {
        if (folder_.size() <= 1) {
            folder_ = "/INBOX";
        }
    }

    Outcome<std::vector<WaitingMail>> list() override {
        const auto lines = visit_.ask(
            folder_, "UID FETCH 1:* (UID RFC822.SIZE FLAGS)", true, limits::mime_bytes_max
        );
        if (!lines) {
            return std::unexpected(lines.error());
        }
        std::vector<WaitingMail> mails;
        for (std::string_view rest = *lines; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
            if (auto mail = mail_of_line(line)) {
                mails.push_back(*std::move(mail));
            }
        }
        return mails;
    }

    Outcome<std::string> fetch(const WaitingMail& mail) override {
        return visit_.ask(
            folder_ + "/;UID=" + mail.number, {}, true, visit_.options().mail_bytes_max
        );
    }

    Outcome<void> remove(const WaitingMail& mail) override {
        const auto marked = ask("UID STORE " + mail.number + " +FLAGS.SILENT (\\Deleted)");
        return marked ? ask("UID EXPUNGE " + mail.number) : marked;
    }

 private:
    Outcome<void> ask(const std::string& command) {
        const auto done = visit_.ask(folder_, command, true, limits::mime_bytes_max);
        if (!done) {
            return std::unexpected(done.error());
        }
        return {};
    }

    Visit visit_;
    std::string folder_;
};

}  // namespace

std::unique_ptr<MailAccess> visit_by_imap(const AccessOptions& options) {
    return std::make_unique<ImapAccess>(options);
}

}  // namespace budstikke::ebxml
