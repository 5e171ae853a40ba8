// What goes back over HTTP: a package, nothing, or a status with a short text. Promises headers
// that hold nothing of a request.
#pragma once

#include <string>

#include "broker/transport/ebxml/mime/writer.hpp"

namespace budstikke::ebxml {

/// 200, or 500 where the package is a Fault (SOAP 1.1, 6.2).
std::string package_answer(const Package& package, bool is_fault, bool keep_alive);
/// 200 without a body.
std::string empty_answer(bool keep_alive);
/// 503: nothing was kept, the client tries again.
std::string later_answer(bool keep_alive);
/// Any other status; the connection closes.
std::string refusal_answer(unsigned status);
/// 100.
std::string continue_answer();

}  // namespace budstikke::ebxml
