// The states of lmtp_decoder.hpp.
#include "broker/transport/ebxml/mail/lmtp_decoder.hpp"

#include <algorithm>
#include <utility>

namespace budstikke::ebxml {

LmtpDecoder::Step LmtpDecoder::take(std::string_view bytes) {
    if (std::exchange(line_over_, false)) {
        line_.clear();
        line_bytes_ = 0;
        malformed_ = false;
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (state_ == State::line || state_ == State::line_end) {
            if (in_line(bytes[at])) {
                line_over_ = true;
                return {.event = line_event(), .used = at + 1};
            }
            continue;
        }
        if (state_ == State::mail_text) {
            // The long way of a mail: what needs no thought is taken at once.
            const auto* const from = bytes.data() + at;
            const auto* const to = std::find_if(from, bytes.data() + bytes.size(), [](char byte) {
                return byte == '\r' || byte == '\n';
            });
            add_to_mail({from, to});
            at += static_cast<std::size_t>(to - from);
            if (at == bytes.size()) {
                break;
            }
        }
        if (in_mail(bytes[at])) {
            state_ = State::line;
            return {.event = Event::mail, .used = at + 1};
        }
    }
    return {.event = Event::need_more, .used = bytes.size()};
}

void LmtpDecoder::expect_mail(std::string_view start, std::size_t bytes_max) {
    state_ = State::mail_line;
    fault_ = Fault::none;
    mail_.clear();
    mail_bytes_max_ = bytes_max;
    add_to_mail(start);
}

std::string LmtpDecoder::take_mail() {
    return std::exchange(mail_, {});
}

/// True at the end of the line.
bool LmtpDecoder::in_line(char byte) {
    ++line_bytes_;
    const bool had_cr = std::exchange(state_, State::line) == State::line_end;
    if (had_cr && byte == '\n') {
        return true;
    }
    malformed_ = malformed_ || had_cr || byte == '\n' || byte == '\0';
    if (byte == '\r') {
        state_ = State::line_end;
    } else if (line_.size() < limits::lmtp_line_bytes_max) {
        line_ += byte;
    }
    return false;
}

LmtpDecoder::Event LmtpDecoder::line_event() const {
    if (line_bytes_ > limits::lmtp_line_bytes_max) {
        return Event::line_too_long;
    }
    return malformed_ ? Event::line_malformed : Event::line;
}

/// True at the end of the mail.
bool LmtpDecoder::in_mail(char byte) {
    switch (state_) {
        case State::mail_line:
            if (byte == '.') {
                state_ = State::mail_dot;
                return false;
            }
            break;
        case State::mail_dot:
            if (byte == '\r') {
                state_ = State::mail_dot_end;
                return false;
            }
            break;
        case State::mail_dot_end:
            if (byte == '\n') {
                return true;
            }
            fail_mail(Fault::line_ends);
            break;
        case State::mail_end:
            if (byte == '\n') {
                add_to_mail("\r\n");
                state_ = State::mail_line;
                return false;
            }
            fail_mail(Fault::line_ends);
            break;
        default:
            break;
    }
    if (byte == '\r') {
        state_ = State::mail_end;
        return false;
    }
    if (byte == '\n') {
        // Begins no line: a dot behind it is a dot.
        fail_mail(Fault::line_ends);
    }
    state_ = State::mail_text;
    add_to_mail({&byte, 1});
    return false;
}

void LmtpDecoder::add_to_mail(std::string_view bytes) {
    if (fault_ != Fault::none) {
        return;
    }
    if (bytes.size() > mail_bytes_max_ - mail_.size()) {
        fail_mail(Fault::too_large);
        return;
    }
    mail_ += bytes;
}

void LmtpDecoder::fail_mail(Fault fault) {
    if (fault_ == Fault::none) {
        fault_ = fault;
    }
    mail_ = std::string();
}

}  // namespace budstikke::ebxml
