// See socket_bio.hpp.
#include "broker/crypto/socket_bio.hpp"

#include <algorithm>
#include <cerrno>

#include <openssl/bio.h>
#include <sys/socket.h>

namespace budstikke::crypto {
namespace {

bool try_again(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

SocketEnd& end_of(BIO* bio) {
    return *static_cast<SocketEnd*>(BIO_get_data(bio));
}

int write_some(BIO* bio, const char* bytes, std::size_t count, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    const ssize_t sent = ::send(end_of(bio).descriptor, bytes, count, MSG_NOSIGNAL);
    if (sent < 0) {
        if (try_again(errno)) BIO_set_retry_write(bio);
        return 0;
    }
    *written = static_cast<std::size_t>(sent);
    return 1;
}

int read_some(BIO* bio, char* space, std::size_t count, std::size_t* read) {
    BIO_clear_retry_flags(bio);
    std::size_t& allowed = end_of(bio).readable_bytes;
    if (allowed == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    const ssize_t got = ::recv(end_of(bio).descriptor, space, std::min(count, allowed), 0);
    if (got > 0) {
        *read = static_cast<std::size_t>(got);
        allowed -= *read;
        return 1;
    }
    if (got == 0) {
        end_of(bio).ended = true;
    } else if (try_again(errno)) {
        BIO_set_retry_read(bio);
    }
    return 0;
}

long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return end_of(bio).ended ? 1 : 0;
    return 0;
}

// Made once; OpenSSL's BIOs point to it for the life of the process.
const BIO_METHOD* socket_method() {
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        if (made == nullptr) die_of_openssl("make a socket method");
        BIO_meth_set_write_ex(made, write_some);
        BIO_meth_set_read_ex(made, read_some);
        BIO_meth_set_ctrl(made, control);
        return made;
    }();
    return method;
}

}  // namespace

Handle<bio_st> bio_on(SocketEnd& socket) {
    Handle<BIO> bio(BIO_new(socket_method()));
    if (bio == nullptr) return bio;
    BIO_set_data(bio.get(), &socket);
    BIO_set_init(bio.get(), 1);
    return bio;
}

}  // namespace budstikke::crypto
