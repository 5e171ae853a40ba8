// A libxml2 parser for one pass over one document, kept by its thread between passes: making one
// costs as much as parsing a short message. A parser that did not end its document in order is
// not kept, nor is one whose table of names has grown. Shared by the sources of broker/xml only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

// libxml2's own name for what its headers, which stay out of ours, call xmlParserCtxt.
struct _xmlParserCtxt;  // NOLINT(bugprone-reserved-identifier)

namespace budstikke::xml {

struct FreeParser {
    void operator()(_xmlParserCtxt* parser) const;
};
using Parser = std::unique_ptr<_xmlParserCtxt, FreeParser>;

class ParserLease {
 public:
    /// A parser that is about to read `utf8`, which must outlive it; its callbacks are unset.
    /// Throws std::bad_alloc.
    explicit ParserLease(std::string_view utf8);
    ParserLease(const ParserLease&) = delete;
    ParserLease& operator=(const ParserLease&) = delete;
    ~ParserLease() = default;

    _xmlParserCtxt& parser() { return *parser_; }
    /// Leaves the parser to the next pass of this thread. Only for one that has come to the end of
    /// a well-formed document: any other may hold what it did not come to close.
    void keep();

 private:
    static int give_bytes(void* context, char* buffer, int length);
    void read_in_place(std::string_view utf8);
    void read_in_pieces(std::string_view utf8);

    std::string text_;       ///< a short document, which the parser reads where it lies
    std::string_view rest_;  ///< of a long one, what the parser has not asked for yet
    Parser parser_;
};

}  // namespace budstikke::xml
