// What an LMTP client may say, and what it is answered (RFC 2033, RFC 5321, RFC 1870, RFC 6152).
// Promises one reply to each command and one for each recipient of a mail. May not know sockets,
// or what a mail holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mail/lmtp_decoder.hpp"

namespace budstikke::ebxml {

class LmtpDialogue {
 public:
    struct Answer {
        std::string text;   ///< whole lines
        bool mail = false;  ///< a mail follows
        bool ends = false;  ///< the connection closes
    };
    enum class Outcome { taken, later, too_large, line_ends };

    /// `our_name` is a domain.
    LmtpDialogue(std::string our_name, std::size_t mail_bytes_max);

    std::string greeting() const;
    /// `event` is one of a line; `line` is empty where it was dropped.
    Answer answer(LmtpDecoder::Event event, std::string_view line);
    /// After the mail: a reply for each recipient.
    std::string answer(Outcome outcome);

    /// What final delivery puts before a mail (RFC 5321, 4.4).
    std::string return_path() const { return "Return-Path: <" + sender_ + ">\r\n"; }

 private:
    enum class Phase { begun, greeted, sender };

    Answer say_hello(std::string_view argument);
    Answer take_sender(std::string_view argument);
    Answer take_recipient(std::string_view argument);
    Answer begin_mail(std::string_view argument);
    void forget();

    std::string our_name_;
    std::size_t mail_bytes_max_;
    Phase phase_ = Phase::begun;
    std::string sender_;
    std::size_t recipients_ = 0;
};

/// For who comes when all places are taken, and for who is here when we go.
std::string lmtp_goodbye(std::string_view our_name);

}  // namespace budstikke::ebxml
