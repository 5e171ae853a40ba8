// A way to a server on the loopback that a test can cut or block: what is on it ends, or gets no
// further, and who comes afterwards is let through again.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "broker/transport/socket_handle.hpp"

namespace budstikke::ebxml::test {

class CuttingRelay {
 public:
    explicit CuttingRelay(std::uint16_t to);
    ~CuttingRelay();
    CuttingRelay(const CuttingRelay&) = delete;
    CuttingRelay& operator=(const CuttingRelay&) = delete;

    std::uint16_t port() const { return port_; }
    /// Comes back when the connection is gone.
    void cut();
    /// From when it comes back, nothing passes until the client hangs up.
    void block();
    int connections() const { return connections_; }

 private:
    void say(char word);
    void run();
    /// What the test said; false where the connection ends.
    bool obey(const transport::SocketHandle& client, const transport::SocketHandle& server);
    void carry(const transport::SocketHandle& client, const transport::SocketHandle& server);

    std::uint16_t to_;
    std::uint16_t port_ = 0;
    transport::SocketHandle listener_;
    transport::SocketHandle ours_;    ///< of a pair: what we say to the thread
    transport::SocketHandle theirs_;  ///< and what it says
    std::atomic<int> connections_ = 0;
    bool stopped_ = false;
    bool blocked_ = false;
    std::jthread thread_;
};

}  // namespace budstikke::ebxml::test
