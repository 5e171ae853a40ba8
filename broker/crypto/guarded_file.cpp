// See guarded_file.hpp.
#include "broker/crypto/guarded_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

namespace budstikke::crypto {
namespace {

class Descriptor {
 public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    int get() const { return value_; }

 private:
    int value_;
};

Result<std::string> read_guarded(
    const std::filesystem::path& path, std::size_t bytes_max, bool secret
) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0) {
        const Errc code = errno == ENOENT ? Errc::not_found : Errc::io;
        return fail(code, path.string() + ": " + std::strerror(errno));
    }
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return fail(Errc::io, path.string() + ": not a regular file");
    }
    if (secret && (facts.st_mode & 077) != 0) {
        return fail(
            Errc::denied,
            path.string() + ": group or others may touch this key; set its mode to 0600"
        );
    }
    // One byte more than promised tells a file that grows from one that fits.
    std::string bytes(std::min(static_cast<std::size_t>(facts.st_size), bytes_max) + 1, '\0');
    std::size_t used = 0;
    while (used < bytes.size()) {
        const ssize_t count = ::read(file.get(), bytes.data() + used, bytes.size() - used);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            wipe(bytes);
            return fail(Errc::io, path.string() + ": " + std::strerror(errno));
        }
        if (count == 0) break;
        used += static_cast<std::size_t>(count);
    }
    if (used > bytes_max || used > static_cast<std::size_t>(facts.st_size)) {
        wipe(bytes);
        return fail(
            used > bytes_max ? Errc::limit_exceeded : Errc::io,
            path.string() + (used > bytes_max ? ": too large" : ": changed while it was read")
        );
    }
    bytes.resize(used);
    return bytes;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    return read_guarded(path, bytes_max, false);
}

Result<std::string> read_secret_file(const std::filesystem::path& path, std::size_t bytes_max) {
    return read_guarded(path, bytes_max, true);
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

}  // namespace budstikke::crypto
