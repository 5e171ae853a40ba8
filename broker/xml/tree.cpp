#include "broker/xml/tree.hpp"

#include <algorithm>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::xml {
namespace {

/// The parser hands attribute values over with every ampersand as a character reference.
std::string plain(std::string_view value) {
    constexpr std::string_view reference = "&#38;";
    std::string out;
    out.reserve(value.size());
    while (!value.empty()) {
        const auto found = std::min(value.find(reference), value.size());
        out += value.substr(0, found);
        value.remove_prefix(found);
        if (!value.empty()) {
            out += '&';
            value.remove_prefix(reference.size());
        }
    }
    return out;
}

class Builder final : public Handler {
 public:
    void start(const StartTag& tag) override {
        // The parser goes on to the end of the document; what is beyond the limit is not kept.
        if (over_ || !keep(tag)) {
            ++skipped_;
            return;
        }
        Element element{
            .xml_namespace = std::string(tag.xml_namespace),
            .prefix = std::string(tag.prefix),
            .name = std::string(tag.name),
            .attributes = {},
            .declared = {},
            .text = {},
            .children = {},
            .line = tag.line,
        };
        for (std::size_t i = 0; i < tag.attributes.size(); ++i) {
            const auto given = tag.attributes.at(i);
            element.attributes.push_back({
                .xml_namespace = std::string(given.xml_namespace),
                .prefix = std::string(given.prefix),
                .name = std::string(given.name),
                .value = plain(given.value),
            });
        }
        for (std::size_t i = 0; i < tag.declarations.size(); ++i) {
            const auto [prefix, xml_namespace] = tag.declarations.at(i);
            element.declared.emplace(prefix, xml_namespace);
        }
        open_.push_back(std::move(element));
    }

    void text(std::string_view piece) override {
        bytes_ += piece.size();
        over_ = over_ || bytes_ > limits::tree_text_bytes_max;
        if (!over_ && !open_.empty()) {
            open_.back().text += piece;
        }
    }

    void end() override {
        if (skipped_ > 0) {
            --skipped_;
            return;
        }
        Element done = std::move(open_.back());
        open_.pop_back();
        if (open_.empty()) {
            root_ = std::move(done);
        } else {
            open_.back().children.push_back(std::move(done));
        }
    }

    bool over() const { return over_; }
    std::optional<Element> take() { return std::move(root_); }

 private:
    bool keep(const StartTag& tag) {
        ++elements_;
        bytes_ += tag.name.size() + tag.xml_namespace.size() + tag.prefix.size();
        for (std::size_t i = 0; i < tag.attributes.size(); ++i) {
            const auto given = tag.attributes.at(i);
            bytes_ += given.name.size() + given.xml_namespace.size() + given.value.size();
        }
        over_ = elements_ > limits::tree_elements_max || bytes_ > limits::tree_text_bytes_max;
        return !over_;
    }

    std::vector<Element> open_;
    std::optional<Element> root_;
    std::size_t elements_ = 0;
    std::size_t bytes_ = 0;
    std::size_t skipped_ = 0;
    bool over_ = false;
};

}  // namespace

const Element* Element::child(std::string_view in_namespace, std::string_view local_name) const {
    const auto at = std::ranges::find_if(children, [&](const Element& child) {
        return child.is(in_namespace, local_name);
    });
    return at == children.end() ? nullptr : &*at;
}

std::vector<const Element*> Element::all(std::string_view in_namespace, std::string_view local_name)
    const {
    std::vector<const Element*> found;
    for (const auto& child : children) {
        if (child.is(in_namespace, local_name)) {
            found.push_back(&child);
        }
    }
    return found;
}

const std::string* Element::attribute(std::string_view in_namespace, std::string_view local_name)
    const {
    const auto at = std::ranges::find_if(attributes, [&](const Attribute& attribute) {
        return attribute.name == local_name && attribute.xml_namespace == in_namespace;
    });
    return at == attributes.end() ? nullptr : &at->value;
}

std::string_view Element::trimmed() const {
    return trim(text);
}

Tree read_tree(std::string_view bytes, const SchemaSet* schemas) {
    Tree tree;
    Builder builder;
    FindingList findings;
    const auto result = read(bytes, builder, findings, schemas);
    tree.schema = result.schema;
    if (builder.over()) {
        findings.add_always(finding::xml_limit, {});
    } else if (result.well_formed) {
        tree.root = builder.take();
    }
    tree.findings = std::move(findings).take();
    return tree;
}

}  // namespace budstikke::xml
