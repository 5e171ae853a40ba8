// Writes small XML documents: elements, attributes, text. Escapes what must be escaped, drops the
// control characters that XML 1.0 cannot carry, and closes what was opened.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace budstikke::xml {

/// Appends `text` as it may stand in an element or a quoted attribute.
void append_escaped(std::string& out, std::string_view text);

class Writer {
 public:
    using Attribute = std::pair<std::string_view, std::string_view>;

    Writer();
    Writer& open(std::string_view name, std::initializer_list<Attribute> attributes = {});
    Writer& close();
    Writer& empty(std::string_view name, std::initializer_list<Attribute> attributes);
    Writer& element(std::string_view name, std::string_view text);

    /// The document, with whatever is open closed.
    std::string take() &&;

 private:
    void indent();
    void tag(std::string_view name, std::initializer_list<Attribute> attributes);

    std::string out_;
    std::vector<std::string> open_;
};

}  // namespace budstikke::xml
