// The bytes of an LMTP client as lines and mails (RFC 2033, RFC 5321). Promises that a line ends
// with CRLF only and a mail with CRLF . CRLF only, so that no two servers on the way see different
// mails (SMTP smuggling). May not know commands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "broker/base/limits.hpp"

namespace budstikke::ebxml {

class LmtpDecoder {
 public:
    enum class Event {
        need_more,
        line,            ///< line() has it, without its end
        line_too_long,   ///< it was read to its end and dropped
        line_malformed,  ///< a CR or LF alone, or a NUL; dropped too
        mail,            ///< the mail has ended: see fault(), take_mail()
    };
    enum class Fault {
        none,
        too_large,  ///< above the bytes that expect_mail() was given
        line_ends,  ///< a CR or LF alone: what it would mean depends on who reads it
    };
    struct Step {
        Event event = Event::need_more;
        std::size_t used = 0;
    };

    /// Uses bytes from the front up to an event. What was not used must come again.
    Step take(std::string_view bytes);
    /// What follows the line just read is a mail. `start` stands before it, and counts.
    void expect_mail(std::string_view start, std::size_t bytes_max);

    const std::string& line() const { return line_; }
    Fault fault() const { return fault_; }
    /// Of the mail so far.
    std::size_t held_bytes() const { return mail_.size(); }
    /// The dots undone (RFC 5321, 4.5.2); empty with a fault.
    std::string take_mail();

 private:
    enum class State { line, line_end, mail_line, mail_dot, mail_dot_end, mail_text, mail_end };

    bool in_line(char byte);
    bool in_mail(char byte);
    Event line_event() const;
    void add_to_mail(std::string_view bytes);
    void fail_mail(Fault fault);

    State state_ = State::line;
    std::string line_;
    std::string mail_;
    std::size_t line_bytes_ = 0;
    std::size_t mail_bytes_max_ = 0;
    bool malformed_ = false;
    bool line_over_ = false;  ///< the next byte begins a new one
    Fault fault_ = Fault::none;
};

}  // namespace budstikke::ebxml
