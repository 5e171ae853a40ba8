// Builds a directory from TOML files: first every file on its own, then what they say about each
// other. Private to this folder. Promises every fault with its place, and no directory where there
// is one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broker/directory/directory.hpp"
#include "broker/directory/fault.hpp"
#include "broker/directory/toml_reader.hpp"

namespace budstikke::directory {

class DirectoryLoader {
 public:
    explicit DirectoryLoader(const LoadLimits& load_limits) : limits_(load_limits) {}

    void read(const Source& source);
    /// A file or folder that could not be read: what others say about its parties stays unchecked.
    void unreadable(std::string file, std::string cause);
    /// Checks what goes across files and gives the directory or all faults.
    std::expected<Directory, Faults> finish();

 private:
    struct Place {
        std::string_view file;  ///< owned by files_
        std::uint32_t line = 0;
    };
    /// A HER-id named by somebody else: it must be there.
    struct Reference {
        Place place;
        std::string_view key;
        HerId her_id;
    };
    struct OrganisationReference {
        Place place;
        std::string number;
    };

    void fault(const Place& place, std::string cause);
    void read_organisation(const TomlNode& node, std::string_view file);
    void read_certificates(TomlReader& reader, Organisation& organisation, std::string_view file);
    void read_party(const TomlNode& node, std::string_view file);
    void read_redirect(TomlReader& reader, Party& party, std::string_view file);
    static void read_ebxml(TomlReader& reader, Party& party);
    Acceptance read_acceptance(const TomlNode& node, std::string_view file);

    void check_references();
    void check_parents();
    void check_redirects();
    void check_redirect_from(const HerId& start, const Place& place);

    LoadLimits limits_;
    Directory directory_;
    Faults faults_;
    bool complete_ = true;  ///< every file was readable
    bool too_many_ = false;
    std::map<std::string, int, std::less<>> files_;  ///< names, for Place
    std::map<HerId, Place> party_places_;
    std::map<std::string, Place, std::less<>> organisation_places_;
    std::map<std::string, Place, std::less<>> certificate_places_;
    std::map<HerId, Place> parent_places_;
    std::map<HerId, Place> redirect_places_;
    std::vector<Reference> references_;
    std::vector<OrganisationReference> organisation_references_;
};

}  // namespace budstikke::directory
