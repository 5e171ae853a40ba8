// See node.hpp.
#include "broker/crypto/xmldsig/node.hpp"

#include <algorithm>
#include <memory>

#include <libxml/tree.h>
#include <openssl/evp.h>

namespace budstikke::crypto::xmldsig {
namespace {

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_base64_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}  // namespace

bool is_element(const Node& node, std::string_view xml_namespace, std::string_view name) {
    return node.type == XML_ELEMENT_NODE && node.ns != nullptr &&
           view(node.ns->href) == xml_namespace && view(node.name) == name;
}

std::string_view dsig_name(const Node& node) {
    const bool known = node.type == XML_ELEMENT_NODE && node.ns != nullptr &&
                       view(node.ns->href) == dsig_namespace;
    return known ? view(node.name) : std::string_view{};
}

std::vector<Node*> elements_of(const Node& parent, bool& only_elements) {
    std::vector<Node*> elements;
    for (Node* child = parent.children; child != nullptr; child = child->next) {
        if (child->type == XML_ELEMENT_NODE) {
            elements.push_back(child);
        } else if (child->type != XML_TEXT_NODE ||
                   !std::ranges::all_of(view(child->content), is_space)) {
            only_elements = false;
        }
    }
    return elements;
}

std::optional<std::string> text_of(const Node& element) {
    std::string text;
    for (const Node* child = element.children; child != nullptr; child = child->next) {
        if (child->type != XML_TEXT_NODE) return std::nullopt;
        text += view(child->content);
    }
    return text;
}

std::string value_of(const xmlAttr& attribute) {
    std::string value;
    for (const Node* piece = attribute.children; piece != nullptr; piece = piece->next) {
        value += view(piece->content);
    }
    return value;
}

std::optional<std::string> attribute(const Node& element, std::string_view name) {
    for (const xmlAttr* found = element.properties; found != nullptr; found = found->next) {
        if (found->ns == nullptr && view(found->name) == name) return value_of(*found);
    }
    return std::nullopt;
}

bool has_only_attributes(const Node& element, std::initializer_list<std::string_view> names) {
    for (const xmlAttr* found = element.properties; found != nullptr; found = found->next) {
        if (found->ns != nullptr || std::ranges::find(names, view(found->name)) == names.end()) {
            return false;
        }
    }
    return true;
}

std::uint32_t line_of(const Node& node) {
    return static_cast<std::uint32_t>(std::max(xmlGetLineNo(&node), 0L));
}

Node* next_element(const Node& root, Node& node) {
    Node* at = &node;
    bool down = true;
    while (true) {
        if (down && at->type == XML_ELEMENT_NODE && at->children != nullptr) {
            at = at->children;
        } else if (at == &root) {
            return nullptr;
        } else if (at->next != nullptr) {
            at = at->next;
        } else {
            at = at->parent;
            down = false;
            if (at == &root || at == nullptr) return nullptr;
            continue;
        }
        down = true;
        if (at->type == XML_ELEMENT_NODE) return at;
    }
}

std::string namespace_of_prefix(const Node& element, const std::string& prefix) {
    // libxml2 takes no const; it only reads.
    const xmlNs* found = xmlSearchNs(
        element.doc, const_cast<Node*>(&element), reinterpret_cast<const xmlChar*>(prefix.c_str())
    );
    return found == nullptr ? std::string() : std::string(view(found->href));
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string digits;
    digits.reserve(text.size());
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return !is_space(c); });
    const std::size_t significant = digits.find_last_not_of('=') + 1;
    const std::size_t padding = digits.size() - significant;
    const auto end = digits.begin() + static_cast<std::ptrdiff_t>(significant);
    if (digits.size() % 4 != 0 || padding > 2 ||
        !std::all_of(digits.begin(), end, is_base64_digit)) {
        return std::nullopt;
    }
    std::string bytes(digits.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(bytes.data()),
        reinterpret_cast<const unsigned char*>(digits.data()), static_cast<int>(digits.size())
    );
    if (length < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

std::string to_base64(std::string_view bytes) {
    // EVP_EncodeBlock ends its text with a zero.
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(length));
    return text;
}

}  // namespace budstikke::crypto::xmldsig
