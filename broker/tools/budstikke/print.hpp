// How answers look: text for people, JSON for programs. What a peer sent is printed without control
// characters, so that it cannot steer a terminal.
#pragma once

#include <string>
#include <string_view>

#include "broker/tools/budstikke/commands.hpp"

namespace google::protobuf {
class Message;
}

namespace budstikke::v1 {
class Finding;
class RecipientVerdict;
class TimelineEvent;
}  // namespace budstikke::v1

namespace budstikke::tools {

std::string plain(std::string_view text);
/// One line, with the field names of the .proto; payload bytes must have been taken out.
std::string to_json(const google::protobuf::Message& message);
/// `{"file": ..., "<key>": {...}}` on one line.
std::string to_json_line(
    std::string_view file, std::string_view key, const google::protobuf::Message& message
);

/// RFC 3339, or a dash for 0.
std::string time_text(std::int64_t milliseconds);

void print_finding(const v1::Finding& finding, std::string_view indent, const Terminal& terminal);
void print_recipient(const v1::RecipientVerdict& verdict, const Terminal& terminal);
/// To err, and the exit status that it means.
int print_error(const Error& error, const Terminal& terminal);

}  // namespace budstikke::tools
