// See reference.hpp.
#include "broker/crypto/xmldsig/reference.hpp"

#include <algorithm>
#include <memory>

#include <libxml/tree.h>
#include <libxml/uri.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/profile_transforms.hpp"
#include "broker/crypto/xmldsig/structure.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

constexpr std::string_view cid_scheme = "cid:";

std::size_t digest_bytes(DigestMethod method) {
    switch (method) {
        case DigestMethod::sha1:
            return 20;
        case DigestMethod::sha256:
            return 32;
        case DigestMethod::sha384:
            return 48;
        case DigestMethod::sha512:
            return 64;
    }
    return 0;
}

/// With the escapes of RFC 2392 resolved, as xmlsec resolves them; empty where they do not.
std::string unescaped(const std::string& uri) {
    const std::unique_ptr<char, decltype(xmlFree)> plain(
        xmlURIUnescapeString(uri.data(), static_cast<int>(uri.size()), nullptr), xmlFree
    );
    return plain == nullptr ? std::string() : std::string(plain.get());
}

std::optional<Transform> transform_of(std::string_view algorithm, const Policy& policy) {
    for (const Transform known :
         {Transform::enveloped_signature, Transform::actor_filter, Transform::c14n}) {
        if (algorithm == uri_of(known)) return known;
    }
    if (policy.exclusive_c14n && algorithm == uri_of(Transform::exclusive_c14n)) {
        return Transform::exclusive_c14n;
    }
    return std::nullopt;
}

bool is_c14n(Transform transform) {
    return transform == Transform::c14n || transform == Transform::exclusive_c14n;
}

/// HITS 1172, rules 35 to 38, as far as they change what is signed: the signature itself is taken
/// out, and the last step is one canonicalization.
bool in_order(const std::vector<Transform>& transforms, const Policy& policy) {
    const auto enveloped = std::ranges::count(transforms, Transform::enveloped_signature);
    const auto filters = std::ranges::count(transforms, Transform::actor_filter);
    return enveloped == 1 && filters <= 1 && (filters == 1 || !policy.actor_filter_required) &&
           std::ranges::count_if(transforms, is_c14n) == 1 && is_c14n(transforms.back());
}

class Reading {
 public:
    Reading(std::span<const Part> parts, const Policy& policy, Structure& out)
        : parts_(parts), policy_(policy), out_(out) {}

    std::optional<std::size_t> run(Node& node);

 private:
    std::optional<std::size_t> target_of(Node& node);
    void read_transforms(Node& list);
    void read_transform(Node& node);
    void read_digest(Node& node, std::span<Node* const> rest);

    std::span<const Part> parts_;
    const Policy& policy_;
    Structure& out_;
    Reference reference_;
    std::string target_uri_;
    std::vector<std::string> prefixes_;  ///< that the XPath needs
};

std::optional<std::size_t> Reading::target_of(Node& node) {
    const auto uri = attribute(node, "URI");
    if (!uri) {
        out_.add(Fault::uri_missing, node);
        return std::nullopt;
    }
    reference_.uri = *uri;
    if (uri->empty()) return envelope_target;
    if (!uri->starts_with(cid_scheme)) {
        out_.add(Fault::uri_refused, node);
        return std::nullopt;
    }
    target_uri_ = unescaped(*uri);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (target_uri_ == std::string(cid_scheme) + std::string(parts_[i].content_id)) return i;
    }
    out_.add(Fault::part_unknown, node);
    return std::nullopt;
}

void Reading::read_transform(Node& node) {
    const auto transform = transform_of(attribute(node, "Algorithm").value_or(""), policy_);
    if (dsig_name(node) != "Transform" || !transform || !has_only_attributes(node, {"Algorithm"})) {
        out_.add(Fault::transform_refused, node);
        return;
    }
    reference_.transforms.push_back(*transform);
    bool only_elements = true;
    const auto content = elements_of(node, only_elements);
    if (*transform == Transform::actor_filter) {
        const bool one = only_elements && content.size() == 1 && dsig_name(*content[0]) == "XPath";
        const auto prefix = one ? profile_prefix(*content[0]) : std::nullopt;
        if (!prefix || !has_only_attributes(*content[0], {})) {
            out_.add(Fault::xpath_refused, node);
        } else {
            prefixes_.push_back(*prefix);
        }
    } else if (!has_plain_c14n_content(node, *transform == Transform::exclusive_c14n)) {
        out_.add(Fault::transform_refused, node);
    }
}

