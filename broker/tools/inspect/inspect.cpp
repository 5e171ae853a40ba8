#include "broker/tools/inspect/inspect.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/tools/inspect/file_run.hpp"
#include "broker/tools/inspect/report.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::tools {

namespace {

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
    const auto bytes = read_input(path, limits::payload_bytes_max);
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

    const auto report = [&](const std::filesystem::path& path) -> ShownReport {
        const FileReport found = inspect_file(path, adapters, schemas.get());
        return {
            .text = options.json ? to_json(found) + '\n' : to_text(found, options.language),
            .error = found.error,
            .has_error = has_error(found.decoded.findings),
        };
    };
    return show_reports("inspect", options.files, report, out, err);
}

}  // namespace budstikke::tools
