// See structure.hpp.
#include "broker/crypto/xmldsig/structure.hpp"

#include <algorithm>
#include <set>

#include <libxml/tree.h>
#include <libxml/uri.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/profile_transforms.hpp"
#include "broker/crypto/xmldsig/reference.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

bool is_id(const xmlAttr& attribute) {
    const std::string_view name = view(attribute.name);
    return name.size() == 2 && (name[0] == 'i' || name[0] == 'I') &&
           (name[1] == 'd' || name[1] == 'D');
}

class Look {
 public:
    Look(std::span<const Part> parts, const Policy& policy) : parts_(parts), policy_(policy) {}

    Structure run(xmlDoc& document);

 private:
    void walk(Node& root);
    bool is_soap(Node& root);
    void look_at_signature(Node& signature);
    void look_at_signed_info(Node& signed_info);
    void look_at_canonicalization(Node& method);
    void look_at_signature_method(Node& method);
    void look_at_references(std::span<Node* const> references);
    void look_at_key_info(Node& key_info);
    void look_at_x509_data(Node& data);
    void require_only(const Node& node, std::initializer_list<std::string_view> attributes);
    std::vector<Node*> children(const Node& node);

    std::span<const Part> parts_;
    const Policy& policy_;
    Structure out_;
    Node* header_ = nullptr;
    std::size_t signatures_ = 0;
};

void Look::require_only(const Node& node, std::initializer_list<std::string_view> attributes) {
    if (!has_only_attributes(node, attributes)) out_.add(Fault::unexpected_content, node);
}

std::vector<Node*> Look::children(const Node& node) {
    bool only_elements = true;
    auto found = elements_of(node, only_elements);
    if (!only_elements) out_.add(Fault::unexpected_content, node);
    return found;
}

bool Look::is_soap(Node& root) {
    if (!is_element(root, soap_namespace, "Envelope")) return false;
    std::size_t headers = 0;
    std::size_t bodies = 0;
    const Node* first = nullptr;
    for (Node* child = root.children; child != nullptr; child = child->next) {
        if (child->type != XML_ELEMENT_NODE) continue;
        if (first == nullptr) first = child;
        if (is_element(*child, soap_namespace, "Header")) {
            ++headers;
            header_ = child;
        }
        bodies += is_element(*child, soap_namespace, "Body") ? 1 : 0;
    }
    return headers == 1 && bodies <= 1 && first == header_;
}

void Look::walk(Node& root) {
    std::set<std::string> ids;
    std::size_t for_next = 0;
    for (Node* element = &root; element != nullptr; element = next_element(root, *element)) {
        if (dsig_name(*element) == "Signature" && ++signatures_ == 1) out_.signature = element;
        if (is_for_next_actor(*element) && ++for_next > limits::actor_elements_max) {
            out_.add(Fault::limit_exceeded, *element);
            return;
        }
        for (const xmlAttr* found = element->properties; found != nullptr; found = found->next) {
            if (is_id(*found) && !ids.insert(value_of(*found)).second) {
                out_.add(Fault::duplicate_id, *element);
            }
        }
    }
}

void Look::look_at_canonicalization(Node& method) {
    require_only(method, {"Algorithm"});
    const auto algorithm = attribute(method, "Algorithm").value_or("");
    const bool exclusive = algorithm == uri_of(Transform::exclusive_c14n) && policy_.exclusive_c14n;
    if (!exclusive && algorithm != uri_of(Transform::c14n)) {
        out_.add(Fault::canonicalization_method, method);
        return;
    }
    if (!has_plain_c14n_content(method, exclusive)) out_.add(Fault::unexpected_content, method);
}

void Look::look_at_signature_method(Node& method) {
    require_only(method, {"Algorithm"});
    const auto algorithm = attribute(method, "Algorithm").value_or("");
    // HMACOutputLength would cut the value short (CVE-2009-0217).
    const auto content = children(method);
    const bool truncates = std::ranges::any_of(content, [](const Node* child) {
        return dsig_name(*child) == "HMACOutputLength";
    });
    if (truncates || algorithm.find("#hmac-") != std::string::npos) {
        out_.add(Fault::hmac, method);
        return;
    }
    if (!content.empty()) out_.add(Fault::unexpected_content, method);
    for (const SignatureMethod known : policy_.signature_methods) {
        if (algorithm == uri_of(known)) out_.method = known;
    }
    if (!out_.method) out_.add(Fault::signature_method, method);
}

void Look::look_at_references(std::span<Node* const> references) {
    std::vector<bool> covered(parts_.size(), false);
    bool envelope_covered = false;
    for (Node* node : references) {
        const std::optional<std::size_t> part = read_reference(*node, parts_, policy_, out_);
        if (!part) continue;
        if (*part == envelope_target ? envelope_covered : covered[*part]) {
            out_.add(Fault::reference_repeated, *node);
        } else if (*part == envelope_target) {
            envelope_covered = true;
        } else {
            covered[*part] = true;
        }
    }
    Node& where = *out_.signature;
    if (references.empty()) out_.add(Fault::reference_missing, where);
    if (!references.empty() && !envelope_covered) {
        out_.add(Fault::envelope_reference_missing, where);
    }
    if (std::ranges::find(covered, false) != covered.end()) out_.add(Fault::part_unsigned, where);
}

