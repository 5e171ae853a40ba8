// An ebXML envelope of invented parties, signed by the code under test, and ways to spoil it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/crypto/xmldsig/xmldsig.hpp"

namespace budstikke::crypto::test {

struct Message {
    std::string before;  ///< up to where the signature stands
    std::string signature;
    std::string after;
    std::vector<xmldsig::Part> parts;

    std::string text() const { return before + signature + after; }
};

inline constexpr std::string_view payload_one = "first payload, any bytes: \x01\xff";
inline constexpr std::string_view payload_two = "second payload";

/// Signed by `signer` of PartyPki. Two parts, and a header for the next MSH, which is not signed.
Message signed_message(const std::string& signer = "hospital-sign");

/// The first `from` in the text becomes `to`; throws where there is none, since a test that spoils
/// nothing proves nothing.
std::string with(std::string text, std::string_view from, std::string_view to);
/// What stands from `begin` up to and with `end`.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end);

/// The names of the findings, in their order.
std::vector<std::string> faults_of(const xmldsig::Verification& result);

/// Content of a part of a MIME message, decoded from base64; parts count from 0.
std::string mime_part_of(const std::string& message, std::size_t index);

}  // namespace budstikke::crypto::test
