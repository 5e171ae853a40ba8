// A message as it arrives: a MIME package, or a bare SOAP envelope as it comes over HTTP and in
// files. Finds the SOAP part among the parts, and keeps the exact bytes that a signature covers
// beside the values read from those same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/transport/ebxml/message/envelope.hpp"
#include "broker/transport/ebxml/mime/entity.hpp"
#include "broker/xml/schema_set.hpp"
#include "broker/xml/tree.hpp"

namespace budstikke::ebxml {

struct Message {
    std::optional<Entity> mime;      ///< nothing where it came as a bare envelope
    std::size_t soap_part = 0;       ///< in `mime->parts`; their number where there is no such part
    bool start_contradicts = false;  ///< `start` names another part than the one with the envelope
    std::string soap;                ///< the envelope's bytes, transfer encoding undone
    xml::Tree tree;
    std::optional<Envelope> envelope;  ///< nothing where the root is no SOAP envelope

    /// The SOAP part's leaf; nullptr for a bare envelope, or where no part has one.
    const Part* soap_leaf() const;
    /// Every leaf but the SOAP part, in the order of the package.
    std::vector<const Part*> attachments() const;
};

/// Errors are those of read_mime, and `limit_exceeded` for an envelope above
/// limits::soap_bytes_max. What is wrong with the envelope is in the message: no tree root, no
/// envelope. The SOAP part is the one that `start` names, else the first part whose content is a
/// SOAP envelope, whatever its Content-Type says, else the first part.
Result<Message> read_message(std::string_view bytes, const xml::SchemaSet* schemas = nullptr);

}  // namespace budstikke::ebxml
