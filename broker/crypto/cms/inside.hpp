// What stands inside the encryption, made ready to read: XML, gzip, or a MIME part of either. The
// bytes decide, never a label (it has been seen to lie). Internal to cms. Promises that inflation
// stops at the limit. May not know keys.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "broker/crypto/cms/cms.hpp"

namespace budstikke::crypto::cms {

/// Fills in payload, inside, gzip, content_type and transfer_encoding.
std::expected<Opened, Fault> unpack(std::string content, std::size_t bytes_max);

}  // namespace budstikke::crypto::cms
