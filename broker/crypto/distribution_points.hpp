// The names by which certificates and revocation lists tell which list speaks for which certificate
// (RFC 5280, 4.2.1.13 and 5.2.5). Internal to crypto. Promises that equal names give equal texts.
#pragma once

#include <string>
#include <vector>

#include "broker/crypto/openssl_handles.hpp"

struct stack_st_GENERAL_NAME;

namespace budstikke::crypto {

/// Each name as a text: `URI:...` for a URI, `DIR:...` for a directory name, else the hex of its
/// DER bytes. Sorted.
std::vector<std::string> texts_of(const stack_st_GENERAL_NAME* names);

/// The points at which a certificate says that a list for it stands, which its own CA signs and
/// which holds every reason. What it names relative to its issuer is left out: nobody matches it,
/// so that such a certificate is refused where its CA has partitions only.
std::vector<std::string> revocation_points_of(const x509_st& certificate);

}  // namespace budstikke::crypto
