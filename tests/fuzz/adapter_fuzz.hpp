// What must hold for any bytes, whichever adapter reads them: no crash, findings within their
// limit, facts within theirs, and a message that is not well-formed always says why.
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/register.hpp"
#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "tests/fuzz/must.hpp"

namespace budstikke::fuzz {

inline void decode_with(std::string_view adapter, const std::uint8_t* data, std::size_t size) {
    static const AdapterRegistry registry = [] {
        AdapterRegistry made;
        must(register_adapters(made).has_value());
        return made;
    }();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto& chosen = *registry.find(adapter);
    const int confidence = chosen.recognise(bytes.substr(0, 4 * limits::kib));
    must(confidence >= 0 && confidence <= 100);
    const auto decoded = chosen.decode(bytes, nullptr);
    must(decoded.findings.size() <= limits::findings_max);
    must(decoded.well_formed || has_error(decoded.findings));
    const auto& envelope = decoded.envelope;
    must(envelope.receivers.size() <= limits::receivers_max);
    must(envelope.message_id.size() <= limits::msg_id_bytes_max);
    must(envelope.type.size() <= limits::type_code_bytes_max);
    for (const auto& receiver : envelope.receivers) {
        must(receiver.party.her_id.value_or("").size() <= limits::fact_bytes_max);
    }
    const auto again = registry.decode(bytes, nullptr);
    must(again.findings.size() <= limits::findings_max);
}

}  // namespace budstikke::fuzz
