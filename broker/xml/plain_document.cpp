// See plain_document.hpp. Where a function says false, libxml2 reads the document from its start.
#include "broker/xml/plain_document.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <libxml/uri.h>

#include "broker/base/limits.hpp"

namespace budstikke::xml {
namespace {

static_assert(limits::xml_plain_bytes_max <= limits::xml_attribute_bytes_max);

/// As libxml2 judges: what does not parse as a URI is an error there.
bool may_be_namespace(std::string_view text) {
    if (text.empty() || text == "http://www.w3.org/XML/1998/namespace" ||
        text == "http://www.w3.org/2000/xmlns/") {
        return false;
    }
    const std::string whole(text);
    const std::unique_ptr<xmlURI, decltype(&xmlFreeURI)> uri(
        xmlParseURI(whole.c_str()), xmlFreeURI
    );
    return uri != nullptr;
}

std::unique_ptr<PlainDocument>& kept() {
    thread_local std::unique_ptr<PlainDocument> document;
    return document;
}

}  // namespace

PlainLoan::PlainLoan() : document_(std::move(kept())) {
    if (document_ == nullptr) {
        document_ = std::make_unique<PlainDocument>();
    }
}

PlainLoan::~PlainLoan() {
    kept() = std::move(document_);
}

bool PlainDocument::read(std::string_view utf8) {
    if (utf8.size() > limits::xml_plain_bytes_max) {
        return false;
    }
    names_.forget_if_large();
    events_.clear();
    raw_.clear();
    bindings_.clear();
    open_.clear();
    bytes_ = utf8;
    in_ = PlainCursor(bytes_.c_str());
    if (!in_.declaration() || !between() || !in_.literal('<') || !start_tag()) {
        return false;
    }
    while (!open_.empty()) {
        if (!content()) {
            return false;
        }
    }
    return between() && in_.at() == bytes_end();
}

const unsigned char* PlainDocument::bytes_end() const {
    return reinterpret_cast<const unsigned char*>(bytes_.data()) + bytes_.size();
}

/// What may stand before and behind the root.
bool PlainDocument::between() {
    const bool is_start = in_.at() == reinterpret_cast<const unsigned char*>(bytes_.data());
    if (in_.blanks() && is_start) {
        return false;
    }
    while (in_.literal("<!--")) {
        if (!in_.comment()) {
            return false;
        }
        in_.blanks();
    }
    return true;
}

void PlainDocument::tell_text(std::string_view text) {
    if (!text.empty()) {
        auto& event = events_.emplace_back();
        event.kind = PlainEvent::Kind::text;
        event.line = in_.line();
        event.text = text;
    }
}

/// Text, and what ends it.
bool PlainDocument::content() {
    const auto* const from = in_.at();
    if (!in_.text()) {
        return false;
    }
    tell_text(PlainCursor::view(from, in_.at()));
    if (in_.now() == '&') {
        std::string_view character;
        if (!in_.reference(character)) {
            return false;
        }
        const auto* const kept_character = names_.intern(character);
        tell_text(kept_character == nullptr ? "" : kept_character->text);
        return kept_character != nullptr;
    }
    if (in_.literal('\r')) {
        return true;  // the line's end that follows stands for both
    }
    in_.skip(1);
    if (in_.literal('/')) {
        return end_tag();
    }
    return in_.now() != '!' ? start_tag() : in_.literal("!--") && in_.comment();
}

bool PlainDocument::qualified(QualifiedName& name, std::string_view& as_written) {
    const auto* const from = in_.at();
    if (!in_.name()) {
        return false;
    }
    const auto* const middle = in_.at();
    const bool prefixed = in_.literal(':');
    if (prefixed && !in_.name()) {
        return false;
    }
    as_written = PlainCursor::view(from, in_.at());
    name.prefix = prefixed ? names_.intern(PlainCursor::view(from, middle)) : nullptr;
    name.local = names_.intern(prefixed ? PlainCursor::view(middle + 1, in_.at()) : as_written);
    return name.local != nullptr && (!prefixed || name.prefix != nullptr) && in_.now() != ':' &&
           as_written.size() <= limits::xml_name_bytes_max;
}

bool PlainDocument::lookup(const Name* prefix, const Name*& xml_namespace) const {
    for (auto at = bindings_.rbegin(); at != bindings_.rend(); ++at) {
        if (at->prefix == prefix) {
            xml_namespace = at->xml_namespace;
            return true;
        }
    }
    xml_namespace = nullptr;
    return prefix == nullptr;
}

bool PlainDocument::declare(
    const Name* prefix, std::string_view value, std::size_t bindings_before
) {
    auto* const name = names_.intern(value);
    if (name == nullptr || bindings_.size() >= limits::xml_namespaces_max) {
        return false;
    }
    name->is_namespace = name->is_namespace || may_be_namespace(value);
    const auto here = std::span(bindings_).subspan(bindings_before);
    const bool twice = std::ranges::find(here, prefix, &Binding::prefix) != here.end();
    if (!name->is_namespace || twice) {
        return false;
    }
    bindings_.push_back({.prefix = prefix, .xml_namespace = name});
    raw_.push_back(prefix == nullptr ? nullptr : prefix->bytes());
    raw_.push_back(name->bytes());
    return true;
}

bool PlainDocument::attribute(std::size_t bindings_before) {
    QualifiedName name;
    std::string_view as_written;
    if (!qualified(name, as_written)) {
        return false;
    }
    in_.blanks();
    if (!in_.literal('=')) {
        return false;
    }
    in_.blanks();
    std::string_view text;
    if (!in_.value(text)) {
        return false;
    }
    if (!as_written.starts_with("xml")) {
        const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
        attributes_.push_back({.name = name, .value = begin, .value_end = begin + text.size()});
        return true;
    }
    if (as_written == "xmlns") {
        return declare(nullptr, text, bindings_before);
    }
    return name.prefix != nullptr && name.prefix->text == "xmlns" &&
           !name.local->text.starts_with("xml") && declare(name.local, text, bindings_before);
}

/// Up to the `>` or the `/>` of a start tag.
bool PlainDocument::attributes(std::size_t bindings_before) {
    attributes_.clear();
    for (std::size_t count = 0;; ++count) {
        const bool apart = in_.blanks();
        if (in_.now() == '>' || in_.now() == '/') {
            return true;
        }
        if (!apart || count == limits::xml_attributes_max || !attribute(bindings_before)) {
            return false;
        }
    }
}

bool PlainDocument::resolve_attributes() {
    const auto first = raw_.size();
    for (const auto& attribute : attributes_) {
        const Name* xml_namespace = nullptr;
        if (attribute.name.prefix != nullptr && !lookup(attribute.name.prefix, xml_namespace)) {
            return false;
        }
        const auto* const name = attribute.name.local->bytes();
        const auto* const bound = xml_namespace == nullptr ? nullptr : xml_namespace->bytes();
        for (auto at = first; at < raw_.size(); at += 5) {
            if (raw_[at] == name && raw_[at + 2] == bound) {
                return false;  // twice
            }
        }
        const auto* const prefix = attribute.name.prefix;
        raw_.insert(
            raw_.end(), {name, prefix == nullptr ? nullptr : prefix->bytes(), bound,
                         attribute.value, attribute.value_end}
        );
    }
    return true;
}

bool PlainDocument::start_tag() {
    Open tag{.name = {}, .bindings = bindings_.size(), .as = {}, .xml_namespace = nullptr};
    const auto raw = raw_.size();
    if (open_.size() >= limits::xml_depth_max || !qualified(tag.as, tag.name) ||
        !attributes(tag.bindings) || !lookup(tag.as.prefix, tag.xml_namespace) ||
        !resolve_attributes()) {
        return false;
    }
    auto& event = tell_tag(PlainEvent::Kind::start, tag);
    event.declarations = static_cast<std::uint16_t>(bindings_.size() - tag.bindings);
    event.attributes = static_cast<std::uint16_t>(attributes_.size());
    event.raw = static_cast<std::uint32_t>(raw);
    if (in_.literal('>')) {
        open_.push_back(tag);
        return true;
    }
    if (!in_.literal("/>")) {
        return false;
    }
    tell_tag(PlainEvent::Kind::end, tag);
    bindings_.resize(tag.bindings);
    return true;
}

bool PlainDocument::end_tag() {
    const Open& tag = open_.back();
    if (!in_.literal(tag.name)) {
        return false;
    }
    in_.blanks();
    if (!in_.literal('>')) {
        return false;
    }
    tell_tag(PlainEvent::Kind::end, tag);
    bindings_.resize(tag.bindings);
    open_.pop_back();
    return true;
}

PlainEvent& PlainDocument::tell_tag(PlainEvent::Kind kind, const Open& tag) {
    auto& event = events_.emplace_back();
    event.kind = kind;
    event.line = in_.line();
    event.name = tag.as.local;
    event.prefix = tag.as.prefix;
    event.xml_namespace = tag.xml_namespace;
    return event;
}

}  // namespace budstikke::xml
