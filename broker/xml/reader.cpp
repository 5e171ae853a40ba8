// libxml2's SAX2 interface behind the reader. XML_PARSE_HUGE is set on purpose: without it libxml2
// refuses CDATA sections above 10 MB, which an attachment of 35 MB may need. What the flag would
// open is closed elsewhere: depth, attributes, names and values are bounded by the guard before the
// parser starts, the size by limits::payload_bytes_max, and entities cannot be amplified because a
// document with a DTD never gets here.
#include "broker/xml/reader.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>

#include "broker/base/limits.hpp"
#include "broker/xml/encoding.hpp"
#include "broker/xml/guard.hpp"
#include "broker/xml/parser_lease.hpp"
#include "broker/xml/schema_impl.hpp"
#include "broker/xml/sniff.hpp"

namespace budstikke::xml {
namespace {

// Local name, prefix, namespace, and the two ends of the value.
constexpr std::size_t fields_per_attribute = 5;

const char* chars(const xmlChar* text) {
    return reinterpret_cast<const char*>(text);
}
std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : std::string_view(chars(text));
}

class Pass {
 public:
    Pass(std::string_view utf8, Handler& handler, FindingList& findings)
        : utf8_(utf8), handler_(handler), findings_(findings) {}

    ReadResult run(const SchemaSet* schemas);

 private:
    static Pass& of(void* context) { return *static_cast<Pass*>(context); }
    static xmlSAXHandler callbacks();
    static xmlSAXHandler gathering_callbacks();
    static void on_parser_error(void* context, xmlErrorPtr error);
    static void on_schema_error(void* context, xmlErrorPtr error);
    static void on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*);

    struct RawTag {
        const xmlChar* name;
        const xmlChar* prefix;
        const xmlChar* xml_namespace;
        std::size_t declarations;
        const xmlChar** declared;
        std::size_t attributes;
        const xmlChar** values;
    };
    void start(const RawTag& tag);
    void end();
    void text(const xmlChar* piece, int length);

    void gather_for_schema();
    void hand_over();
    void settle();
    std::string_view namespace_view(const xmlChar* xml_namespace);
    void stop(const FindingSpec& spec);
    std::uint32_t line() const;
    Location here() const;

    std::string_view utf8_;
    Handler& handler_;
    FindingList& findings_;
    xmlParserCtxt* parser_ = nullptr;
    std::array<const xmlChar*, limits::xml_depth_max + 1> path_{};
    std::array<std::uint16_t, limits::xml_depth_max + 1> declared_{};
    std::size_t depth_ = 0;
    std::size_t namespaces_ = 0;
    bool ending_ = false;  ///< the innermost element has ended, but its schema check has not
    bool stopped_ = false;
    xmlSAXHandler checker_{};  ///< the check against the schema, which calls this pass
    void* checker_data_ = nullptr;
    std::string gathered_;  ///< text that the check has yet to hear
    bool gathered_cdata_ = false;
    std::size_t schema_errors_ = 0;
    Location last_schema_error_;
    const xmlChar* known_namespace_ = nullptr;
    std::string_view known_namespace_view_;
};

xmlSAXHandler Pass::callbacks() {
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.internalSubset = on_doctype;
    sax.startElementNs = [](void* context, const xmlChar* name, const xmlChar* prefix,
                            const xmlChar* xml_namespace, int declarations,
                            const xmlChar** declared, int attributes, int, const xmlChar** raw) {
        of(context).start({
            .name = name,
            .prefix = prefix,
            .xml_namespace = xml_namespace,
            .declarations = static_cast<std::size_t>(declarations),
            .declared = declared,
            .attributes = static_cast<std::size_t>(attributes),
            .values = raw,
        });
    };
    sax.endElementNs = [](void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
        of(context).end();
    };
    sax.characters = [](void* context, const xmlChar* piece, int length) {
        of(context).text(piece, length);
    };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = sax.characters;
    sax.serror = on_parser_error;
    return sax;
}

