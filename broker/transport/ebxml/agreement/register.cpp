#include "broker/transport/ebxml/agreement/register.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/mime/entity.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"

namespace budstikke::ebxml {
namespace {

void add_once(std::vector<std::string>& list, std::string value) {
    if (!value.empty() && std::ranges::find(list, value) == list.end()) {
        list.push_back(std::move(value));
    }
}

void add_party(const AgreementParty& party, Register& out) {
    for (const auto& id : party.ids) {
        if (id.type != her_type || !HerId::parse(id.value)) {
            continue;
        }
        auto& known = out.parties[id.value];
        for (const auto& transport : party.transports) {
            for (const auto& endpoint : transport.endpoints) {
                known.has_other_endpoint |= endpoint.uri.starts_with("https:");
                add_once(known.mail_addresses, mail_address(endpoint.uri));
            }
        }
        for (const auto& exchange : party.doc_exchanges) {
            const auto* certificate = party.certificate(exchange.signing_certificate);
            if (certificate != nullptr && !certificate->der.empty()) {
                add_once(
                    known.signing_certificates, crypto::to_hex(crypto::sha256(certificate->der))
                );
            }
        }
    }
}

RegisteredAgreement registered(const Agreement& agreement) {
    RegisteredAgreement out{.her_ids = {}, .start = agreement.start, .end = agreement.end};
    for (const auto& party : agreement.parties) {
        for (const auto& id : party.ids) {
            if (id.type == her_type) {
                add_once(out.her_ids, id.value);
            }
        }
    }
    return out;
}

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string text(limits::cpa_bytes_max + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || !stream.is_open()) {
        return fail(Errc::io, "cannot be read");
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

/// RFC 3986 2.1; nothing where two hexadecimal digits do not follow a `%`.
std::optional<std::string> without_percents(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '%') {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        const auto digits = text.substr(1, 2);
        unsigned char byte = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) {
            return std::nullopt;
        }
        out += static_cast<char>(byte);
        text.remove_prefix(3);
    }
    return out;
}

}  // namespace

std::string mail_address(std::string_view uri) {
    constexpr std::string_view scheme = "mailto:";
    if (!same_word(uri.substr(0, scheme.size()), scheme)) {
        return {};
    }
    uri.remove_prefix(scheme.size());
    uri.remove_prefix(uri.starts_with("//") ? 2 : 0);
    const auto address = without_percents(uri.substr(0, uri.find('?')));
    return address && is_plain_address(*address) ? *address : std::string{};
}

Result<std::vector<Agreement>> load_agreements(const std::filesystem::path& folder) {
    std::error_code failure;
    std::set<std::filesystem::path> files;
    for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure)) {
        if (at->path().extension() == ".xml") {
            files.insert(at->path());
        }
    }
    if (failure) {
        return fail(Errc::io, folder.string() + ": " + failure.message());
    }
    std::vector<Agreement> agreements;
    for (const auto& file : files) {
        const auto text = read_file(file);
        auto agreement = text ? read_agreement(*text) : std::unexpected(text.error());
        if (!agreement) {
            return fail(agreement.error().code, file.string() + ": " + agreement.error().detail);
        }
        agreement->file = file.filename().string();
        agreements.push_back(std::move(*agreement));
    }
    return agreements;
}

Result<Register> load_register(const std::filesystem::path& folder) {
    const auto directory = directory::Directory::load(folder);
    if (!directory) {
        const auto& fault = directory.error().front();
        return fail(
            Errc::malformed, fault.file + ":" + std::to_string(fault.line) + ": " + fault.cause
        );
    }
    const auto agreements = load_agreements(folder);
    if (!agreements) {
        return std::unexpected(agreements.error());
    }
    return make_register(*directory, *agreements);
}

Register make_register(
    const directory::Directory& directory, std::span<const Agreement> agreements
) {
    Register known;
    for (const auto& [her_id, party] : directory.parties()) {
        auto& row = known.parties[her_id.text()];
        add_once(row.mail_addresses, party.edi_address);
        row.has_other_endpoint |= !party.ebxml_url.empty();
        row.signing_certificates = party.signing_certificates;
    }
    for (const auto& [her_id, party] : directory.parties()) {
        if (party.parent) {
            known.parties[party.parent->text()].addressable = false;
        }
    }
    for (const auto& agreement : agreements) {
        for (const auto& party : agreement.parties) {
            add_party(party, known);
        }
        if (!agreement.profile && !agreement.id.empty()) {
            known.agreements.insert_or_assign(lower(agreement.id), registered(agreement));
        }
    }
    return known;
}

}  // namespace budstikke::ebxml
