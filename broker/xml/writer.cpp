#include "broker/xml/writer.hpp"

#include <cstdint>

namespace budstikke::xml {

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\t':
            case '\n':
            case '\r':
                out += ' ';
                break;
            default:
                if (static_cast<std::uint8_t>(c) >= 0x20U) {
                    out += c;
                }
        }
    }
}

Writer::Writer() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

Writer& Writer::open(std::string_view name, std::initializer_list<Attribute> attributes) {
    tag(name, attributes);
    out_ += ">\n";
    open_.emplace_back(name);
    return *this;
}

Writer& Writer::close() {
    const auto name = std::move(open_.back());
    open_.pop_back();
    indent();
    out_ += "</";
    out_ += name;
    out_ += ">\n";
    return *this;
}

Writer& Writer::empty(std::string_view name, std::initializer_list<Attribute> attributes) {
    tag(name, attributes);
    out_ += "/>\n";
    return *this;
}

Writer& Writer::element(std::string_view name, std::string_view text) {
    tag(name, {});
    out_ += '>';
    append_escaped(out_, text);
    out_ += "</";
    out_ += name;
    out_ += ">\n";
    return *this;
}

std::string Writer::take() && {
    while (!open_.empty()) {
        close();
    }
    return std::move(out_);
}

void Writer::indent() {
    out_.append(open_.size() * 2, ' ');
}

void Writer::tag(std::string_view name, std::initializer_list<Attribute> attributes) {
    indent();
    out_ += '<';
    out_ += name;
    for (const auto& [key, value] : attributes) {
        out_ += ' ';
        out_ += key;
        out_ += "=\"";
        append_escaped(out_, value);
        out_ += '"';
    }
}

}  // namespace budstikke::xml
