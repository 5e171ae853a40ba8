// Reads documents that use only the plain part of XML, as nearly all messages do: elements,
// attributes, text, comments, references to characters. Ten times as fast as a parser that knows
// the rest. Promises that what it takes is well-formed, namespaces included, within the limits of
// base/limits.hpp, and that it tells what libxml2 would tell; whatever else there is, also every
// error, it leaves to libxml2 by not taking the document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/xml/name_table.hpp"
#include "broker/xml/plain_cursor.hpp"

namespace budstikke::xml {

class Handler;

/// One thing that was read. Pointers as libxml2 has them in its callbacks.
struct PlainEvent {
    enum class Kind : std::uint8_t { start, text, end };

    Kind kind{};
    std::uint16_t declarations = 0;
    std::uint16_t attributes = 0;
    std::uint32_t line = 0;      ///< where the tag ends
    std::uint32_t raw = 0;       ///< its declarations and then its attributes: index in raw()
    const Name* name = nullptr;  ///< of a start or end: its local name
    const Name* prefix = nullptr;
    const Name* xml_namespace = nullptr;
    std::string_view text = {};
};

class PlainDocument {
 public:
    /// Whether it takes the document, which is well-formed UTF-8. What is read is kept in memory
    /// until it is told, so none beyond limits::xml_plain_bytes_max.
    bool read(std::string_view utf8);
    const std::vector<PlainEvent>& events() const { return events_; }
    /// Two for each declaration: prefix, namespace. Five for each attribute: local name, prefix,
    /// namespace, first and last end of its value.
    const std::vector<const unsigned char*>& raw() const { return raw_; }

 private:
    struct QualifiedName {
        const Name* prefix = nullptr;
        const Name* local = nullptr;
    };
    struct Binding {
        const Name* prefix;
        const Name* xml_namespace;
    };
    struct Attribute {
        QualifiedName name;
        const unsigned char* value;
        const unsigned char* value_end;
    };
    struct Open {
        std::string_view name;  ///< as it is written
        std::size_t bindings;   ///< before it
        QualifiedName as;
        const Name* xml_namespace;
    };

    bool between();
    bool content();
    bool start_tag();
    bool end_tag();
    bool attributes(std::size_t bindings_before);
    bool attribute(std::size_t bindings_before);
    bool declare(const Name* prefix, std::string_view value, std::size_t bindings_before);
    bool resolve_attributes();
    bool lookup(const Name* prefix, const Name*& xml_namespace) const;
    bool qualified(QualifiedName& name, std::string_view& as_written);
    void tell_text(std::string_view text);
    PlainEvent& tell_tag(PlainEvent::Kind kind, const Open& tag);
    const unsigned char* bytes_end() const;

    NameTable names_;
    std::string bytes_;  ///< the document, and the zero behind it at which every loop stops
    PlainCursor in_{""};
    std::vector<PlainEvent> events_;
    std::vector<const unsigned char*> raw_;
    std::vector<Binding> bindings_;
    std::vector<Attribute> attributes_;
    std::vector<Open> open_;
};

/// Tells `handler` what was read.
void tell(const PlainDocument& document, Handler& handler);

/// The thread's own one, whose memory serves one document after the other; another one where that
/// is lent already.
class PlainLoan {
 public:
    PlainLoan();
    PlainLoan(const PlainLoan&) = delete;
    PlainLoan& operator=(const PlainLoan&) = delete;
    ~PlainLoan();

    PlainDocument* operator->() const { return document_.get(); }
    const PlainDocument& operator*() const { return *document_; }

 private:
    std::unique_ptr<PlainDocument> document_;
};

}  // namespace budstikke::xml
