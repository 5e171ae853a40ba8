// The mailbox of breaking_pop3.hpp.
#include "tests/unit/transport/ebxml/carriers/breaking_pop3.hpp"

#include <utility>

namespace budstikke::ebxml::test {

BreakingPop3::BreakingPop3(std::string mail, Break how, int breaks)
    : mail_(std::move(mail)),
      how_(how),
      breaks_(breaks),
      server_({.talk = [this](TlsLines& lines, const std::stop_token&) { talk(lines); }}) {}

void BreakingPop3::talk(TlsLines& lines) {
    marked_ = false;
    bool goes_on = lines.send("+OK\r\n");
    while (goes_on) {
        const auto line = lines.next();
        goes_on = line && obey(lines, *line);
    }
}

bool BreakingPop3::obey(TlsLines& lines, std::string_view line) {
    const bool shown = there_ && !marked_;
    if (line == "CAPA") {
        return lines.send("+OK\r\nUSER\r\nUIDL\r\n.\r\n");
    }
    if (line == "LIST") {
        const std::string row = shown ? "1 " + std::to_string(mail_.size()) + "\r\n" : "";
        return lines.send("+OK\r\n" + row + ".\r\n");
    }
    if (line == "UIDL") {
        return lines.send(shown ? "+OK\r\n1 a\r\n.\r\n" : "+OK\r\n.\r\n");
    }
    if (line == "RETR 1") {
        return send_mail(lines);
    }
    if (line == "QUIT") {
        there_ = there_ && !marked_;
        ++goodbyes_;
        goodbyes_.notify_all();
        if (how_ == Break::silent) {
            return true;
        }
        lines.send("+OK\r\n");
        lines.shutdown();
        return false;
    }
    marked_ = marked_ || line == "DELE 1";
    return lines.send("+OK\r\n");
}

bool BreakingPop3::send_mail(TlsLines& lines) {
    ++sent_;
    if (breaks_ == 0) {
        return lines.send("+OK\r\n" + mail_ + "\r\n.\r\n");
    }
    --breaks_;
    const bool sent = lines.send("+OK\r\n" + mail_.substr(0, mail_.size() / 2));
    if (sent && how_ == Break::in_order) {
        lines.shutdown();
    }
    return false;
}

}  // namespace budstikke::ebxml::test
