// Fuzzes what an LMTP client may send: the first byte says how the rest is cut into pieces. Holds
// that lines, mails and replies come out the same however they are cut, that a mail has no line end
// but CRLF, and that a mail which is taken ended where the plainest of readers sees its end.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/transport/ebxml/mail/lmtp_decoder.hpp"
#include "broker/transport/ebxml/mail/lmtp_dialogue.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using budstikke::ebxml::LmtpDecoder;
using budstikke::ebxml::LmtpDialogue;
using Event = LmtpDecoder::Event;

constexpr std::size_t mail_bytes_max = 200;

using budstikke::fuzz::must;

void check_mail(std::string_view mail) {
    must(mail.size() <= mail_bytes_max);
    for (std::size_t at = 0; at < mail.size(); ++at) {
        must(mail[at] != '\n' || (at > 0 && mail[at - 1] == '\r'));
        must(mail[at] != '\r' || (at + 1 < mail.size() && mail[at + 1] == '\n'));
    }
}

/// Where the mail that begins here ends, said in another way than the decoder does it.
bool ends_here(std::string_view mail_bytes) {
    return mail_bytes == ".\r\n" || mail_bytes.ends_with("\r\n.\r\n");
}

std::vector<std::string> speak(std::string_view bytes, std::size_t piece) {
    LmtpDecoder decoder;
    LmtpDialogue dialogue("mail.invalid", mail_bytes_max);
    std::vector<std::string> said;
    std::size_t mail_begins = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto step = decoder.take(bytes.substr(at, piece));
        must(step.used > 0);
        at += step.used;
        if (step.event == Event::need_more) {
            continue;
        }
        if (step.event == Event::mail) {
            must(ends_here(bytes.substr(mail_begins, at - mail_begins)));
            const bool is_good = decoder.fault() == LmtpDecoder::Fault::none;
            const std::string mail = decoder.take_mail();
            check_mail(mail);
            said.push_back(mail);
            said.push_back(dialogue.answer(
                is_good ? LmtpDialogue::Outcome::taken : LmtpDialogue::Outcome::line_ends
            ));
            continue;
        }
        const auto answer =
            dialogue.answer(step.event, step.event == Event::line ? decoder.line() : "");
        must(answer.text.ends_with("\r\n"));
        said.push_back(answer.text);
        if (answer.mail) {
            decoder.expect_mail(dialogue.return_path(), mail_bytes_max);
            mail_begins = at;
        }
    }
    return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    must(speak(bytes, size) == speak(bytes, std::size_t{data[0]} + 1));
    return 0;
}
