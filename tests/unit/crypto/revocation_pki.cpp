// See revocation_pki.hpp.
#include "tests/unit/crypto/revocation_pki.hpp"

#include <cstdlib>
#include <stdexcept>

namespace budstikke::crypto::test {
namespace {

void check(bool done, const std::string& what) {
    if (!done) throw std::runtime_error(what);
}

/// `text` with `added` behind the only occurrence of `mark`.
std::string insert_behind(std::string text, const std::string& mark, const std::string& added) {
    const auto at = text.find(mark);
    check(at != std::string::npos, mark);
    return text.insert(at + mark.size(), added);
}

}  // namespace

std::string partition(const std::string& uri) {
    return "issuingDistributionPoint = critical, @partition\n[partition]\nfullname = URI:" + uri +
           "\n";
}

RevocationPki::RevocationPki() : root_(folder_.path("pki").string()) {
    check(run_script("make-test-pki.sh", root_) == 0, "make-test-pki.sh");
    configuration_ = read_all(path("openssl.cnf"));
}

std::filesystem::path RevocationPki::certificate(const std::string& client) const {
    return path("clients/" + client + ".crt");
}

PeerIdentity RevocationPki::identity(const std::string& client) const {
    const auto read = read_peer_identity(certificate(client));
    check(read.has_value(), client);
    return *read;
}

void RevocationPki::issue(const std::string& client, const std::string& uri) {
    const std::string line = uri.empty() ? "" : "crlDistributionPoints = URI:" + uri + "\n";
    write_file(path("openssl.cnf"), insert_behind(configuration_, "[client_extensions]\n", line));
    check(run_script("issue.sh", root_ + " " + client + " " + organisation) == 0, "issue.sh");
}

void RevocationPki::revoke(const std::string& client) {
    write_file(path("openssl.cnf"), configuration_);
    check(run_script("revoke.sh", root_ + " " + client) == 0, "revoke.sh");
}

std::string RevocationPki::write_list(
    const std::string& name, const ListDraft& draft, const std::string& authority
) {
    std::string configuration = configuration_ + draft.extensions;
    if (draft.number.empty()) {
        const auto at = configuration.find("crlnumber =");
        configuration.erase(at, configuration.find('\n', at) - at);
    } else {
        write_file(path(authority + "/crlnumber"), draft.number + "\n");
    }
    write_file(path("openssl.cnf"), configuration);
    const std::string command = "PKI_CA=" + path(authority) + " openssl ca -gencrl -config " +
                                path("openssl.cnf") + " " + draft.dates + " -out " + path(name) +
                                " 2>/dev/null";
    check(std::system(command.c_str()) == 0, command);  // NOLINT: a command of ours
    return path(name);
}

}  // namespace budstikke::crypto::test
