// The hardened reader: one pass over a message, element by element, and in the same pass the check
// against the operator's schemas. No DTD, no entity beyond the predefined five and character
// references, no file, no network; the limits of base/limits.hpp hold before the parser works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/xml/finding_list.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::xml {

/// One attribute. The value is as the parser keeps it: an ampersand in it reads `&#38;`.
struct AttributeView {
    std::string_view xml_namespace;  ///< empty where it has none
    std::string_view prefix;
    std::string_view name;  ///< local name
    std::string_view value;
};

/// The attributes of one element, read where they lie. Valid only during the callback.
class Attributes {
 public:
    Attributes(const unsigned char* const* raw, std::size_t count) : raw_(raw), count_(count) {}
    /// The value of the attribute without a namespace of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t size() const { return count_; }
    AttributeView at(std::size_t index) const;  ///< `index` below size()

 private:
    const unsigned char* const* raw_;
    std::size_t count_;
};

/// The namespace declarations of one element. Valid only during the callback.
class Declarations {
 public:
    Declarations(const unsigned char* const* raw, std::size_t count) : raw_(raw), count_(count) {}
    std::size_t size() const { return count_; }
    /// The prefix (empty for the default namespace) and the namespace (empty where it is undone).
    std::pair<std::string_view, std::string_view> at(std::size_t index) const;

 private:
    const unsigned char* const* raw_;
    std::size_t count_;
};

struct StartTag {
    std::string_view xml_namespace;  ///< empty where it has none
    std::string_view prefix;         ///< as it is written; empty where it has none
    std::string_view name;           ///< local name
    Attributes attributes;
    Declarations declarations;
    std::uint32_t line;  ///< where the tag ends, from 1
};

/// What an adapter hears. Views are valid only during the call. Text comes in pieces of any size.
class Handler {
 public:
    virtual ~Handler() = default;
    virtual void start(const StartTag& tag) = 0;
    virtual void text(std::string_view piece) = 0;
    virtual void end() = 0;
};

enum class Validity { not_checked, valid, invalid };

struct ReadResult {
    bool well_formed = false;  ///< namespaces included
    Validity schema = Validity::not_checked;
};

/// Reads `bytes` once. What is wrong becomes findings (empty, too large, not well-formed, DTD,
/// limit, encoding; with `schemas` also schema_invalid, or schema_missing where the pack does not
/// cover the root's namespace). The handler has heard everything up to the first fatal error. A
/// message that is not well-formed is `invalid` where it would have been checked.
ReadResult read(
    std::string_view bytes, Handler& handler, FindingList& findings, const SchemaSet* schemas
);

}  // namespace budstikke::xml
