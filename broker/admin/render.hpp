// One answer as bytes: text for people or JSON for programs, made from the same values, so that one
// never shows what the other hides. Promises that no character of a value reaches a terminal as a
// control character. May not know which command it was.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "broker/admin/command.hpp"
#include "broker/base/result.hpp"

namespace budstikke::admin {

/// The name and version of the JSON answers: members may be added, none changes its meaning.
inline constexpr std::string_view json_schema = "budstikke.admin/1";

/// What goes back to the client.
struct Reply {
    std::string code;  ///< empty: ok; else `usage`, or the name of an Errc
    std::string body;

    bool ok() const { return code.empty(); }
    /// As it stands on the wire: `ok N` or `error CODE N`, a line feed, and N bytes.
    std::string framed() const;
};

/// Objects become `name: value` lines, lists of flat objects tables, deeper ones indented blocks.
std::string render_text(const boost::json::object& values);

/// `{"schema":"budstikke.admin/1","command":...,"ok":true,"result":{...}}`, or `"ok":false` with
/// `"error":{"code":...,"detail":...}`.
Reply render(std::string_view command, const Outcome& outcome, bool json);

/// A line that was not understood: the code is `usage`.
Reply render_usage_error(const Error& error, bool json);

}  // namespace budstikke::admin
