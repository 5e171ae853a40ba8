// Reading the files of a directory, one table at a time.
#include "broker/directory/directory_loader.hpp"

#include <algorithm>
#include <system_error>

namespace budstikke::directory {
namespace {

constexpr std::size_t fingerprint_digits = 64;

const std::vector<std::string_view> known_formats = {"msghead", "hcp", "apprec", "opaque"};

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string at(std::string_view file, std::uint32_t line) {
    return std::string(file) + ":" + std::to_string(line);
}

/// What tools print, `AB:CD:...`, as 64 lower-case digits; empty where it is no SHA-256
/// fingerprint.
std::string fingerprint(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
            digits += c;
        } else if (c >= 'A' && c <= 'F') {
            digits += static_cast<char>(c - 'A' + 'a');
        } else if (c != ':') {
            return {};
        }
    }
    return digits.size() == fingerprint_digits ? digits : std::string();
}

std::string no_fingerprint(std::string_view text) {
    return in_quotes(text) +
           " is no SHA-256 fingerprint, which has 64 hex digits, with or without colons";
}

Validity read_validity(TomlReader& reader, std::string_view from, std::string_view until) {
    const Validity validity{.from = reader.time(from), .until = reader.time(until)};
    if (validity.from && validity.until && *validity.until <= *validity.from) {
        reader.fault(
            reader.line_of(until),
            '`' + std::string(until) + "` must be after `" + std::string(from) + '`'
        );
    }
    return validity;
}

/// An ebXML Action (HISD 1209, and NAV's own in mixed case). All lower case is a slip of the shift
/// key that would silently never match.
bool looks_like_action(std::string_view text) {
    const bool characters = std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
    const bool capital = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    return text == "*" || (characters && capital);
}

/// A host, and nothing that could mean another one to another reader.
bool is_https_url(std::string_view text) {
    constexpr std::string_view scheme = "https://";
    if (!text.starts_with(scheme)) {
        return false;
    }
    const auto host =
        text.substr(scheme.size(), text.find_first_of("/?#", scheme.size()) - scheme.size());
    const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
    return !host.empty() && printable && host.find_first_of("@\\") == std::string_view::npos;
}

bool is_file_name(std::string_view text) {
    return text.find('/') == std::string_view::npos && !text.starts_with('.');
}

ValidationLevel read_level(TomlReader& reader, ValidationLevel fallback) {
    return reader.choice<ValidationLevel>(
        "validation",
        {{"none", ValidationLevel::none},
         {"envelope", ValidationLevel::envelope},
         {"schema", ValidationLevel::schema}},
        fallback
    );
}

}  // namespace

void DirectoryLoader::fault(const Place& place, std::string cause) {
    faults_.push_back({std::string(place.file), place.line, std::move(cause)});
}

void DirectoryLoader::unreadable(std::string file, std::string cause) {
    complete_ = false;
    faults_.push_back({std::move(file), 0, std::move(cause)});
}

void DirectoryLoader::read(const Source& source) {
    if (source.text.size() > limits_.file_bytes_max) {
        unreadable(source.file, "the file is too large: split it");
        return;
    }
    const auto root = parse_toml(source.text, source.file);
    if (!root) {
        complete_ = false;
        faults_.push_back(root.error());
        return;
    }
    const std::string_view file = files_.emplace(source.file, 0).first->first;
    TomlReader reader(*root, "directory file", file, faults_);
    for (const TomlNode* node : reader.tables("organisation")) {
        read_organisation(*node, file);
    }
    for (const TomlNode* node : reader.tables("party")) {
        read_party(*node, file);
    }
    reader.finish();
}

void DirectoryLoader::read_organisation(const TomlNode& node, std::string_view file) {
    TomlReader reader(node, "organisation", file, faults_);
    Organisation organisation;
    reader.require("number");
    reader.require("name");
    organisation.number = reader.label("number", limits::name_bytes_max);
    organisation.name = reader.label("name", limits::name_bytes_max);
    for (auto& [her_id, line] : reader.her_ids("acts_for")) {
        references_.push_back({{file, line}, "acts_for", her_id});
        organisation.acts_for.push_back(std::move(her_id));
    }
    std::ranges::sort(organisation.acts_for);
    const auto repeated = std::ranges::unique(organisation.acts_for);
    if (!repeated.empty()) {
        reader.fault(reader.line_of("acts_for"), "`acts_for` names a HER-id twice");
        organisation.acts_for.erase(repeated.begin(), repeated.end());
    }
    read_certificates(reader, organisation, file);
    organisation.validity = read_validity(reader, "valid_from", "valid_until");
    reader.finish();

    if (organisation.number.size() != 9 || !all_digits(organisation.number)) {
        if (!organisation.number.empty()) {
            reader.fault(reader.line_of("number"), "an organisation number has 9 digits");
        }
        return;
    }
    const Place place{file, node.line};
    const auto [first, added] = organisation_places_.emplace(organisation.number, place);
    if (!added) {
        fault(
            {file, reader.line_of("number")}, "organisation " + organisation.number +
                                                  " is already at " +
                                                  at(first->second.file, first->second.line)
        );
        return;
    }
    directory_.organisations_.emplace(organisation.number, std::move(organisation));
}

