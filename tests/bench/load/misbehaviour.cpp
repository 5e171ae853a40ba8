#include "tests/bench/load/misbehaviour.hpp"

#include <budstikke/v1/exchange.pb.h>
#include <poll.h>

#include "tests/bench/load/exchange_line.hpp"
#include "tests/bench/load/wire.hpp"

namespace budstikke::bench {
namespace {

constexpr std::uint32_t credit = 64;
constexpr int moment_ms = 50;
constexpr int bombs_of_a_connection = 20;

/// Ten entities, each ten of the one before.
std::string bomb() {
    std::string doctype = "<!DOCTYPE b [<!ENTITY e0 \"0123456789\">";
    for (int level = 1; level < 10; ++level) {
        doctype += "<!ENTITY e" + std::to_string(level) + " \"";
        for (int time = 0; time < 10; ++time) {
            doctype += "&e" + std::to_string(level - 1) + ";";
        }
        doctype += "\">";
    }
    return "<?xml version=\"1.0\"?>" + doctype + "]><b>&e9;</b>";
}

}  // namespace

bool take_without_settling(const TlsIdentity& who, std::uint16_t port, const std::string& her_id) {
    auto line = greet(who, port);
    if (!line || !subscribe(**line, her_id, credit)) {
        return false;
    }
    pollfd event{.fd = (*line)->socket(), .events = POLLIN, .revents = 0};
    while (::poll(&event, 1, moment_ms) > 0) {
        if ((*line)->read() == TlsLine::Read::ended) {
            return true;
        }
        (*line)->used((*line)->in().size());
    }
    return true;
}

bool check_bombs(const TlsIdentity& who, std::uint16_t port) {
    auto line = greet(who, port);
    if (!line) {
        return false;
    }
    v1::Frame frame;
    v1::Submit& submit = *frame.mutable_check()->mutable_submit();
    submit.set_content_type("application/xml");
    submit.set_payload(bomb());
    submit.set_size(submit.payload().size());
    for (int number = 0; number < bombs_of_a_connection; ++number) {
        submit.set_submission(submit.submission() + 1);
        if (!ask(**line, frame, kind::receipt)) {
            return false;
        }
    }
    return true;
}

}  // namespace budstikke::bench
