// The reference to a message as a user writes it: the broker's id, or a MsgId with its sender.
#pragma once

#include <string>

namespace budstikke::v1 {
class MessageRef;
}

namespace budstikke::tools {

/// With a sender it is a MsgId, whatever it looks like: both are often UUIDs.
v1::MessageRef message_ref(const std::string& id, const std::string& sender);

}  // namespace budstikke::tools
