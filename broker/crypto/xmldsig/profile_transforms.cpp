// See profile_transforms.hpp.
#include "broker/crypto/xmldsig/profile_transforms.hpp"

#include <libxml/tree.h>
#include <libxml/xpathInternals.h>
#include <xmlsec/xmlsec.h>
// Needs xmlsec.h before it.
#include <xmlsec/nodeset.h>
#include <xmlsec/transforms.h>

#include "broker/base/limits.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

std::string without_space_outside_literals(std::string_view text) {
    std::string tokens;
    char quote = '\0';
    for (const char c : text) {
        if (quote == '\0' && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
        if (quote == c) {
            quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        }
        tokens += c;
    }
    return tokens;
}

std::string expression_with(std::string_view prefix) {
    const auto step = [&](std::string_view actor) {
        return "ancestor-or-self::node()[@" + std::string(prefix) + ":actor=\"" +
               std::string(actor) + "\"]";
    };
    return "not(" + step(next_msh_actor) + "|" + step(next_actor) + ")";
}

int read_node(xmlSecTransformPtr, xmlNodePtr node, xmlSecTransformCtxPtr) {
    bool only_elements = true;
    const auto children = elements_of(*node, only_elements);
    const bool is_profile = only_elements && children.size() == 1 &&
                            dsig_name(*children.front()) == "XPath" &&
                            profile_prefix(*children.front()).has_value();
    return is_profile ? 0 : -1;
}

int execute(xmlSecTransformPtr transform, int, xmlSecTransformCtxPtr) {
    xmlDoc* const document = transform->inNodes == nullptr ? nullptr : transform->inNodes->doc;
    if (document == nullptr || document != transform->hereNode->doc) return -1;
    Node* const root = xmlDocGetRootElement(document);
    xmlNodeSet* cut_out = xmlXPathNodeSetCreate(nullptr);
    if (cut_out == nullptr || root == nullptr) return -1;
    std::size_t count = 0;
    for (Node* element = root; element != nullptr; element = next_element(*root, *element)) {
        if (!is_for_next_actor(*element)) continue;
        if (++count > limits::actor_elements_max || xmlXPathNodeSetAdd(cut_out, element) != 0) {
            xmlXPathFreeNodeSet(cut_out);
            return -1;
        }
    }
    xmlSecNodeSetPtr rest = xmlSecNodeSetCreate(document, cut_out, xmlSecNodeSetTreeInvert);
    if (rest == nullptr) {
        xmlXPathFreeNodeSet(cut_out);
        return -1;
    }
    transform->outNodes = xmlSecNodeSetAdd(transform->inNodes, rest, xmlSecNodeSetIntersection);
    if (transform->outNodes == nullptr) {
        xmlSecNodeSetDestroy(rest);
        return -1;
    }
    return 0;
}

}  // namespace

bool is_for_next_actor(const Node& element) {
    for (const xmlAttr* found = element.properties; found != nullptr; found = found->next) {
        if (view(found->name) != "actor" || found->ns == nullptr ||
            view(found->ns->href) != soap_namespace) {
            continue;
        }
        const std::string actor = value_of(*found);
        return actor == next_msh_actor || actor == next_actor;
    }
    return false;
}

std::optional<std::string> profile_prefix(const Node& xpath) {
    const auto text = text_of(xpath);
    if (!text) return std::nullopt;
    const std::string tokens = without_space_outside_literals(*text);
    const std::size_t at = tokens.find("[@");
    const std::size_t colon = tokens.find(':', at == std::string::npos ? 0 : at);
    if (at == std::string::npos || colon == std::string::npos) return std::nullopt;
    std::string prefix = tokens.substr(at + 2, colon - at - 2);
    const bool is_profile =
        tokens == expression_with(prefix) && namespace_of_prefix(xpath, prefix) == soap_namespace;
    return is_profile ? std::optional(std::move(prefix)) : std::nullopt;
}

const _xmlSecTransformKlass* actor_filter_klass() {
    static const xmlSecTransformKlass klass = {
        .klassSize = sizeof(xmlSecTransformKlass),
        .objSize = sizeof(xmlSecTransform),
        .name = reinterpret_cast<const xmlChar*>("ebxml-actor-filter"),
        .href = reinterpret_cast<const xmlChar*>("http://www.w3.org/TR/1999/REC-xpath-19991116"),
        .usage = xmlSecTransformUsageDSigTransform,
        .initialize = nullptr,
        .finalize = nullptr,
        .readNode = read_node,
        .writeNode = nullptr,
        .setKeyReq = nullptr,
        .setKey = nullptr,
        .verify = nullptr,
        .getDataType = xmlSecTransformDefaultGetDataType,
        .pushBin = nullptr,
        .popBin = nullptr,
        .pushXml = xmlSecTransformDefaultPushXml,
        .popXml = xmlSecTransformDefaultPopXml,
        .execute = execute,
        .reserved0 = nullptr,
        .reserved1 = nullptr,
    };
    return &klass;
}

}  // namespace budstikke::crypto::xmldsig
