// Takes a MIME package apart: headers, multiparts inside each other, leaves. The structure is found
// here, line by line and within limits, so that a hostile package costs no more than its size; what
// the fields mean and how content is encoded, GMime says.
#pragma once

#include <string_view>

#include "broker/base/result.hpp"
#include "broker/transport/ebxml/mime/entity.hpp"

namespace budstikke::ebxml {

/// `limit_exceeded` by limits::mime_*; `malformed` where two readers could see two packages: a
/// field that decides the structure given twice, or two parts with one Content-ID. Everything else
/// that is wrong is in the entity: see there. Read as SEEN in practice: lines that end with LF
/// only, names of fields in any case, a body that begins with a delimiter without an empty line
/// before it, a package that ends without its closing delimiter.
Result<Entity> read_mime(std::string_view bytes);

}  // namespace budstikke::ebxml