void Reading::read_transforms(Node& list) {
    bool only_elements = true;
    const auto content = elements_of(list, only_elements);
    if (!only_elements || !has_only_attributes(list, {})) {
        out_.add(Fault::unexpected_content, list);
    }
    for (Node* node :
         std::span(content).first(std::min(content.size(), limits::transforms_read_max))) {
        read_transform(*node);
    }
    if (content.size() > limits::transforms_read_max) out_.add(Fault::limit_exceeded, list);
}

void Reading::read_digest(Node& node, std::span<Node* const> rest) {
    const auto& allowed = policy_.digest_methods;
    auto method = allowed.end();
    if (!rest.empty() && dsig_name(*rest[0]) == "DigestMethod") {
        if (rest[0]->children == nullptr && has_only_attributes(*rest[0], {"Algorithm"})) {
            const auto algorithm = attribute(*rest[0], "Algorithm").value_or("");
            method =
                std::ranges::find(allowed, algorithm, [](DigestMethod one) { return uri_of(one); });
        }
        rest = rest.subspan(1);
    }
    const bool known = method != allowed.end();
    if (!known) out_.add(Fault::digest_method, node);
    std::optional<std::string> digest;
    if (!rest.empty() && dsig_name(*rest[0]) == "DigestValue") {
        const auto text = text_of(*rest[0]);
        if (text && has_only_attributes(*rest[0], {})) digest = from_base64(*text);
        rest = rest.subspan(1);
    }
    if (!digest || (known && digest->size() != digest_bytes(*method))) {
        out_.add(Fault::digest_value, node);
    }
    if (!rest.empty()) out_.add(Fault::unexpected_content, *rest[0]);
    reference_.digest_method = known ? *method : DigestMethod::sha256;
    reference_.digest = digest.value_or("");
}

std::optional<std::size_t> Reading::run(Node& node) {
    bool only_elements = true;
    const auto content = elements_of(node, only_elements);
    if (!only_elements || !has_only_attributes(node, {"Id", "URI"})) {
        out_.add(Fault::unexpected_content, node);
    }
    const auto target = target_of(node);
    std::span<Node* const> rest = content;
    if (!rest.empty() && dsig_name(*rest[0]) == "Transforms") {
        // The bytes of a part are digested as they are (HIS 1037, 5.4).
        const bool is_part = !reference_.uri.empty();
        if (is_part) {
            out_.add(Fault::transform_refused, *rest[0]);
        } else {
            read_transforms(*rest[0]);
        }
        rest = rest.subspan(1);
    }
    if (target == envelope_target && !in_order(reference_.transforms, policy_)) {
        out_.add(Fault::transform_order, node);
    }
    read_digest(node, rest);
    reference_.xml = standalone(node, prefixes_);
    out_.references.push_back(std::move(reference_));
    out_.reference_lines.push_back(line_of(node));
    const bool is_part = target && *target != envelope_target;
    out_.targets.push_back(
        {.uri = std::move(target_uri_), .bytes = is_part ? parts_[*target].bytes : ""}
    );
    return target;
}

}  // namespace

bool has_plain_c14n_content(const Node& method, bool exclusive) {
    bool only_elements = true;
    const auto content = elements_of(method, only_elements);
    if (!only_elements || content.size() > (exclusive ? 1U : 0U)) return false;
    if (content.empty()) return true;
    const Node& list = *content[0];
    return is_element(list, exclusive_namespace, "InclusiveNamespaces") &&
           list.children == nullptr && has_only_attributes(list, {"PrefixList"}) &&
           attribute(list, "PrefixList").value_or("").size() <= limits::prefix_list_bytes_max;
}

std::optional<std::size_t> read_reference(
    Node& node, std::span<const Part> parts, const Policy& policy, Structure& out
) {
    return Reading(parts, policy, out).run(node);
}

}  // namespace budstikke::crypto::xmldsig
