#include "broker/pipeline/carried_payloads.hpp"

#include <utility>

namespace budstikke::pipeline {

std::shared_ptr<const Payload> CarriedPayloads::carry(Payload payload) {
    const std::size_t size = payload.size();
    if (size > limits::in_place_bytes_max) {
        return nullptr;
    }
    if (bytes_.fetch_add(size) + size > bytes_max_) {
        bytes_ -= size;
        return nullptr;
    }
    auto own = std::make_unique<const Payload>(std::move(payload));
    return {own.release(), [this, size](const Payload* carried) {
                std::default_delete<const Payload>{}(carried);
                bytes_ -= size;
            }};
}

}  // namespace budstikke::pipeline
