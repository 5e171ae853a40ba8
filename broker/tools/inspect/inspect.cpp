#include "broker/tools/inspect/inspect.hpp"

#include <cerrno>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/tools/inspect/report.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::tools {

namespace {

/// The bytes of a file, cut after the first one that is too many.
Result<std::string> read_file(const std::filesystem::path& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) return fail(Errc::not_found, "no such file");
    // A stream on a folder opens and then reads nothing, which would pass for an empty message.
    if (std::filesystem::is_directory(status)) return fail(Errc::io, "is a folder");
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return fail(Errc::io, std::generic_category().message(errno));

    constexpr std::size_t bytes_max = limits::payload_bytes_max + 1;
    std::string bytes;
    std::string piece(64 * limits::kib, '\0');
    while (bytes.size() < bytes_max && stream) {
        const std::size_t wanted = std::min(piece.size(), bytes_max - bytes.size());
        stream.read(piece.data(), static_cast<std::streamsize>(wanted));
        bytes.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) return fail(Errc::io, "reading failed");
    return bytes;
}

Decoded finding_alone(const FindingSpec& spec) {
    Decoded decoded;
    decoded.findings.push_back({.spec = &spec, .location = {}});
    return decoded;
}

FileReport inspect_file(
    const std::filesystem::path& path, const AdapterRegistry& adapters,
    const xml::SchemaSet* schemas
) {
    FileReport report;
    report.file = path.string();
    report.validated = schemas != nullptr;
    const auto bytes = read_file(path);
    if (!bytes) {
        report.error = bytes.error().detail;
    } else if (bytes->size() > limits::payload_bytes_max) {
        report.examined = false;
        report.decoded = finding_alone(finding::payload_too_large);
    } else if (bytes->empty()) {
        report.decoded = finding_alone(finding::payload_empty);
    } else {
        report.decoded = adapters.decode(*bytes, schemas);
    }
    return report;
}

}  // namespace

int run_inspect(
    const InspectOptions& options, const AdapterRegistry& adapters, std::ostream& out,
    std::ostream& err
) {
    if (options.files.empty()) {
        err << "inspect: name at least one file\n";
        return inspect_usage;
    }
    std::unique_ptr<xml::SchemaSet> schemas;
    if (options.schemas) {
        auto loaded = xml::SchemaSet::load(*options.schemas);
        if (!loaded) {
            err << "inspect: the schemas cannot be used: " << loaded.error().detail << '\n';
            return inspect_usage;
        }
        schemas = std::move(*loaded);
        for (const std::string& conflict : schemas->conflicts()) {
            err << "inspect: schema left out: " << conflict << '\n';
        }
    }

    int status = inspect_ok;
    for (const std::filesystem::path& path : options.files) {
        const FileReport report = inspect_file(path, adapters, schemas.get());
        if (options.json) {
            out << to_json(report) << '\n';
        } else {
            out << to_text(report, options.language);
        }
        if (report.error) {
            err << "inspect: " << path.string() << ": " << *report.error << '\n';
            status = inspect_usage;
        } else if (status == inspect_ok && has_error(report.decoded.findings)) {
            status = inspect_found_errors;
        }
    }
    // A reader that went away (a full disk, a closed pipe) must not look like a clean result.
    if (!out.flush()) {
        err << "inspect: the output could not be written\n";
        return inspect_usage;
    }
    return status;
}

}  // namespace budstikke::tools