void Look::look_at_signed_info(Node& signed_info) {
    require_only(signed_info, {"Id"});
    const std::vector<Node*> content = children(signed_info);
    std::span<Node* const> rest = content;
    if (!rest.empty() && dsig_name(*rest[0]) == "CanonicalizationMethod") {
        look_at_canonicalization(*rest[0]);
        rest = rest.subspan(1);
    } else {
        out_.add(Fault::canonicalization_method, signed_info);
    }
    if (!rest.empty() && dsig_name(*rest[0]) == "SignatureMethod") {
        look_at_signature_method(*rest[0]);
        rest = rest.subspan(1);
    } else {
        out_.add(Fault::signature_method, signed_info);
    }
    if (rest.size() > limits::ebms_references_max) {
        out_.add(Fault::limit_exceeded, signed_info);
        return;
    }
    for (const Node* node : rest) {
        if (dsig_name(*node) != "Reference") {
            out_.add(Fault::unexpected_content, *node);
            return;
        }
    }
    look_at_references(rest);
}

void Look::look_at_x509_data(Node& data) {
    require_only(data, {});
    std::size_t certificates = 0;
    for (Node* node : children(data)) {
        const std::string_view kind = dsig_name(*node);
        if (kind == "X509Certificate") {
            const auto text = text_of(*node);
            const auto der = text ? from_base64(*text) : std::nullopt;
            if (++certificates > 1) {
                out_.add(Fault::certificate_repeated, *node);
            } else if (!der || der->empty() || !has_only_attributes(*node, {})) {
                out_.add(Fault::certificate_malformed, *node);
            } else {
                out_.certificate = *der;
                out_.certificate_line = line_of(*node);
            }
        } else if (kind != "X509IssuerSerial" && kind != "X509SubjectName" && kind != "X509SKI") {
            out_.add(Fault::unexpected_content, *node);
        }
    }
    if (certificates == 0) out_.add(Fault::certificate_missing, data);
}

void Look::look_at_key_info(Node& key_info) {
    require_only(key_info, {"Id"});
    std::size_t data = 0;
    for (Node* node : children(key_info)) {
        const std::string_view kind = dsig_name(*node);
        if (kind == "X509Data") {
            if (++data > 1) {
                out_.add(Fault::certificate_repeated, *node);
            } else {
                look_at_x509_data(*node);
            }
        } else if (kind == "RetrievalMethod" ||
                   is_element(*node, dsig11_namespace, "KeyInfoReference")) {
            out_.add(Fault::key_info_fetched, *node);
        } else if (kind != "KeyValue" && kind != "KeyName") {
            // These two are seen beside the certificate; nobody reads them.
            out_.add(Fault::unexpected_content, *node);
        }
    }
    if (data == 0) out_.add(Fault::x509_data_missing, key_info);
}

void Look::look_at_signature(Node& signature) {
    require_only(signature, {"Id"});
    Node* signed_info = nullptr;
    Node* value = nullptr;
    Node* key_info = nullptr;
    for (Node* node : children(signature)) {
        const std::string_view kind = dsig_name(*node);
        // The order of the schema: what comes late or twice is something else.
        if (kind == "SignedInfo" && signed_info == nullptr && value == nullptr &&
            key_info == nullptr) {
            signed_info = node;
        } else if (kind == "SignatureValue" && value == nullptr && key_info == nullptr) {
            value = node;
        } else if (kind == "KeyInfo" && key_info == nullptr) {
            key_info = node;
        } else {
            out_.add(
                kind == "KeyInfo" ? Fault::certificate_repeated : Fault::unexpected_content, *node
            );
        }
    }
    if (signed_info == nullptr) {
        out_.add(Fault::signed_info_missing, signature);
    } else {
        look_at_signed_info(*signed_info);
    }
    const auto text = value == nullptr ? std::nullopt : text_of(*value);
    const auto bytes = text ? from_base64(*text) : std::nullopt;
    if (!bytes || bytes->empty()) {
        out_.add(Fault::signature_value_missing, value == nullptr ? signature : *value);
    } else {
        require_only(*value, {"Id"});
    }
    if (key_info == nullptr) {
        out_.add(Fault::key_info_missing, signature);
    } else {
        look_at_key_info(*key_info);
    }
}

Structure Look::run(xmlDoc& document) {
    Node& root = *xmlDocGetRootElement(&document);
    const bool soap = is_soap(root);
    walk(root);
    if (out_.signature == nullptr) {
        if (!soap) out_.add(Fault::not_soap, root);
        return std::move(out_);
    }
    if (!soap) out_.add(Fault::not_soap, root);
    if (signatures_ > 1) out_.add(Fault::signature_repeated, *out_.signature);
    if (soap && out_.signature->parent != header_) {
        out_.add(Fault::signature_misplaced, *out_.signature);
    }
    if (parts_.size() >= limits::ebms_references_max) {
        out_.add(Fault::limit_exceeded, root);
    } else {
        look_at_signature(*out_.signature);
    }
    return std::move(out_);
}

}  // namespace

void Structure::add(Fault fault, const Node& where) {
    if (findings.size() < limits::findings_max) {
        findings.push_back({.fault = fault, .line = line_of(where)});
    }
}

Structure look_at(_xmlDoc& document, std::span<const Part> parts, const Policy& policy) {
    return Look(parts, policy).run(document);
}

}  // namespace budstikke::crypto::xmldsig
