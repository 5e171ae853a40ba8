// A file descriptor with one owner. Promises to close it once. May not know what it leads to.
#pragma once

#include <utility>

#include <unistd.h>

namespace budstikke::transport {

class SocketHandle {
 public:
    SocketHandle() = default;
    explicit SocketHandle(int descriptor) : descriptor_(descriptor) {}
    SocketHandle(SocketHandle&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    SocketHandle& operator=(SocketHandle&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~SocketHandle() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

    int get() const { return descriptor_; }
    int release() { return std::exchange(descriptor_, -1); }
    explicit operator bool() const { return descriptor_ >= 0; }

 private:
    int descriptor_ = -1;
};

}  // namespace budstikke::transport
