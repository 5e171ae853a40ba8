// The directory: parties, HER-ids, agreements, endpoints and redirects, as one immutable snapshot
// read from a folder of TOML files. It answers who may act for whom and what each accepts; it knows
// no message and no connection. A reload makes a new snapshot; the old one lives as long as
// somebody works with it.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/base/limits.hpp"
#include "broker/directory/fault.hpp"

namespace budstikke::directory {

enum class PartyKind { municipality, hospital, gp, dental, private_clinic, laboratory, register_ };

/// How far a message is checked before this party gets it.
enum class ValidationLevel { none, envelope, schema };

/// Who gives the application receipt: the party's own application, or the broker on its behalf.
enum class AppRecBy { application, broker };

/// What a party accepts; empty lists mean any.
struct Acceptance {
    std::string type;                           ///< ebXML Action, or `*`
    std::vector<std::string> versions;          ///< of the standard
    std::vector<std::string> formats;           ///< `msghead`, `hcp`, `apprec`, `opaque`
    std::optional<ValidationLevel> validation;  ///< overrides the party's
};

/// A period of wall time; open where an end is absent. `until` is the first moment outside.
struct Validity {
    std::optional<Timestamp> from;
    std::optional<Timestamp> until;

    bool contains(Timestamp now) const {
        return (!from || *from <= now) && (!until || now < *until);
    }
};

/// A communication party of level 2, or an organisation of level 1 (HIS 1153-2).
struct Party {
    HerId her_id;
    std::optional<HerId> parent;  ///< level 1, where this is of level 2
    std::string organisation;     ///< organisation number that owns it
    std::string name;
    PartyKind kind = PartyKind::municipality;
    std::string endpoint;  ///< how it is reached: `exchange` or `ebxml`; empty: not reachable
    std::vector<Acceptance> accepts;  ///< empty: everything
    ValidationLevel validation = ValidationLevel::envelope;
    AppRecBy apprec = AppRecBy::application;
    Validity validity;
    std::optional<HerId> redirect_to;  ///< the successor after a merger
    Validity redirect_validity;        ///< when the redirect applies
    std::string edi_address;           ///< mail address for ebXML; empty: none is known
    std::string ebxml_url;             ///< `https://...` for ebXML; empty: none is known
    /// Name of a file in the directory's folder: what its ebXML payloads are encrypted for.
    std::string encryption_certificate;
    /// SHA-256 fingerprints, lower-case hex, of what its ebXML messages are signed with.
    std::vector<std::string> signing_certificates;
};

/// An organisation that connects: its certificates name it.
struct Organisation {
    std::string number;  ///< nine digits
    std::string name;
    std::vector<HerId> acts_for;  ///< sorted, each once
    /// SHA-256 fingerprints, lower-case hex; empty: any valid certificate that names the
    /// organisation.
    std::vector<std::string> certificates;
    Validity validity;
};

/// What one folder may hold; parameters so that tests reach them.
struct LoadLimits {
    std::size_t file_bytes_max = limits::config_file_bytes_max;
    std::size_t parties_max = limits::parties_max;
};

/// The text of one file.
struct Source {
    std::string file;  ///< the name that faults carry
    std::string text;
};

class Directory {
 public:
    /// Reads every *.toml of the folder that does not begin with a dot, in name order. All faults,
    /// by file and line, not only the first; never a directory that is half valid.
    static std::expected<Directory, std::vector<Fault>> load(
        const std::filesystem::path& folder, const LoadLimits& load_limits = {}
    );
    /// The same of texts that are already here.
    static std::expected<Directory, std::vector<Fault>> parse(
        std::span<const Source> sources, const LoadLimits& load_limits = {}
    );

    Directory() = default;

    const Party* find(const HerId& her_id) const;
    const Organisation* organisation(std::string_view number) const;
    /// Also true where the organisation or the party is not valid now: that has its own answer.
    bool may_act_for(std::string_view organisation, const HerId& her_id) const;
    /// In HER-id order.
    const std::map<HerId, Party>& parties() const { return parties_; }
    const std::map<std::string, Organisation, std::less<>>& organisations() const {
        return organisations_;
    }

 private:
    friend class DirectoryLoader;
    std::map<HerId, Party> parties_;
    std::map<std::string, Organisation, std::less<>> organisations_;
};

std::string_view name(PartyKind kind);
std::string_view name(ValidationLevel level);
std::string_view name(AppRecBy by);

}  // namespace budstikke::directory
