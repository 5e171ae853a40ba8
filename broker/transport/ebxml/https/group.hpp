// The connections of one I/O thread of the HTTPS listener. Promises that each is looked at several
// times in the shortest of its deadlines, that a sweep comes once a minute by itself, and that the
// group outlives them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "broker/crypto/tls_context.hpp"
#include "broker/transport/admission.hpp"
#include "broker/transport/ebxml/https/session.hpp"
#include "broker/transport/socket_handle.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::ebxml {

class HttpsGroup {
 public:
    using TlsSource = std::function<crypto::TlsServerContext()>;

    /// `on_gone` runs on the thread after each connection that ended.
    HttpsGroup(
        transport::IoThreads& threads, std::size_t index, const HttpsParts& parts, TlsSource tls,
        std::function<void()> on_gone
    );
    ~HttpsGroup();
    HttpsGroup(const HttpsGroup&) = delete;
    HttpsGroup& operator=(const HttpsGroup&) = delete;

    // From any thread.
    void take(transport::SocketHandle socket, transport::Admission::Seat seat, std::string address);
    void sweep();
    void drain();
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
