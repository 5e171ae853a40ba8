// Lists that `openssl ca` does not write: taken apart, given something, and signed again by the CA.
#pragma once

#include <string>

namespace budstikke::crypto::test {

/// Gives the first entry of the list in `list_file` an extension and signs the list again with the
/// key in `key_file`. `value` is as in openssl.cnf, for example `critical,ASN1:NULL`.
void add_to_first_entry(
    const std::string& list_file, const std::string& key_file, const std::string& object_id,
    const std::string& value
);

}  // namespace budstikke::crypto::test
