#include "broker/transport/ebxml/message/message.hpp"

#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/mime/reader.hpp"
#include "broker/xml/sniff.hpp"

namespace budstikke::ebxml {
namespace {

bool is_bare_xml(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF") || bytes.starts_with("\xFF\xFE") ||
        bytes.starts_with("\xFE\xFF")) {
        return true;
    }
    const auto first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '<';
}

bool looks_like_soap(const Part& part) {
    const auto root =
        xml::sniff_root(std::string_view(part.content).substr(0, limits::soap_head_bytes_max));
    return root && root->name == "Envelope" &&
           (root->xml_namespace == ns::soap || root->xml_namespace == ns::soap12);
}

/// Sets `soap_part` and `start_contradicts`.
void find_soap_part(Message& message) {
    const auto& parts = message.mime->parts;
    const auto start = !message.mime->content_type
                           ? std::string{}
                           : parse_message_id(message.mime->content_type->parameter("start"));
    std::size_t named = parts.size();
    std::size_t looks = parts.size();
    for (std::size_t i = parts.size(); i-- > 0;) {
        if (!start.empty() && parts[i].content_id == start) {
            named = i;
        }
        if (looks_like_soap(parts[i])) {
            looks = i;
        }
    }
    const bool usable =
        named < parts.size() && (looks == parts.size() || looks_like_soap(parts[named]));
    message.start_contradicts = !start.empty() && !usable;
    if (usable) {
        message.soap_part = named;
    } else {
        message.soap_part = looks < parts.size() ? looks : 0;
    }
}

}  // namespace

const Part* Message::soap_leaf() const {
    return mime && soap_part < mime->parts.size() ? &mime->parts[soap_part] : nullptr;
}

std::vector<const Part*> Message::attachments() const {
    std::vector<const Part*> found;
    for (std::size_t i = 0; mime && i < mime->parts.size(); ++i) {
        if (i != soap_part) {
            found.push_back(&mime->parts[i]);
        }
    }
    return found;
}

Result<Message> read_message(std::string_view bytes, const xml::SchemaSet* schemas) {
    Message message;
    if (is_bare_xml(bytes)) {
        message.soap = bytes.substr(0, limits::soap_bytes_max + 1);
    } else {
        auto mime = read_mime(bytes);
        if (!mime) {
            return std::unexpected(mime.error());
        }
        message.mime = std::move(*mime);
        find_soap_part(message);
        if (const auto* leaf = message.soap_leaf()) {
            message.soap = leaf->content;
        }
    }
    if (message.soap.size() > limits::soap_bytes_max) {
        return fail(Errc::limit_exceeded, "the SOAP envelope is too large");
    }
    message.tree = xml::read_tree(message.soap, schemas);
    if (message.tree.root && is_soap_envelope(*message.tree.root)) {
        message.envelope = read_envelope(*message.tree.root);
    }
    return message;
}

}  // namespace budstikke::ebxml
