// One thread of a load generator, and the connections that it serves: waits for sockets and for the
// moment when a message is due, whichever comes first. Knows no protocol.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <sys/epoll.h>

#include "tests/bench/load/run.hpp"
#include "tests/bench/load/tls_line.hpp"

namespace budstikke::bench {

/// One connection.
class Side {
 public:
    virtual ~Side() = default;
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;

    TlsLine& line() { return *line_; }
    /// Everybody is connected, the time counts.
    virtual void begin() {}
    /// Takes what was read.
    virtual void read(std::int64_t now) = 0;
    /// Appends to the line what may be sent now.
    virtual void send(std::int64_t now) = 0;
    /// When it wants to send; 0: it waits for an answer, or has sent all.
    virtual std::int64_t wants_at(std::int64_t now) const = 0;
    virtual bool done(std::int64_t now) const = 0;
    /// After the run, when all are done: waits until the broker has taken what was sent last.
    virtual void finish() {}

    bool watched_for_writing = false;

 protected:
    Side(Run& run, std::uint32_t pair, std::unique_ptr<TlsLine> line)
        : run_(run), pair_(pair), sheet_(run.sheet(pair)), line_(std::move(line)) {}

    Run& run_;
    std::uint32_t pair_;
    Sheet& sheet_;

 private:
    std::unique_ptr<TlsLine> line_;
};

/// A sender of whatever protocol: window and pace.
class SendingSide : public Side {
 public:
    void begin() final { pace_ = run_.pace(pair_); }
    void send(std::int64_t now) final;
    std::int64_t wants_at(std::int64_t now) const final;
    bool done(std::int64_t now) const final;

 protected:
    using Side::Side;
    virtual void append(std::uint64_t number) = 0;

 private:
    std::uint64_t in_flight() const { return sheet_.sent_count() - sheet_.confirmed_count(); }

    Pace pace_;
};

class Loop {
 public:
    explicit Loop(Run& run);

    void add(std::unique_ptr<Side> side);
    /// Until all sides are done, or the run has failed.
    void run();

 private:
    void watch(Side& side, int operation) const;
    void flush(Side& side);
    int wait();
    void serve(int count);
    bool done() const;

    Run& run_;
    transport::SocketHandle epoll_;
    std::vector<std::unique_ptr<Side>> sides_;
    std::array<epoll_event, 64> events_{};
};

}  // namespace budstikke::bench