xmlSAXHandler Pass::gathering_callbacks() {
    auto sax = callbacks();
    sax.startElementNs = [](void* context, const xmlChar* name, const xmlChar* prefix,
                            const xmlChar* xml_namespace, int declarations,
                            const xmlChar** declared, int attributes, int defaulted,
                            const xmlChar** raw) {
        auto& pass = of(context);
        pass.hand_over();
        pass.checker_.startElementNs(
            pass.checker_data_, name, prefix, xml_namespace, declarations, declared, attributes,
            defaulted, raw
        );
    };
    sax.endElementNs = [](void* context, const xmlChar* name, const xmlChar* prefix,
                          const xmlChar* xml_namespace) {
        auto& pass = of(context);
        pass.hand_over();
        pass.checker_.endElementNs(pass.checker_data_, name, prefix, xml_namespace);
    };
    sax.characters = [](void* context, const xmlChar* piece, int length) {
        of(context).gathered_.append(chars(piece), static_cast<std::size_t>(length));
    };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = [](void* context, const xmlChar* piece, int length) {
        of(context).gathered_.append(chars(piece), static_cast<std::size_t>(length));
        of(context).gathered_cdata_ = true;
    };
    return sax;
}

/// Comes between the parser and the check: libxml2 measures all that it has of a value each time it
/// gets another piece of it, and a piece is a line at most, so a long value would take minutes.
void Pass::gather_for_schema() {
    checker_ = *parser_->sax;
    checker_data_ = parser_->userData;
    *parser_->sax = gathering_callbacks();
    parser_->userData = this;
}

void Pass::hand_over() {
    if (gathered_.empty() && !gathered_cdata_) {
        return;
    }
    // Also white space is content in a CDATA section.
    const auto& hear = gathered_cdata_ ? checker_.cdataBlock : checker_.characters;
    hear(
        checker_data_, reinterpret_cast<const xmlChar*>(gathered_.data()),
        static_cast<int>(gathered_.size())
    );
    gathered_.clear();
    gathered_cdata_ = false;
}

// The check against the schema wraps these callbacks and replaces the parser's user data, so an
// error finds its pass through the parser.
void Pass::on_parser_error(void* context, xmlErrorPtr error) {
    auto* const parser = static_cast<xmlParserCtxt*>(error->ctxt);
    if (error->level < XML_ERR_ERROR || parser == nullptr || parser->_private == nullptr) {
        return;
    }
    (void)context;
    const bool encoding = error->code == XML_ERR_INVALID_ENCODING || error->domain == XML_FROM_I18N;
    of(parser->_private).stop(encoding ? finding::xml_encoding : finding::xml_not_well_formed);
}

void Pass::on_schema_error(void* context, xmlErrorPtr error) {
    auto& pass = of(context);
    if (error->level < XML_ERR_ERROR) {
        return;
    }
    ++pass.schema_errors_;
    auto location = pass.here();
    // libxml2 reports a bad value once for its facet and once for its type.
    if (location != pass.last_schema_error_) {
        pass.last_schema_error_ = location;
        pass.findings_.add(finding::schema_invalid, std::move(location));
    }
}

void Pass::on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    of(context).stop(finding::xml_doctype);
}

void Pass::stop(const FindingSpec& spec) {
    if (!stopped_) {
        stopped_ = true;
        // A missing end tag makes siblings into children, so what the schema had against a broken
        // message points to the wrong line; many of them would also leave no room for the cause.
        findings_.forget(finding::schema_invalid);
        findings_.add(spec, here());
        xmlStopParser(parser_);
    }
}

/// Leaves an ended element. Done late, so that what the schema says at its end has the right path.
void Pass::settle() {
    if (ending_) {
        ending_ = false;
        --depth_;
        namespaces_ -= declared_[depth_];
    }
}

std::string_view Pass::namespace_view(const xmlChar* xml_namespace) {
    // Interned by the parser: the same namespace is the same pointer throughout the message.
    if (xml_namespace != known_namespace_) {
        known_namespace_ = xml_namespace;
        known_namespace_view_ = view(xml_namespace);
    }
    return known_namespace_view_;
}

void Pass::start(const RawTag& tag) {
    settle();
    namespaces_ += tag.declarations;
    if (depth_ >= limits::xml_depth_max || namespaces_ > limits::xml_namespaces_max) {
        stop(finding::xml_limit);
        return;
    }
    declared_[depth_] = static_cast<std::uint16_t>(tag.declarations);
    path_[depth_++] = tag.name;
    if (!stopped_) {
        handler_.start({
            .xml_namespace = namespace_view(tag.xml_namespace),
            .prefix = view(tag.prefix),
            .name = view(tag.name),
            .attributes = Attributes(tag.values, tag.attributes),
            .declarations = Declarations(tag.declared, tag.declarations),
            .line = line(),
        });
    }
}

