// The files of payload_file.hpp.
#include "broker/tools/budstikke/payload_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::tools {

namespace {

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

Result<std::string> read_payload_file(const std::filesystem::path& path) {
    return crypto::read_file(path, limits::payload_bytes_max);
}

Result<std::filesystem::path> write_payload_file(
    const std::filesystem::path& folder, const std::string& file_name, std::string_view bytes
) {
    const std::filesystem::path path = folder / file_name;
    std::string part = (folder / (file_name + ".XXXXXX")).string();
    // mkstemp makes it with mode 0600 and follows no link that lies in wait.
    const int descriptor = ::mkstemp(part.data());
    if (descriptor < 0) {
        return fail(Errc::io, "cannot write in the folder");
    }
    const bool is_written = write_all(descriptor, bytes) && ::fsync(descriptor) == 0;
    const bool is_closed = ::close(descriptor) == 0;
    if (!is_written || !is_closed || ::rename(part.c_str(), path.c_str()) != 0) {
        ::unlink(part.c_str());
        return fail(Errc::io, "cannot write the payload");
    }
    return path;
}

}  // namespace budstikke::tools
