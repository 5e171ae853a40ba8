// See tls_fault.hpp.
#include "broker/crypto/tls_fault.hpp"

namespace budstikke::crypto {

std::string_view name(TlsFault fault) {
    switch (fault) {
        case TlsFault::none:
            return "none";
        case TlsFault::no_certificate:
            return "no_certificate";
        case TlsFault::malformed_certificate:
            return "malformed_certificate";
        case TlsFault::certificates_too_large:
            return "certificates_too_large";
        case TlsFault::self_signed:
            return "self_signed";
        case TlsFault::unknown_issuer:
            return "unknown_issuer";
        case TlsFault::expired:
            return "expired";
        case TlsFault::not_yet_valid:
            return "not_yet_valid";
        case TlsFault::wrong_purpose:
            return "wrong_purpose";
        case TlsFault::weak_key:
            return "weak_key";
        case TlsFault::weak_signature:
            return "weak_signature";
        case TlsFault::revoked:
            return "revoked";
        case TlsFault::crl_stale:
            return "crl_stale";
        case TlsFault::crl_missing:
            return "crl_missing";
        case TlsFault::chain_too_long:
            return "chain_too_long";
        case TlsFault::no_organisation_number:
            return "no_organisation_number";
        case TlsFault::wrong_server_name:
            return "wrong_server_name";
        case TlsFault::certificate_rejected:
            return "certificate_rejected";
        case TlsFault::no_common_version:
            return "no_common_version";
        case TlsFault::no_common_cipher:
            return "no_common_cipher";
        case TlsFault::no_common_protocol:
            return "no_common_protocol";
        case TlsFault::not_tls:
            return "not_tls";
        case TlsFault::refused_by_peer:
            return "refused_by_peer";
        case TlsFault::protocol_violation:
            return "protocol_violation";
        case TlsFault::connection_lost:
            return "connection_lost";
        case TlsFault::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace budstikke::crypto
