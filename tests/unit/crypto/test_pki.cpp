// See test_pki.hpp.
#include "tests/unit/crypto/test_pki.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>
#include <sys/wait.h>

namespace budstikke::crypto::test {
namespace {

std::filesystem::path make_folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "budstikke-crypto-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return name;
}

void run_or_throw(const std::string& script, const std::string& arguments) {
    if (run_script(script, arguments) != 0) throw std::runtime_error(script + " " + arguments);
}

}  // namespace

int run_script(const std::string& script, const std::string& arguments) {
    const std::string command =
        "sh " BUDSTIKKE_SOURCE_DIR "/certs/" + script + " " + arguments + " 2>&1";
    const int status = std::system(command.c_str());  // NOLINT: fixed scripts and arguments of ours
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void write_file(const std::filesystem::path& path, const std::string& bytes, unsigned mode) {
    std::ofstream(path, std::ios::binary) << bytes;
    ::chmod(path.c_str(), mode);
}

std::string read_all(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TempFolder::TempFolder() : folder_(make_folder()) {}
TempFolder::~TempFolder() {
    std::filesystem::remove_all(folder_);
}

const TestPki& TestPki::instance() {
    static const TestPki pki;
    return pki;
}

TestPki::TestPki() : folder_(make_folder()) {
    const std::string folder = folder_.string();
    run_or_throw("make-test-pki.sh", folder);
    constexpr std::array<std::pair<const char*, const char*>, 17> kinds = {{
        {"hospital", ""},
        {"rsa", "--rsa"},
        {"seid1", "--seid1"},
        {"revoked", ""},
        {"expired", "--expired"},
        {"not-yet-valid", "--not-yet-valid"},
        {"server-eku", "--server-eku"},
        {"no-eku", "--no-eku"},
        {"self-signed", "--self-signed"},
        {"foreign", "--foreign-ca"},
        {"sha1", "--sha1"},
        {"rsa1024", "--rsa1024"},
        {"no-organisation", "--no-organisation"},
        {"deep-1", "--deep 1"},
        {"deep-2", "--deep 2"},
        {"deep-3", "--deep 3"},
        {"other", "--days 1"},
    }};
    for (const auto& [name, options] : kinds) {
        run_or_throw("issue.sh", folder + " " + name + " " + organisation + " " + options);
    }
    std::filesystem::copy_file(path("issuing-ca.crl"), path("before-revocation.crl"));
    std::filesystem::copy_file(path("root-ca.crl"), path("root-before-revocation.crl"));
    run_or_throw("refresh-crls.sh", folder + " --stale");
    std::filesystem::copy_file(path("issuing-ca.crl"), path("stale.crl"));
    std::filesystem::copy_file(path("root-ca.crl"), path("root-stale.crl"));
    run_or_throw("revoke.sh", folder + " issuing-ca");
    std::filesystem::copy_file(path("root-ca.crl"), path("root-revokes-issuing.crl"));
    run_or_throw("refresh-crls.sh", folder);
    std::filesystem::copy_file(
        path("root-before-revocation.crl"), path("root-ca.crl"),
        std::filesystem::copy_options::overwrite_existing
    );
    run_or_throw("revoke.sh", folder + " revoked");
    std::string bundle = read_all(path("ca.crt"));
    for (const char* authority : {"deep-1", "deep-2", "deep-3"}) {
        bundle += read_all(path(std::string(authority) + "/ca.crt"));
    }
    write_file(path("all-ca.crt"), bundle);
}

TestPki::~TestPki() {
    std::filesystem::remove_all(folder_);
}

std::filesystem::path TestPki::certificate(const std::string& client) const {
    return path("clients/" + client + ".crt");
}

std::filesystem::path TestPki::key(const std::string& client) const {
    return path("clients/" + client + ".key");
}

TlsServerConfig TestPki::server() const {
    TlsServerConfig config;
    config.certificate_chain_file = path("server.crt");
    config.key_file = path("server.key");
    config.ca_files = {path("all-ca.crt")};
    config.crl_files = {
        path("root-ca.crl"), path("issuing-ca.crl"), path("deep-1.crl"), path("deep-2.crl"),
        path("deep-3.crl")
    };
    return config;
}

TlsClientConfig TestPki::client(const std::string& name) const {
    TlsClientConfig config;
    config.ca_files = {path("ca.crt")};
    if (!name.empty()) {
        config.certificate_chain_file = certificate(name);
        config.key_file = key(name);
    }
    return config;
}

}  // namespace budstikke::crypto::test
