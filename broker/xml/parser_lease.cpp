// See parser_lease.hpp.
#include "broker/xml/parser_lease.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "broker/base/limits.hpp"

namespace budstikke::xml {
namespace {

Parser& kept() {
    thread_local Parser parser;
    return parser;
}

xmlParserInput* required(xmlParserInput* input) {
    if (input == nullptr) {
        throw std::bad_alloc();
    }
    return input;
}

}  // namespace

void FreeParser::operator()(_xmlParserCtxt* parser) const {
    xmlFreeParserCtxt(parser);
}

ParserLease::ParserLease(std::string_view utf8) : parser_(std::move(kept())) {
    if (parser_ == nullptr) {
        parser_.reset(xmlNewParserCtxt());
    }
    if (parser_ == nullptr) {
        throw std::bad_alloc();
    }
    // The copy ends in the zero that libxml2 wants. A long document would be twice in memory.
    if (utf8.size() <= limits::xml_in_place_bytes_max) {
        read_in_place(utf8);
    } else {
        read_in_pieces(utf8);
    }
}

void ParserLease::read_in_place(std::string_view utf8) {
    text_ = utf8;
    const auto* const bytes = reinterpret_cast<const xmlChar*>(text_.c_str());
    inputPush(parser_.get(), required(xmlNewStringInputStream(parser_.get(), bytes)));
}

void ParserLease::read_in_pieces(std::string_view utf8) {
    rest_ = utf8;
    auto* const buffer =
        xmlParserInputBufferCreateIO(give_bytes, nullptr, this, XML_CHAR_ENCODING_NONE);
    if (buffer == nullptr) {
        throw std::bad_alloc();
    }
    auto* const input = xmlNewIOInputStream(parser_.get(), buffer, XML_CHAR_ENCODING_NONE);
    if (input == nullptr) {
        xmlFreeParserInputBuffer(buffer);
    }
    inputPush(parser_.get(), required(input));
}

int ParserLease::give_bytes(void* context, char* buffer, int length) {
    auto& rest = static_cast<ParserLease*>(context)->rest_;
    const auto given = std::min(rest.size(), static_cast<std::size_t>(std::max(length, 0)));
    std::memcpy(buffer, rest.data(), given);
    rest.remove_prefix(given);
    return static_cast<int>(given);
}

void ParserLease::keep() {
    xmlCtxtReset(parser_.get());
    parser_->nsNr = 0;
    // The table of names never forgets one: a sender who makes names up costs his own messages the
    // making of a parser, and nobody any memory.
    if (xmlDictSize(parser_->dict) <= static_cast<int>(limits::xml_names_kept_max) &&
        xmlDictGetUsage(parser_->dict) <= limits::xml_names_kept_bytes_max) {
        kept() = std::move(parser_);
    }
}

}  // namespace budstikke::xml
