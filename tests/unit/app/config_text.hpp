// A small valid configuration as text, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "broker/app/config.hpp"

namespace budstikke::app {

/// Lines 1 to 4 are [broker], 5 to 7 [[listener]], 8 to 12 its TLS; more begins on line 13.
inline const std::string minimal_config = R"([broker]
data = "data"
directory = "directory"
master_keys = "master-keys"
[[listener]]
address = "127.0.0.1"
port = 0
[listener.tls]
certificate = "server.crt"
key = "server.key"
client_ca = ["ca.crt"]
crl = ["root.crl", "issuing.crl"]
)";

/// The least of ebXML; behind minimal_config it is lines 13 to 22.
inline const std::string minimal_ebxml = R"([ebxml]
trust = ["ca.crt"]
crl = ["root.crl", "issuing.crl"]
[[ebxml.identity]]
organisation = "999000001"
signing_certificate = "signing.crt"
signing_key = "signing.key"
[[ebxml.identity.decryption]]
certificate = "encryption.crt"
key = "encryption.key"
)";

inline Config parsed(std::string_view text) {
    auto result = parse_config(text, "b.toml", "/etc/b");
    if (!result) {
        for (const auto& fault : result.error()) {
            ADD_FAILURE() << directory::to_text(fault);
        }
        return {};
    }
    return std::move(*result);
}

/// `line: cause` of every fault.
inline std::vector<std::string> faults_of(std::string_view text) {
    std::vector<std::string> result;
    const auto outcome = parse_config(text, "b.toml", "/etc/b");
    if (!outcome) {
        for (const auto& fault : outcome.error()) {
            result.push_back(std::to_string(fault.line) + ": " + fault.cause);
        }
    }
    return result;
}

}  // namespace budstikke::app
