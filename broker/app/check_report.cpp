#include "broker/app/check_report.hpp"

#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace budstikke::app {
namespace {

namespace fs = std::filesystem;

constexpr auto expiry_notice = std::chrono::hours(24 * 30);

bool allowed(const fs::path& path, int mode) {
    return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

}  // namespace

void CheckReport::fault(std::string_view place, std::string cause) {
    result_.faults.push_back({places_.file, places_.line(place), std::move(cause)});
}

void CheckReport::note(std::string_view place, std::string cause) {
    result_.notes.push_back({places_.file, places_.line(place), std::move(cause)});
}

bool CheckReport::writable_folder(
    std::string_view place, const fs::path& folder, std::string_view what
) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        fault(place, std::string(what) + " is not there: make it");
    } else if (!allowed(folder, R_OK | W_OK | X_OK)) {
        fault(place, std::string(what) + " is not readable and writable for this user");
    } else {
        return true;
    }
    return false;
}

bool CheckReport::readable_file(std::string_view place, const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error)) {
        fault(place, "the file is not there");
    } else if (!fs::is_regular_file(file, error)) {
        fault(place, "this is not a regular file");
    } else if (!allowed(file, R_OK)) {
        fault(place, "the file is not readable for this user");
    } else {
        return true;
    }
    return false;
}

bool CheckReport::readable_files(const std::string& place, const std::vector<fs::path>& files) {
    bool readable = true;
    for (std::size_t i = 0; i < files.size(); ++i) {
        readable = readable_file(place + "[" + std::to_string(i) + "]", files[i]) && readable;
    }
    return readable;
}

void CheckReport::check_dates(
    std::string_view place, const std::string& which, const crypto::PeerIdentity& certificate
) {
    if (certificate.not_after < now()) {
        fault(place, which + " expired at " + to_rfc3339(certificate.not_after));
    } else if (now() < certificate.not_before) {
        fault(place, which + " is not valid before " + to_rfc3339(certificate.not_before));
    } else if (certificate.not_after < now() + expiry_notice) {
        note(place, which + " expires at " + to_rfc3339(certificate.not_after));
    }
}

void CheckReport::check_lists(std::string_view place, const crypto::RevocationLists& lists) {
    for (const auto& list : lists.lists()) {
        if (list.next_update < now()) {
            note(
                place, "a revocation list is stale since " + to_rfc3339(list.next_update) +
                           ": fetch a new one"
            );
        }
    }
}

}  // namespace budstikke::app
