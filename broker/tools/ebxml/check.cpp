#include "broker/tools/ebxml/check.hpp"

#include <memory>
#include <ostream>
#include <string>

#include <boost/json.hpp>

#include "adapters/register.hpp"
#include "broker/adapter/registry.hpp"
#include "broker/base/limits.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/tools/ebxml/report.hpp"
#include "broker/tools/inspect/file_run.hpp"
#include "broker/transport/ebxml/agreement/register.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/rules/opened_payload.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::tools {
namespace {

/// A capture of an HTTP exchange has none of the headers that every mail has. MIME-Version says
/// nothing: SOAP with Attachments has it over HTTP too.
ebxml::Transport transport_of(const ebxml::Message& message) {
    if (!message.mime) {
        return ebxml::Transport::http;
    }
    for (const auto* name : {"From", "To", "Message-ID", "Received", "Return-Path"}) {
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
        return prepare_keys(options, err);
    }

    EbxmlFileReport check(const std::filesystem::path& path) const {
        EbxmlFileReport report;
        report.file = path.string();
        const auto bytes = read_input(path, limits::mime_bytes_max);
        if (!bytes) {
            report.error = bytes.error().detail;
            return report;
        }
        const auto message = ebxml::read_message(*bytes, schemas_.get());
        if (!message) {
            report.verdict = ebxml::unreadable(
                message.error().detail, known_ ? &*known_ : nullptr, schemas_ != nullptr
            );
            return report;
        }
        // The letter of the specification is SHA-1: whether to trust it is the receiver's policy.
        const auto policy = crypto::xmldsig::Policy{}.with_sha1();
        report.envelope = message->envelope;
        report.signature = message->mime
                               ? ebxml::signature_facts(*message, verifier_, policy)
                               : ebxml::signature_facts_of_envelope(*message, verifier_, policy);
        report.verdict = ebxml::validate({
            .message = *message,
            .transport = transport_of(*message),
            .signature = report.signature,
            .known = known_ ? &*known_ : nullptr,
            .validated = schemas_ != nullptr,
            .opened = open(*message),
        });
        return report;
    }

 private:
    bool prepare_keys(const EbxmlCheckOptions& options, std::ostream& err) {
        if (options.certificates.size() != options.keys.size()) {
            err << "ebxml check: each certificate needs its key\n";
            return false;
        }
        std::vector<crypto::KeyPair> pairs;
        for (std::size_t i = 0; i < options.keys.size(); ++i) {
            auto pair = crypto::KeyPair::load(options.certificates[i], options.keys[i]);
            if (!pair) {
                err << "ebxml check: a key cannot be used: " << pair.error().detail << '\n';
                return false;
            }
            pairs.push_back(*std::move(pair));
        }
        if (pairs.empty()) {
            return true;
        }
        auto decryptor = crypto::cms::Decryptor::make(std::move(pairs));
        const auto registered = register_adapters(adapters_);
        if (!decryptor || !registered) {
            err << "ebxml check: the keys cannot be used\n";
            return false;
        }
        decryptor_ = *std::move(decryptor);
        return true;
    }

    /// Nothing where some payload cannot be opened: then the rules of what is inside stay
    /// unchecked.
    std::optional<std::vector<ebxml::OpenedPayload>> open(const ebxml::Message& message) const {
        if (!decryptor_) {
            return std::nullopt;
        }
        // As of the signature: what to trust is the receiver's policy.
        const auto policy = crypto::cms::Policy{}.with_3des();
        std::vector<ebxml::OpenedPayload> all;
        for (const auto* part : message.attachments()) {
            auto opened = ebxml::opened_payload(decryptor_->open(part->content, policy), adapters_);
            if (!opened) {
                return std::nullopt;
            }
            all.push_back(*std::move(opened));
        }
        return all;
    }

    std::unique_ptr<xml::SchemaSet> schemas_;
    std::optional<crypto::cms::Decryptor> decryptor_;
    AdapterRegistry adapters_;
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
    const auto report = [&](const std::filesystem::path& path) -> ShownReport {
        const EbxmlFileReport found = checker.check(path);
        return {
            .text = options.json ? to_json(found) + '\n' : to_text(found, options.language),
            .error = found.error,
            .has_error = found.verdict.has_error(),
        };
    };
    return show_reports("ebxml check", options.files, report, out, err);
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