void DirectoryLoader::read_certificates(
    TomlReader& reader, Organisation& organisation, std::string_view file
) {
    for (const auto& [text, line] : reader.texts("certificates")) {
        std::string digits = fingerprint(text);
        if (digits.empty()) {
            reader.fault(line, "`certificates`: " + no_fingerprint(text));
            continue;
        }
        const auto [first, added] = certificate_places_.emplace(digits, Place{file, line});
        if (!added) {
            reader.fault(
                line, "`certificates`: the same fingerprint is already at " +
                          at(first->second.file, first->second.line)
            );
        }
        organisation.certificates.push_back(std::move(digits));
    }
}

void DirectoryLoader::read_party(const TomlNode& node, std::string_view file) {
    TomlReader reader(node, "party", file, faults_);
    Party party;
    for (const std::string_view key : {"her_id", "organisation", "name", "kind"}) {
        reader.require(key);
    }
    const auto her_id = reader.her_id("her_id");
    party.organisation = reader.label("organisation", limits::name_bytes_max);
    if (!party.organisation.empty()) {
        organisation_references_.push_back(
            {{file, reader.line_of("organisation")}, party.organisation}
        );
    }
    party.name = reader.label("name", limits::name_bytes_max);
    party.kind = reader.choice<PartyKind>(
        "kind",
        {{"municipality", PartyKind::municipality},
         {"hospital", PartyKind::hospital},
         {"gp", PartyKind::gp},
         {"dental", PartyKind::dental},
         {"private", PartyKind::private_clinic},
         {"laboratory", PartyKind::laboratory},
         {"register", PartyKind::register_}},
        PartyKind::municipality
    );
    // How parties can be reached; a transport that is added is added here.
    party.endpoint = reader.choice<std::string>(
        "endpoint", {{"exchange", "exchange"}, {"ebxml", "ebxml"}, {"", ""}}, ""
    );
    party.validation = read_level(reader, ValidationLevel::envelope);
    party.apprec = reader.choice<AppRecBy>(
        "apprec", {{"application", AppRecBy::application}, {"broker", AppRecBy::broker}},
        AppRecBy::application
    );
    party.validity = read_validity(reader, "valid_from", "valid_until");
    for (const TomlNode* row : reader.tables("accepts")) {
        party.accepts.push_back(read_acceptance(*row, file));
    }
    party.parent = reader.her_id("parent");
    read_redirect(reader, party, file);
    read_ebxml(reader, party);
    reader.finish();
    if (!her_id) {
        return;
    }
    party.her_id = *her_id;
    const auto [first, added] = party_places_.emplace(*her_id, Place{file, node.line});
    if (!added) {
        fault(
            {file, reader.line_of("her_id")}, "HER-id " + her_id->text() + " is already at " +
                                                  at(first->second.file, first->second.line)
        );
        return;
    }
    if (party_places_.size() > limits_.parties_max && !too_many_) {
        too_many_ = true;
        fault(
            {file, node.line}, "more than " + std::to_string(limits_.parties_max) +
                                   " parties: this is the first one too many"
        );
    }
    if (party.parent) {
        parent_places_.emplace(*her_id, Place{file, reader.line_of("parent")});
        references_.push_back({parent_places_.at(*her_id), "parent", *party.parent});
    }
    if (party.redirect_to) {
        redirect_places_.emplace(*her_id, Place{file, reader.line_of("redirect_to")});
        references_.push_back({redirect_places_.at(*her_id), "redirect_to", *party.redirect_to});
    }
    directory_.parties_.emplace(*her_id, std::move(party));
}

