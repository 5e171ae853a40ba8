// See party_pki.hpp.
#include "tests/unit/crypto/ebxml/party_pki.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>

#include <sys/wait.h>

#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

std::pair<int, std::string> run(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");  // NOLINT: commands of the tests
    if (pipe == nullptr) throw std::runtime_error("popen");
    std::string output;
    std::array<char, 4096> piece{};
    while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe)) {
        output.append(piece.data(), got);
    }
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

std::filesystem::path make_folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "budstikke-parties-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return name;
}

}  // namespace

std::string output_of(const std::string& command) {
    auto [code, output] = run(command);
    if (code != 0) throw std::runtime_error(command + ": " + output);
    return output;
}

int exit_code_of(const std::string& command) {
    return run(command).first;
}

std::filesystem::path standards(const std::string& name) {
    const char* folder = std::getenv("BUDSTIKKE_STANDARDS");
    const std::filesystem::path root =
        folder != nullptr ? folder : BUDSTIKKE_SOURCE_DIR "/../shared/standards";
    return root / name;
}

const PartyPki& PartyPki::instance() {
    static const PartyPki pki;
    return pki;
}

PartyPki::PartyPki() : folder_(make_folder()) {
    const std::string folder = folder_.string();
    const std::string scripts = "sh " BUDSTIKKE_SOURCE_DIR "/certs/";
    output_of(scripts + "make-test-pki.sh " + folder);
    constexpr std::array<std::pair<const char*, const char*>, 11> kinds = {{
        {"hospital-sign", "--signing"},
        {"hospital-crypt", "--encryption"},
        {"hospital-old-crypt", "--encryption"},
        {"clinic-sign", "--signing"},
        {"clinic-crypt", "--encryption"},
        {"revoked-sign", "--signing"},
        {"expired-sign", "--signing --expired"},
        {"own-sign", "--signing --self-signed"},
        {"foreign-sign", "--signing --foreign-ca"},
        {"weak-sign", "--signing --rsa1024"},
        {"curve", ""},
    }};
    for (const auto& [name, options] : kinds) {
        output_of(scripts + "issue.sh " + folder + " " + name + " 998877665 " + options);
    }
    output_of(scripts + "revoke.sh " + folder + " revoked-sign");
}

PartyPki::~PartyPki() {
    std::filesystem::remove_all(folder_);
}

std::filesystem::path PartyPki::certificate(const std::string& name) const {
    return path("clients/" + name + ".crt");
}

std::filesystem::path PartyPki::key(const std::string& name) const {
    return path("clients/" + name + ".key");
}

KeyPair PartyPki::pair(const std::string& name) const {
    auto loaded = KeyPair::load(certificate(name), key(name));
    if (!loaded) throw std::runtime_error(loaded.error().detail);
    return *loaded;
}

}  // namespace budstikke::crypto::test
