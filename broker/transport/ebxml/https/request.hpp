// One HTTP request as it comes in, piece by piece (RFC 9112), read by Beast and held to more: what
// two readers could see as two messages is refused. Promises a package for the Receiver, or the
// status to answer with. May not know sockets or TLS.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "broker/transport/ebxml/https/limits.hpp"

namespace budstikke::ebxml {

class RequestReader {
 public:
    enum class State {
        header,   ///< not all of it has come
        body,     ///< the header is in order
        whole,    ///< package() may be taken
        refused,  ///< status() says why; the connection cannot be used again
    };

    /// `path` is the only one that is served. Both outlive the reader.
    RequestReader(std::string_view path, const HttpsLimits& limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Uses what it can from the front and says how much; what was not used must come again, with
    /// more behind it. Uses nothing once it is whole or refused.
    std::size_t take(std::string_view bytes);

    State state() const;
    /// Anything has come.
    bool begun() const;
    /// True once, where the client waits for `100 Continue` (RFC 9110, 10.1.1).
    bool take_expectation();
    bool keep_alive() const;
    unsigned status() const;
    /// Of the package so far.
    std::size_t held_bytes() const;
    /// The header fields that MIME needs, an empty line, the body: as read_mime takes it.
    std::string take_package();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