void DirectoryLoader::read_ebxml(TomlReader& reader, Party& party) {
    party.edi_address = reader.label("edi_address", limits::name_bytes_max);
    const auto at_sign = party.edi_address.find('@');
    if (!party.edi_address.empty() &&
        (at_sign == 0 || at_sign == std::string::npos || at_sign + 1 == party.edi_address.size())) {
        reader.fault(reader.line_of("edi_address"), "`edi_address` must be a mail address");
    }
    party.ebxml_url = reader.label("ebxml_url", limits::name_bytes_max);
    if (!party.ebxml_url.empty() && !is_https_url(party.ebxml_url)) {
        reader.fault(
            reader.line_of("ebxml_url"), "`ebxml_url` must be a URL that begins with https://"
        );
    }
    party.encryption_certificate = reader.label("encryption_certificate", limits::name_bytes_max);
    if (!party.encryption_certificate.empty() && !is_file_name(party.encryption_certificate)) {
        reader.fault(
            reader.line_of("encryption_certificate"),
            "`encryption_certificate` must be the name of a file in the directory's folder"
        );
    }
    for (const auto& [text, line] : reader.texts("signing_certificates")) {
        std::string digits = fingerprint(text);
        if (digits.empty()) {
            reader.fault(line, "`signing_certificates`: " + no_fingerprint(text));
        } else {
            party.signing_certificates.push_back(std::move(digits));
        }
    }
}

void DirectoryLoader::read_redirect(TomlReader& reader, Party& party, std::string_view file) {
    party.redirect_to = reader.her_id("redirect_to");
    party.redirect_validity = read_validity(reader, "redirect_from", "redirect_until");
    for (const std::string_view key : {"redirect_from", "redirect_until"}) {
        if (reader.has(key) && !reader.has("redirect_to")) {
            fault(
                {file, reader.line_of(key)},
                '`' + std::string(key) + "` says when, but `redirect_to` is missing"
            );
        }
    }
}

Acceptance DirectoryLoader::read_acceptance(const TomlNode& node, std::string_view file) {
    TomlReader reader(node, "party.accepts", file, faults_);
    Acceptance row;
    if (reader.require("type")) {
        row.type = reader.label("type", limits::type_code_bytes_max);
        if (!row.type.empty() && !looks_like_action(row.type)) {
            reader.fault(
                reader.line_of("type"),
                "`type` must be an ebXML Action in capitals, like `EPIKRISE`, or `*` for any"
            );
        }
    }
    for (auto& [text, line] : reader.texts("versions")) {
        if (text.empty() || text.size() > limits::type_code_bytes_max) {
            reader.fault(line, "`versions`: a version is text like `1.2`");
        }
        row.versions.push_back(std::move(text));
    }
    for (auto& [text, line] : reader.texts("formats")) {
        if (std::ranges::find(known_formats, text) == known_formats.end()) {
            reader.fault(
                line, "`formats`: " + in_quotes(text) +
                          " is unknown; there are `msghead`, `hcp`, `apprec` and `opaque`"
            );
        }
        row.formats.push_back(std::move(text));
    }
    if (reader.has("validation")) {
        row.validation = read_level(reader, ValidationLevel::envelope);
    }
    reader.finish();
    return row;
}

std::expected<Directory, Faults> Directory::parse(
    std::span<const Source> sources, const LoadLimits& load_limits
) {
    DirectoryLoader loader(load_limits);
    for (const auto& source : sources) {
        loader.read(source);
    }
    return loader.finish();
}

std::expected<Directory, Faults> Directory::load(
    const std::filesystem::path& folder, const LoadLimits& load_limits
) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    std::filesystem::directory_iterator entry(folder, error);
    while (!error && entry != std::filesystem::directory_iterator()) {
        // Editors leave copies that begin with a dot.
        const auto file_name = entry->path().filename().string();
        if (file_name.ends_with(".toml") && !file_name.starts_with('.')) {
            files.push_back(entry->path());
        }
        entry.increment(error);
    }
    if (error) {
        return std::unexpected(Faults{
            {folder.string(), 0, "the directory's folder cannot be read: " + error.message()}
        });
    }
    if (files.empty()) {
        return std::unexpected(
            Faults{{folder.string(), 0, "the directory's folder has no file named *.toml"}}
        );
    }
    std::ranges::sort(files);
    DirectoryLoader loader(load_limits);
    for (const auto& file : files) {
        auto text = read_text_file(file, load_limits.file_bytes_max);
        if (text) {
            loader.read({file.string(), std::move(*text)});
        } else {
            loader.unreadable(file.string(), text.error().detail);
        }
    }
    return loader.finish();
}

}  // namespace budstikke::directory
