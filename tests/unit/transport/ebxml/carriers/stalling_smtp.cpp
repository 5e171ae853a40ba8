// The server of stalling_smtp.hpp.
#include "tests/unit/transport/ebxml/carriers/stalling_smtp.hpp"

namespace budstikke::ebxml::test {

StallingSmtp::StallingSmtp(Stall at)
    : at_(at),
      server_(
          {.greet = [this](const std::stop_token& stop) { return !stalls(Stall::handshake, stop); },
           .talk = [this](TlsLines& lines, const std::stop_token& stop) { talk(lines, stop); }}
      ) {}

void StallingSmtp::wait_for_stall() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stalled_; });
}

void StallingSmtp::work() {
    {
        const std::scoped_lock lock(mutex_);
        at_ = Stall::never;
    }
    changed_.notify_all();
}

bool StallingSmtp::stalls(Stall here, const std::stop_token& stop) {
    if (at_ != here) {
        return false;
    }
    std::unique_lock lock(mutex_);
    stalled_ = true;
    changed_.notify_all();
    // Not even the end of the connection is noticed.
    changed_.wait(lock, stop, [this, here] { return at_ != here; });
    return true;
}

void StallingSmtp::talk(TlsLines& lines, const std::stop_token& stop) {
    bool goes_on = !stalls(Stall::greeting, stop) && lines.send("220 test\r\n");
    while (goes_on) {
        const auto line = lines.next();
        goes_on = line && obey(lines, *line, stop);
    }
}

bool StallingSmtp::obey(TlsLines& lines, std::string_view line, const std::stop_token& stop) {
    if (line.starts_with("DATA")) {
        return take_mail(lines, stop);
    }
    if (line.starts_with("RCPT") && stalls(Stall::recipient, stop)) {
        return false;
    }
    if (line.starts_with("QUIT")) {
        if (!stalls(Stall::quit, stop)) {
            lines.send("221 test\r\n");
        }
        return false;
    }
    return lines.send("250 test\r\n");
}

bool StallingSmtp::take_mail(TlsLines& lines, const std::stop_token& stop) {
    bool goes_on = lines.send("354 test\r\n");
    for (int count = 0; goes_on; ++count) {
        const auto line = lines.next();
        if (!line || (count == 3 && stalls(Stall::data, stop))) {
            return false;
        }
        goes_on = *line != ".";
    }
    if (stalls(Stall::end, stop)) {
        return false;
    }
    ++taken_;
    return lines.send("250 test\r\n");
}

}  // namespace budstikke::ebxml::test