void Pass::end() {
    settle();
    ending_ = true;
    handler_.end();
}

void Pass::text(const xmlChar* piece, int length) {
    settle();
    handler_.text({chars(piece), static_cast<std::size_t>(length)});
}

std::uint32_t Pass::line() const {
    const auto* const input = parser_->input;
    return input == nullptr ? 0 : static_cast<std::uint32_t>(std::max(input->line, 0));
}

Location Pass::here() const {
    Location location{.line = line(), .path = {}};
    for (std::size_t i = 0; i < depth_; ++i) {
        const auto name = view(path_[i]).substr(0, limits::finding_path_name_bytes_max);
        if (location.path.size() + name.size() + 1 > limits::finding_path_bytes_max) {
            location.path += "/...";
            break;
        }
        location.path += '/';
        location.path += name;
    }
    return location;
}

ReadResult Pass::run(const SchemaSet* schemas) {
    ParserLease lease(utf8_);
    parser_ = &lease.parser();
    *parser_->sax = callbacks();
    parser_->userData = this;
    parser_->_private = this;
    // The bytes are UTF-8 by now, whatever the declaration says.
    xmlCtxtUseOptions(parser_, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC);

    Validator validator;
    xmlSchemaSAXPlugPtr plug = nullptr;
    if (schemas != nullptr) {
        validator = schemas->impl().borrow();
        xmlSchemaSetValidStructuredErrors(validator.get(), on_schema_error, this);
        plug = xmlSchemaSAXPlug(validator.get(), &parser_->sax, &parser_->userData);
        if (plug == nullptr) {
            throw std::bad_alloc();
        }
        gather_for_schema();
    }
    xmlParseDocument(parser_);
    ReadResult result{.well_formed = parser_->wellFormed == 1 && !stopped_};
    if (plug != nullptr) {
        const bool valid =
            result.well_formed && schema_errors_ == 0 && xmlSchemaIsValid(validator.get()) == 1;
        result.schema = valid ? Validity::valid : Validity::invalid;
        xmlSchemaSAXUnplug(plug);
        if (result.well_formed) {
            schemas->impl().give_back(std::move(validator));
        }
    }
    if (result.well_formed) {
        lease.keep();
    }
    return result;
}

}  // namespace

std::optional<std::string_view> Attributes::find(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i) {
        const auto* const* const fields = raw_ + i * fields_per_attribute;
        if (fields[1] == nullptr && name == chars(fields[0])) {
            return std::string_view(chars(fields[3]), chars(fields[4]));
        }
    }
    return std::nullopt;
}

AttributeView Attributes::at(std::size_t index) const {
    const auto* const* const fields = raw_ + index * fields_per_attribute;
    return {
        .xml_namespace = view(fields[2]),
        .prefix = view(fields[1]),
        .name = view(fields[0]),
        .value = {chars(fields[3]), chars(fields[4])},
    };
}

std::pair<std::string_view, std::string_view> Declarations::at(std::size_t index) const {
    return {view(raw_[2 * index]), view(raw_[2 * index + 1])};
}

ReadResult read(
    std::string_view bytes, Handler& handler, FindingList& findings, const SchemaSet* schemas
) {
    ReadResult refused;
    if (schemas != nullptr) {
        refused.schema = Validity::invalid;
    }
    if (bytes.empty()) {
        findings.add(finding::payload_empty);
        return refused;
    }
    if (bytes.size() > limits::payload_bytes_max) {
        findings.add(finding::payload_too_large);
        return refused;
    }
    prepare_libxml2();
    std::string storage;
    const auto utf8 = as_utf8(bytes, storage);
    if (!utf8) {
        findings.add(finding::xml_encoding, {.line = 1, .path = {}});
        return refused;
    }
    if (const auto refusal = check_limits(*utf8)) {
        findings.add(*refusal->spec, {.line = refusal->line, .path = {}});
        return refused;
    }
    if (schemas != nullptr) {
        const auto root = sniff_root(*utf8);
        if (root && !schemas->covers(root->xml_namespace)) {
            findings.add(finding::schema_missing, {.line = 0, .path = "/" + root->name});
            schemas = nullptr;
        }
    }
    return Pass(*utf8, handler, findings).run(schemas);
}

}  // namespace budstikke::xml
