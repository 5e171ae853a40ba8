#include "broker/store/store_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>

namespace budstikke::store {

Result<void> prepare_folder(const std::string& path) {
    std::error_code failed;
    const auto parent = std::filesystem::path(path).parent_path();
    if (!parent.empty()) {
        std::filesystem::create_directories(parent, failed);
    }
    if (failed) {
        return fail(Errc::io, path + ": " + failed.message());
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return fail(Errc::io, path + ": " + std::strerror(errno));
    }
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        return fail(Errc::io, path + " is not a folder");
    }
    if ((facts.st_mode & 077) != 0) {
        return fail(Errc::denied, path + ": group or others may enter; set its mode to 0700");
    }
    return {};
}

}  // namespace budstikke::store
