// A PKI of ebXML parties, made once per test program by the scripts of certs/: each of `hospital`
// and `clinic` has a pair for signing and one for encryption. Removed when the program ends.
#pragma once

#include <filesystem>
#include <string>

#include "broker/crypto/pki/key_pair.hpp"

namespace budstikke::crypto::test {

class PartyPki {
 public:
    static const PartyPki& instance();

    PartyPki(const PartyPki&) = delete;
    PartyPki& operator=(const PartyPki&) = delete;
    ~PartyPki();

    std::filesystem::path path(const std::string& name) const { return folder_ / name; }
    std::filesystem::path certificate(const std::string& name) const;
    std::filesystem::path key(const std::string& name) const;
    KeyPair pair(const std::string& name) const;

 private:
    PartyPki();
    std::filesystem::path folder_;
};

/// What a command prints, standard error too; throws where its exit code is not zero.
std::string output_of(const std::string& command);
/// Its exit code.
int exit_code_of(const std::string& command);

/// The sector's official files, or nothing where they are not on this machine.
std::filesystem::path standards(const std::string& name);

}  // namespace budstikke::crypto::test
