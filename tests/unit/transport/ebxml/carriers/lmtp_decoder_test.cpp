// A line ends with CRLF, a mail with CRLF . CRLF, and with nothing else, however the bytes come.
#include "broker/transport/ebxml/mail/lmtp_decoder.hpp"

#include <gtest/gtest.h>

namespace budstikke::ebxml {
namespace {

using Event = LmtpDecoder::Event;
using Fault = LmtpDecoder::Fault;

struct Mail {
    bool ended = false;
    Fault fault = Fault::none;
    std::string text;
    std::size_t left = 0;
};

Mail decode(std::string_view bytes, std::size_t piece, std::size_t bytes_max = 1000) {
    LmtpDecoder decoder;
    decoder.expect_mail("", bytes_max);
    for (std::size_t at = 0; at < bytes.size();) {
        const auto step = decoder.take(bytes.substr(at, piece));
        at += step.used;
        if (step.event == Event::mail) {
            const Fault fault = decoder.fault();
            return {
                .ended = true,
                .fault = fault,
                .text = decoder.take_mail(),
                .left = bytes.size() - at
            };
        }
    }
    return {};
}

void expect_mail(std::string_view bytes, std::string_view text) {
    for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
        const Mail mail = decode(bytes, piece);
        EXPECT_TRUE(mail.ended) << bytes;
        EXPECT_EQ(mail.fault, Fault::none) << bytes;
        EXPECT_EQ(mail.text, text) << piece;
        EXPECT_EQ(mail.left, 0U);
    }
}

TEST(LmtpDecoder, UndoesTheDotsAndEndsAtTheDotAlone) {
    expect_mail(".\r\n", "");
    expect_mail("a\r\n.\r\n", "a\r\n");
    expect_mail("a\r\n..b\r\n...\r\n.\r\n", "a\r\n.b\r\n..\r\n");
    expect_mail("..\r\n.\r\n", ".\r\n");
    expect_mail(".a\r\n.\r\n", "a\r\n");
    expect_mail("\r\n\r\na.\r\n.\r\n", "\r\n\r\na.\r\n");
}

TEST(LmtpDecoder, EndsAMailInNoOtherWay) {
    for (const std::string_view bytes :
         {"a\n.\r\n", "a\r\n.\n", "a\n.\n", "a\r.\r", "a\r.\r\n", "a\r\n.\r", "a\r\r\n.\n",
          "a\n\r.\r\n", "a\r\n.\r\r\n", "a\r\n. \r\n", "a\r\n.\0\r\n"}) {
        for (const std::size_t piece : {1U, 1000U}) {
            EXPECT_FALSE(decode(bytes, piece).ended) << bytes;
        }
    }
}

TEST(LmtpDecoder, RefusesTheWholeMailWhereALineEndsInItsOwnWay) {
    for (const std::string_view bytes :
         {"a\n.\r\nMAIL FROM:<b>\r\n.\r\n", "a\r\n.\nb\r\n.\r\n", "a\rb\r\n.\r\n",
          "a\r\n.\rb\r\n.\r\n", "\n\r\n.\r\n", "a\r\r\n.\r\n"}) {
        for (const std::size_t piece : {1U, 2U, 1000U}) {
            const Mail mail = decode(bytes, piece);
            EXPECT_TRUE(mail.ended) << bytes;
            EXPECT_EQ(mail.fault, Fault::line_ends) << bytes;
            EXPECT_EQ(mail.text, "");
            EXPECT_EQ(mail.left, 0U) << bytes;
        }
    }
}

TEST(LmtpDecoder, TakesAMailUpToItsLimitAndReadsALargerOneToItsEnd) {
    for (const std::size_t size : {8U, 9U, 10U, 11U, 50U}) {
        const std::string bytes = std::string(size - 2, 'x') + "\r\n.\r\n";
        const Mail mail = decode(bytes, 3, 10);
        EXPECT_TRUE(mail.ended);
        EXPECT_EQ(mail.fault, size <= 10 ? Fault::none : Fault::too_large) << size;
        EXPECT_EQ(mail.text.size(), size <= 10 ? size : 0U);
    }
}

TEST(LmtpDecoder, CountsWhatStandsBeforeTheMail) {
    LmtpDecoder decoder;
    decoder.expect_mail("12345", 8);
    EXPECT_EQ(decoder.take("a\r\n.\r\n").event, Event::mail);
    EXPECT_EQ(decoder.take_mail(), "12345a\r\n");
    decoder.expect_mail("12345", 7);
    EXPECT_EQ(decoder.take("a\r\n.\r\n").event, Event::mail);
    EXPECT_EQ(decoder.fault(), Fault::too_large);
}

TEST(LmtpDecoder, TakesALineUpToItsLimitAndDropsALongerOne) {
    constexpr std::size_t max = limits::lmtp_line_bytes_max;
    for (const std::size_t bytes : {max - 1, max, max + 1, 10 * max}) {
        LmtpDecoder decoder;
        const std::string line(bytes - 2, 'x');
        const auto step = decoder.take(line + "\r\nNOOP\r\n");
        EXPECT_EQ(step.used, bytes);
        EXPECT_EQ(step.event, bytes <= max ? Event::line : Event::line_too_long) << bytes;
        EXPECT_LE(decoder.line().size(), max);
        EXPECT_EQ(decoder.take("NOOP\r\n").event, Event::line);
        EXPECT_EQ(decoder.line(), "NOOP");
    }
}

TEST(LmtpDecoder, TakesNoCommandThatHasALineEndInside) {
    for (const std::string_view bytes :
         {std::string_view("NOOP\nQUIT\r\n"), std::string_view("NOOP\rQUIT\r\n"),
          std::string_view("NOOP\r\r\n"), std::string_view("NO\0P\r\n", 6)}) {
        LmtpDecoder decoder;
        const auto step = decoder.take(bytes);
        EXPECT_EQ(step.event, Event::line_malformed);
        EXPECT_EQ(step.used, bytes.size());
    }
}

}  // namespace
}  // namespace budstikke::ebxml
