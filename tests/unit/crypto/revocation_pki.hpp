// A PKI whose issuing CA writes any revocation list that a test asks for: with any extension,
// number and dates. One for each test that needs one.
#pragma once

#include <filesystem>
#include <string>

#include "broker/crypto/peer_identity.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {

/// What differs between lists.
struct ListDraft {
    std::string extensions{};  ///< lines of openssl.cnf, then sections
    std::string number{};      ///< hex of an even number of digits; empty: a list without number
    std::string dates = "-crlhours 24";  ///< options of `openssl ca`
};

/// The line that makes a list a partition at this point; more lines of its section may follow.
std::string partition(const std::string& uri);

class RevocationPki {
 public:
    RevocationPki();

    std::string path(const std::string& name) const { return root_ + "/" + name; }
    std::filesystem::path certificate(const std::string& client) const;
    PeerIdentity identity(const std::string& client) const;

    /// A client whose certificate points to `uri`; to nothing where that is empty.
    void issue(const std::string& client, const std::string& uri);
    void revoke(const std::string& client);
    /// Writes a list of `authority` and gives its path.
    std::string write_list(
        const std::string& name, const ListDraft& draft, const std::string& authority = "issuing-ca"
    );

 private:
    TempFolder folder_;
    std::string root_;
    std::string configuration_;
};

}  // namespace budstikke::crypto::test
