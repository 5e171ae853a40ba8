// The commands of lmtp_dialogue.hpp.
#include "broker/transport/ebxml/mail/lmtp_dialogue.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "broker/transport/ebxml/mime/entity.hpp"

namespace budstikke::ebxml {

using Answer = LmtpDialogue::Answer;

namespace {

Answer say(std::string_view text) {
    return {.text = std::string(text) + "\r\n"};
}

std::string_view without_blanks(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Cuts the first word off.
std::string_view next_word(std::string_view& text) {
    text = without_blanks(text);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

/// `FROM:<path> parameters`: the path; `argument` becomes the parameters. Nothing where it is none.
std::optional<std::string> take_path(std::string_view& argument, std::string_view word) {
    if (!same_word(argument.substr(0, word.size()), word)) {
        return std::nullopt;
    }
    argument = without_blanks(argument.substr(word.size()));
    const std::size_t end = argument.find('>');
    if (!argument.starts_with('<') || end == std::string_view::npos) {
        return std::nullopt;
    }
    std::string path(argument.substr(1, end - 1));
    argument.remove_prefix(end + 1);
    const bool is_cut = argument.empty() || argument.starts_with(' ');
    return is_cut ? std::optional(std::move(path)) : std::nullopt;
}

}  // namespace

LmtpDialogue::LmtpDialogue(std::string our_name, std::size_t mail_bytes_max)
    : our_name_(std::move(our_name)), mail_bytes_max_(mail_bytes_max) {}

std::string LmtpDialogue::greeting() const {
    return "220 " + our_name_ + " LMTP Budstikke\r\n";
}

Answer LmtpDialogue::answer(LmtpDecoder::Event event, std::string_view line) {
    if (event == LmtpDecoder::Event::line_too_long) {
        return say("500 5.5.2 the line is too long");
    }
    if (event == LmtpDecoder::Event::line_malformed) {
        return say("500 5.5.2 a line ends with CR and LF, and only there");
    }
    const std::string verb = lower(next_word(line));
    const std::string_view argument = without_blanks(line);
    if (verb == "lhlo") {
        return say_hello(argument);
    }
    if (verb == "mail") {
        return take_sender(argument);
    }
    if (verb == "rcpt") {
        return take_recipient(argument);
    }
    if (verb == "data") {
        return begin_mail(argument);
    }
    if (verb == "rset") {
        forget();
        return say("250 2.0.0 OK");
    }
    if (verb == "noop") {
        return say("250 2.0.0 OK");
    }
    if (verb == "vrfy") {
        return say("252 2.5.2 cannot verify, will take mail");
    }
    if (verb == "quit") {
        return {.text = "221 2.0.0 " + our_name_ + " closes\r\n", .ends = true};
    }
    return say("500 5.5.1 no such command");
}

std::string LmtpDialogue::answer(Outcome outcome) {
    std::string_view reply = "250 2.0.0 taken\r\n";
    switch (outcome) {
        case Outcome::taken:
            break;
        case Outcome::later:
            reply = "451 4.3.0 nothing was kept, try again\r\n";
            break;
        case Outcome::too_large:
            reply = "552 5.3.4 the mail is too large\r\n";
            break;
        case Outcome::line_ends:
            reply = "554 5.6.0 a line of the mail ends with CR or LF alone\r\n";
            break;
    }
    std::string replies;
    for (std::size_t i = 0; i < recipients_; ++i) {
        replies += reply;
    }
    forget();
    return replies;
}

Answer LmtpDialogue::say_hello(std::string_view argument) {
    if (argument.empty()) {
        return say("501 5.5.4 LHLO needs a name");
    }
    forget();
    phase_ = Phase::greeted;
    return {
        .text = "250-" + our_name_ +
                "\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250 SIZE " +
                std::to_string(mail_bytes_max_) + "\r\n"
    };
}

Answer LmtpDialogue::take_sender(std::string_view argument) {
    if (phase_ != Phase::greeted) {
        return say(phase_ == Phase::begun ? "503 5.5.1 LHLO first" : "503 5.5.1 a mail has begun");
    }
    auto sender = take_path(argument, "FROM:");
    if (!sender) {
        return say("501 5.5.4 MAIL FROM:<address>");
    }
    for (auto word = next_word(argument); !word.empty(); word = next_word(argument)) {
        const std::string parameter = lower(word);
        if (parameter == "body=8bitmime" || parameter == "body=7bit") {
            continue;
        }
        const std::string_view size = word.substr(std::min<std::size_t>(word.size(), 5));
        std::uint64_t bytes = 0;
        const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), bytes);
        if (!parameter.starts_with("size=") || error == std::errc::invalid_argument ||
            end != size.data() + size.size()) {
            return say("555 5.5.4 no such parameter");
        }
        if (error == std::errc::result_out_of_range || bytes > mail_bytes_max_) {
            return say("552 5.3.4 the mail is too large");
        }
    }
    sender_ = *std::move(sender);
    phase_ = Phase::sender;
    return say("250 2.1.0 OK");
}

Answer LmtpDialogue::take_recipient(std::string_view argument) {
    if (phase_ != Phase::sender) {
        return say("503 5.5.1 MAIL first");
    }
    const auto recipient = take_path(argument, "TO:");
    if (!recipient || recipient->empty()) {
        return say("501 5.5.4 RCPT TO:<address>");
    }
    if (!without_blanks(argument).empty()) {
        return say("555 5.5.4 no such parameter");
    }
    if (recipients_ >= limits::lmtp_recipients_max) {
        return say("452 4.5.3 too many recipients");
    }
    ++recipients_;
    return say("250 2.1.5 OK");
}

Answer LmtpDialogue::begin_mail(std::string_view argument) {
    if (!argument.empty()) {
        return say("501 5.5.4 DATA stands alone");
    }
    if (recipients_ == 0) {
        return say("503 5.5.1 no recipient");
    }
    return {.text = "354 end with CR LF . CR LF\r\n", .mail = true};
}

void LmtpDialogue::forget() {
    sender_.clear();
    recipients_ = 0;
    phase_ = std::min(phase_, Phase::greeted);
}

std::string lmtp_goodbye(std::string_view our_name) {
    return "421 4.3.2 " + std::string(our_name) + " has no place now\r\n";
}

}  // namespace budstikke::ebxml
