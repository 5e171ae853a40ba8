#include "broker/message/envelope.hpp"

namespace budstikke {

std::string_view name(ReceiverRole role) {
    return role == ReceiverRole::primary ? "primary" : "copy";
}

}  // namespace budstikke
