#include "broker/tools/inspect/file_run.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <ostream>
#include <system_error>

#include "broker/base/limits.hpp"
#include "broker/tools/inspect/inspect.hpp"

namespace budstikke::tools {

Result<std::string> read_input(const std::filesystem::path& path, std::size_t bytes_max) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) return fail(Errc::not_found, "no such file");
    // A stream on a folder opens and then reads nothing, which would pass for an empty message.
    if (std::filesystem::is_directory(status)) return fail(Errc::io, "is a folder");
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return fail(Errc::io, std::generic_category().message(errno));

    const std::size_t wanted_max = bytes_max + 1;
    std::string bytes;
    std::string piece(64 * limits::kib, '\0');
    while (bytes.size() < wanted_max && stream) {
        const std::size_t wanted = std::min(piece.size(), wanted_max - bytes.size());
        stream.read(piece.data(), static_cast<std::streamsize>(wanted));
        bytes.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) return fail(Errc::io, "reading failed");
    return bytes;
}

int show_reports(
    std::string_view command, const std::vector<std::filesystem::path>& files,
    const std::function<ShownReport(const std::filesystem::path&)>& report, std::ostream& out,
    std::ostream& err
) {
    int status = inspect_ok;
    for (const std::filesystem::path& path : files) {
        const ShownReport shown = report(path);
        // What is known of one file must not be lost with what the next one does.
        out << shown.text << std::flush;
        if (shown.error) {
            err << command << ": " << path.string() << ": " << *shown.error << '\n';
            status = inspect_usage;
        } else if (status == inspect_ok && shown.has_error) {
            status = inspect_found_errors;
        }
    }
    // A reader that went away (a full disk, a closed pipe) must not look like a clean result.
    if (!out.flush()) {
        err << command << ": the output could not be written\n";
        return inspect_usage;
    }
    return status;
}

}  // namespace budstikke::tools
