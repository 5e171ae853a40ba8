#include "tests/bench/load/exchange_line.hpp"

#include <budstikke/v1/exchange.pb.h>
#include <poll.h>

#include "tests/bench/load/wire.hpp"

namespace budstikke::bench {
namespace {

constexpr int answer_time_max_ms = 60'000;

}  // namespace

Result<void> ask(TlsLine& line, const v1::Frame& frame, std::uint32_t answer) {
    append_frame(line.out(), frame);
    while (true) {
        if (!line.flush()) {
            return fail(Errc::unavailable, "the connection ended");
        }
        pollfd event{.fd = line.socket(), .events = POLLIN, .revents = 0};
        if (line.wants_to_write()) {
            event.events |= POLLOUT;
        }
        if (::poll(&event, 1, answer_time_max_ms) <= 0) {
            return fail(Errc::unavailable, "the broker does not answer");
        }
        if (line.read() == TlsLine::Read::ended) {
            return fail(Errc::unavailable, "the broker ended the connection");
        }
        if (const auto frame_in = first_frame(line.in())) {
            line.used(frame_in->bytes);
            return frame_in->kind == answer
                       ? Result<void>()
                       : fail(Errc::denied, "the broker answers something else");
        }
    }
}

Result<std::unique_ptr<TlsLine>> greet(const TlsIdentity& who, std::uint16_t port) {
    auto line = TlsLine::connect(who, port);
    if (line) {
        v1::Frame hello;
        hello.mutable_hello()->set_version(1);
        hello.mutable_hello()->set_software("budstikke-load");
        if (auto welcome = ask(**line, hello, kind::welcome); !welcome) {
            return std::unexpected(welcome.error());
        }
    }
    return line;
}

Result<void> subscribe(TlsLine& line, const std::string& her_id, std::uint32_t credit) {
    v1::Frame frame;
    v1::Subscribe& subscribe = *frame.mutable_subscribe();
    subscribe.set_request(1);
    subscribe.set_her_id(her_id);
    subscribe.set_credit(credit);
    return ask(line, frame, kind::subscribed);
}

}  // namespace budstikke::bench
