// The parties of the tests of the message service: a clinic of ours (3001, 3002), partners that are
// reached by ebXML (2001 the hospital, 2002 to 2005 whose signing certificates are revoked,
// expired, of a foreign CA, and none at all), and a party without ebXML (4001). Invented, all of
// them; keys are made for the test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/transport/ebxml/service/surroundings.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::ebxml::test {

HerId her(std::string_view digits);

/// The directory as a folder: TOML, certificates, and whatever agreements a test puts there.
class World {
 public:
    World();

    std::filesystem::path folder() const { return folder_.path(""); }
    /// Replaces the first `from` of the TOML, which must be there.
    void edit(std::string_view from, std::string_view to);
    /// Adds the agreement nav:qass:35065 of NAV and a vendor, whose sides take the HER-ids of the
    /// clinic and the hospital.
    void agree() const;
    std::shared_ptr<const directory::Directory> directory() const;
    /// All but the lists of who may use what, which a test adds.
    Surroundings::Sources sources() const;
    std::shared_ptr<const Surroundings> surroundings() const;

 private:
    void write() const;
    crypto::test::TempFolder folder_;
    std::string toml_;
};

}  // namespace budstikke::ebxml::test
