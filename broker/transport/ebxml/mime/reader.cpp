#include "broker/transport/ebxml/mime/reader.hpp"

#include <set>
#include <string>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"

namespace budstikke::ebxml {
namespace {

constexpr auto npos = std::string_view::npos;

struct Line {
    std::string_view text;  ///< without its end
    std::size_t begin = 0;  ///< in the package
    std::size_t next = 0;   ///< where the next line begins
};

/// The line that begins at `at`, which is below the end of `bytes`.
Line line_at(std::string_view bytes, std::size_t at) {
    const auto feed = bytes.find('\n', at);
    const auto end = feed == npos ? bytes.size() : feed;
    auto text = bytes.substr(at, end - at);
    if (feed != npos && text.ends_with('\r')) {
        text.remove_suffix(1);
    }
    return {.text = text, .begin = at, .next = feed == npos ? end : feed + 1};
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view without_blank_ends(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

/// A header block and where its body begins.
struct Block {
    Headers headers;
    std::size_t body = 0;
};

Result<Block> read_headers(std::string_view bytes, Span span) {
    Block block;
    const auto end = span.offset + span.length;
    auto at = span.offset;
    while (at < end) {
        const auto line = line_at(bytes.substr(0, end), at);
        if (line.next - span.offset > limits::mime_header_bytes_max) {
            return fail(Errc::limit_exceeded, "a header of the package is too large");
        }
        if (line.text.empty()) {
            at = line.next;
            break;
        }
        auto& fields = block.headers.fields;
        const auto colon = line.text.find(':');
        if (is_blank(line.text.front())) {
            if (!fields.empty()) {
                fields.back().value += ' ';
                fields.back().value += without_blank_ends(line.text);
            }
        } else if (line.text.starts_with("--")) {
            break;  // SEEN: the delimiter right behind the last field
        } else if (colon != npos) {
            if (fields.size() == limits::mime_header_fields_max) {
                return fail(Errc::limit_exceeded, "too many header fields");
            }
            fields.push_back({
                .name = std::string(without_blank_ends(line.text.substr(0, colon))),
                .value = std::string(without_blank_ends(line.text.substr(colon + 1))),
            });
        }
        at = line.next;
    }
    block.body = at;
    return block;
}

/// What the fields say of the content below them. A field that is given twice is refused.
struct Meaning {
    std::optional<ContentType> content_type;
    TransferEncoding encoding = TransferEncoding::absent;
    std::string content_id;
};

Result<Meaning> meaning_of(const Headers& headers) {
    for (const auto* name : {"Content-Type", "Content-Transfer-Encoding", "Content-ID"}) {
        if (headers.count(name) > 1) {
            return fail(Errc::malformed, std::string(name) + " is given twice");
        }
    }
    Meaning meaning;
    if (const auto* value = headers.find("Content-Type")) {
        auto type = parse_content_type(*value);
        if (type) {
            meaning.content_type = std::move(*type);
        } else if (same_word(value->substr(0, 10), "multipart/")) {
            return std::unexpected(type.error());
        }
    }
    if (const auto* value = headers.find("Content-Transfer-Encoding")) {
        meaning.encoding = parse_transfer_encoding(*value);
    }
    if (const auto* value = headers.find("Content-ID")) {
        meaning.content_id = parse_message_id(*value);
    }
    return meaning;
}

/// A delimiter line of RFC 2046 section 5.1.1: the whole line, with blanks behind it at most.
enum class Delimiter { none, next, last };

Delimiter delimiter_of(std::string_view line, std::string_view boundary) {
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) {
        return Delimiter::none;
    }
    const auto rest = without_blank_ends(line.substr(2 + boundary.size()));
    if (rest.empty()) {
        return Delimiter::next;
    }
    return rest == "--" ? Delimiter::last : Delimiter::none;
}

class Reader {
 public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    Result<Entity> run() {
        auto block = read_headers(bytes_, {.offset = 0, .length = bytes_.size()});
        if (!block) {
            return std::unexpected(block.error());
        }
        auto meaning = meaning_of(block->headers);
        if (!meaning) {
            return std::unexpected(meaning.error());
        }
        entity_.headers = block->headers;
        entity_.content_type = meaning->content_type;
        entity_.multipart = meaning->content_type && meaning->content_type->type == "multipart";
        const Span body{.offset = block->body, .length = bytes_.size() - block->body};
        if (auto done = content(std::move(*block), std::move(*meaning), body, 0); !done) {
            return std::unexpected(done.error());
        }
        return std::move(entity_);
    }

 private:
    Result<void> content(Block block, Meaning meaning, Span body, std::size_t depth) {
        if (++entities_ > limits::mime_parts_max) {
            return fail(Errc::limit_exceeded, "too many parts");
        }
        if (meaning.content_type && meaning.content_type->type == "multipart") {
            return split(meaning.content_type->parameter("boundary"), body, depth + 1);
        }
        if (!meaning.content_id.empty() && !ids_.insert(meaning.content_id).second) {
            return fail(Errc::malformed, "two parts have one Content-ID");
        }
        entity_.parts.push_back({
            .headers = std::move(block.headers),
            .content_type = std::move(meaning.content_type),
            .encoding = meaning.encoding,
            .content_id = std::move(meaning.content_id),
            .raw = body,
            .content = decode_content(body.of(bytes_), meaning.encoding),
            .depth = depth,
        });
        return {};
    }

    Result<void> split(std::string_view boundary, Span body, std::size_t depth) {
        if (depth > limits::mime_depth_max) {
            return fail(Errc::limit_exceeded, "multiparts are too deep inside each other");
        }
        const auto end = body.offset + body.length;
        std::size_t part = npos;  ///< where the part that is being read begins
        std::size_t at = boundary.empty() ? end : body.offset;
        while (at < end) {
            const auto line = line_at(bytes_.substr(0, end), at);
            const auto found = delimiter_of(line.text, boundary);
            if (found != Delimiter::none) {
                if (auto done = part_between(part, line.begin, depth); !done) {
                    return done;
                }
                if (found == Delimiter::last) {
                    return {};
                }
                part = line.next;
            }
            at = line.next;
        }
        entity_.closed = false;
        return part_between(part, end, depth);
    }

    /// The line end in front of a delimiter belongs to the delimiter.
    Result<void> part_between(std::size_t begin, std::size_t end, std::size_t depth) {
        if (begin == npos) {
            return {};
        }
        if (end > begin && bytes_[end - 1] == '\n') {
            --end;
            if (end > begin && bytes_[end - 1] == '\r') {
                --end;
            }
        }
        auto block = read_headers(bytes_, {.offset = begin, .length = end - begin});
        if (!block) {
            return std::unexpected(block.error());
        }
        auto meaning = meaning_of(block->headers);
        if (!meaning) {
            return std::unexpected(meaning.error());
        }
        const Span body{.offset = block->body, .length = end - block->body};
        return content(std::move(*block), std::move(*meaning), body, depth);
    }

    std::string_view bytes_;
    Entity entity_;
    std::set<std::string, std::less<>> ids_;
    std::size_t entities_ = 0;
};

}  // namespace

Result<Entity> read_mime(std::string_view bytes) {
    if (bytes.size() > limits::mime_bytes_max) {
        return fail(Errc::limit_exceeded, "the package is too large");
    }
    return Reader(bytes).run();
}

}  // namespace budstikke::ebxml
