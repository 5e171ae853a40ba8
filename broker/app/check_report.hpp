// What the deep checks say and where: faults and notes at the key that names the thing, and the
// questions about files that all of them ask. Private to this folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/check_config.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/revocation.hpp"

namespace budstikke::app {

class CheckReport {
 public:
    /// Both outlive it.
    CheckReport(const ConfigPlaces& places, const Clock& clock) : places_(places), clock_(clock) {}

    void fault(std::string_view place, std::string cause);
    void note(std::string_view place, std::string cause);
    ConfigCheck& result() { return result_; }
    Timestamp now() const { return clock_.now(); }

    /// True where it is a folder that we can make files in.
    bool writable_folder(
        std::string_view place, const std::filesystem::path& folder, std::string_view what
    );
    bool readable_file(std::string_view place, const std::filesystem::path& file);
    /// All of a list, each at `place[i]`.
    bool readable_files(const std::string& place, const std::vector<std::filesystem::path>& files);
    /// `which` is what the texts call it: `the certificate`.
    void check_dates(
        std::string_view place, const std::string& which, const crypto::PeerIdentity& certificate
    );
    /// A list goes stale while the broker runs, so it must not keep it from starting.
    void check_lists(std::string_view place, const crypto::RevocationLists& lists);

 private:
    const ConfigPlaces& places_;
    const Clock& clock_;
    ConfigCheck result_;
};

}  // namespace budstikke::app
