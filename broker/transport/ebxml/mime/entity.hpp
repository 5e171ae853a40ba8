// A MIME package as values: its headers, and its leaves as spans of the bytes that came and as
// decoded content. Digests are over that content, so nothing in it is normalised: what a signature
// covers is what is used. Knows no ebXML.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace budstikke::ebxml {

struct Header {
    std::string name;   ///< as it was written
    std::string value;  ///< unfolded, without white space at its ends
};

struct Headers {
    std::vector<Header> fields;  ///< in the order of the message

    /// The first of that name in any case, nullptr where there is none.
    const std::string* find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
};

struct ContentType {
    std::string type;                                            ///< lower case
    std::string subtype;                                         ///< lower case
    std::map<std::string, std::string, std::less<>> parameters;  ///< names in lower case

    bool is(std::string_view wanted_type, std::string_view wanted_subtype) const {
        return type == wanted_type && subtype == wanted_subtype;
    }
    /// Empty where there is none.
    std::string_view parameter(std::string_view name) const;
};

enum class TransferEncoding {
    absent,  ///< read as 7bit (RFC 2045 6.1)
    seven_bit,
    eight_bit,
    binary,
    quoted_printable,
    base64,
    unknown,  ///< a word that RFC 2045 does not have; the content is left as it came
};

/// A piece of the package.
struct Span {
    std::size_t offset = 0;
    std::size_t length = 0;

    std::string_view of(std::string_view bytes) const { return bytes.substr(offset, length); }
};

/// A leaf: what is not itself a multipart.
struct Part {
    Headers headers;
    std::optional<ContentType> content_type;  ///< nothing where absent or unreadable
    TransferEncoding encoding = TransferEncoding::absent;
    std::string content_id;  ///< without angle brackets; empty where there is none
    Span raw;                ///< the body as it came, without the line end before the delimiter
    std::string content;     ///< the transfer encoding undone, else exactly the bytes of `raw`
    std::size_t depth = 0;   ///< multiparts around it
};

struct Entity {
    Headers headers;
    std::optional<ContentType> content_type;  ///< nothing where absent or unreadable
    /// In the order of the message. A package that is no multipart is its own only part; a
    /// multipart whose delimiter never comes has none.
    std::vector<Part> parts;
    bool multipart = false;
    bool closed = true;  ///< every multipart had its closing delimiter

    /// The only part with that id, nullptr where there is none. An empty id finds nothing.
    const Part* find(std::string_view content_id) const;
};

/// Compares ASCII letters in any case.
bool same_word(std::string_view left, std::string_view right);
std::string lower(std::string_view text);

}  // namespace budstikke::ebxml
