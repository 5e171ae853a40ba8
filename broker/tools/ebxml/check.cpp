#include "broker/tools/ebxml/check.hpp"

#include <cerrno>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>

#include <boost/json.hpp>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/tools/ebxml/report.hpp"
#include "broker/transport/ebxml/agreement/register.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::tools {
namespace {

/// The bytes of a file, cut after the first one that is too many.
Result<std::string> read_file(const std::filesystem::path& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) return fail(Errc::not_found, "no such file");
    if (std::filesystem::is_directory(status)) return fail(Errc::io, "is a folder");
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return fail(Errc::io, std::generic_category().message(errno));
    constexpr std::size_t bytes_max = limits::mime_bytes_max + 1;
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

/// A capture of an HTTP exchange has none of the headers that every mail has.
ebxml::Transport transport_of(const ebxml::Message& message) {
    if (!message.mime) {
        return ebxml::Transport::http;
    }
    for (const auto* name : {"From", "To", "Message-ID", "MIME-Version", "Received"}) {
        if (message.mime->headers.find(name) != nullptr) {
            return ebxml::Transport::mail;
        }
    }
    return ebxml::Transport::http;
}

class Checker {
 public:
    /// False after an explanation on `err`.
    bool prepare(const EbxmlCheckOptions& options, std::ostream& err) {
        if (options.schemas) {
            auto loaded = xml::SchemaSet::load(*options.schemas);
            if (!loaded) {
                err << "ebxml check: the schemas cannot be used: " << loaded.error().detail << '\n';
                return false;
            }
            schemas_ = std::move(*loaded);
        }
        if (options.directory) {
            auto loaded = ebxml::load_register(*options.directory);
            if (!loaded) {
                err << "ebxml check: the directory cannot be used: " << loaded.error().detail
                    << '\n';
                return false;
            }
            known_ = std::move(*loaded);
        }
        return true;
    }

    EbxmlFileReport check(const std::filesystem::path& path) const {
        EbxmlFileReport report;
        report.file = path.string();
        const auto bytes = read_file(path);
        if (!bytes) {
            report.error = bytes.error().detail;
            return report;
        }
        const auto message = ebxml::read_message(*bytes, schemas_.get());
        if (!message) {
            report.verdict = ebxml::unreadable();
            return report;
        }
        // The letter of the specification is SHA-1: whether to trust it is the receiver's policy.
        const auto policy = crypto::xmldsig::Policy{}.with_sha1();
        report.envelope = message->envelope;
        report.signature = ebxml::signature_facts(*message, verifier_, policy);
        report.verdict = ebxml::validate({
            .message = *message,
            .transport = transport_of(*message),
            .signature = report.signature,
            .known = known_ ? &*known_ : nullptr,
            .validated = schemas_ != nullptr,
            .opened = std::nullopt,
        });
        return report;
    }

 private:
    std::unique_ptr<xml::SchemaSet> schemas_;
    std::optional<ebxml::Register> known_;
    crypto::xmldsig::Verifier verifier_;
};

}  // namespace

int run_ebxml_check(const EbxmlCheckOptions& options, std::ostream& out, std::ostream& err) {
    if (options.files.empty()) {
        err << "ebxml check: name at least one file\n";
        return inspect_usage;
    }
    Checker checker;
    if (!checker.prepare(options, err)) {
        return inspect_usage;
    }
    int status = inspect_ok;
    for (const auto& path : options.files) {
        const auto report = checker.check(path);
        if (options.json) {
            out << to_json(report) << '\n';
        } else {
            out << to_text(report, options.language);
        }
        if (report.error) {
            err << "ebxml check: " << path.string() << ": " << *report.error << '\n';
            status = inspect_usage;
        } else if (status == inspect_ok && report.verdict.has_error()) {
            status = inspect_found_errors;
        }
    }
    // A reader that went away (a full disk, a closed pipe) must not look like a clean result.
    if (!out.flush()) {
        err << "ebxml check: the output could not be written\n";
        return inspect_usage;
    }
    return status;
}

int run_ebxml_rules(bool json, std::ostream& out) {
    boost::json::array array;
    for (const auto& rule : ebxml::rules()) {
        if (!json) {
            out << rule.id << "  " << ebxml::name(rule.response) << "  " << rule.text_no << " / "
                << rule.text_en << " (HITS 1172 " << rule.clause << ")\n";
            continue;
        }
        boost::json::array tests;
        for (const auto& test : ebxml::tests_of(rule)) {
            tests.emplace_back(test);
        }
        array.push_back(boost::json::object{
            {"rule", rule.id},
            {"response", std::string(ebxml::name(rule.response))},
            {"tests", std::move(tests)},
        });
    }
    if (json) {
        out << boost::json::serialize(array) << '\n';
    }
    return out.flush() ? inspect_ok : inspect_usage;
}

}  // namespace budstikke::tools
