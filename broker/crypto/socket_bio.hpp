// OpenSSL's way to a socket that somebody else owns. Unlike OpenSSL's own it sends with
// MSG_NOSIGNAL, so that a peer that has gone costs an error and not the process. Internal to
// crypto.
#pragma once

#include <cstddef>

#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {

struct SocketEnd {
    int descriptor = -1;
    bool ended = false;  ///< the peer has closed its direction
    /// Bytes that may still be read before the caller has its turn again. When they are used up the
    /// socket looks empty, whatever is in it.
    std::size_t readable_bytes = 0;
};

/// Null without memory. `socket` must outlive it.
Handle<bio_st> bio_on(SocketEnd& socket);

}  // namespace budstikke::crypto
