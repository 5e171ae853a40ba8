// What decryption brought to light, in the words of the rules (HITS 1172 5.15): one judgement for
// the tool that checks a file and for the test partner that is sent the same bytes. May not know
// whose keys they were.
#pragma once

#include <expected>
#include <optional>

#include "broker/adapter/registry.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml {

/// Nothing where the payload was not decrypted: then nobody can say what is inside.
std::optional<OpenedPayload> opened_payload(
    const std::expected<crypto::cms::Opened, crypto::cms::Fault>& opened,
    const AdapterRegistry& adapters
);

}  // namespace budstikke::ebxml
