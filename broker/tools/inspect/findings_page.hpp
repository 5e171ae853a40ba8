// The documentation page of all findings, made from the catalogue so that the two cannot differ.
#pragma once

#include <string>

namespace budstikke::tools {

/// Markdown: one table per group of codes (the word before the first dot), in catalogue order.
std::string findings_page();

}  // namespace budstikke::tools
