// See inside.hpp.
#include "broker/crypto/cms/inside.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include <zlib.h>

#include "broker/base/limits.hpp"
#include "broker/base/text.hpp"

namespace budstikke::crypto::cms {
namespace {

constexpr auto npos = std::string_view::npos;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

bool is_gzip(std::string_view bytes) {
    return bytes.starts_with("\x1f\x8b");
}

bool is_xml(std::string_view bytes) {
    // UTF-8 and UTF-16 byte order marks; the XML reader knows what to do with them.
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return true;
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    return first != npos && bytes[first] == '<';
}

std::expected<std::string, Fault> inflate_all(std::string_view packed, std::size_t bytes_max) {
    constexpr int gzip_only = 16 + MAX_WBITS;
    z_stream stream{};
    if (inflateInit2(&stream, gzip_only) != Z_OK) return std::unexpected(Fault::inflation);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string plain;
    std::array<char, 64 * limits::kib> piece{};
    int status = Z_OK;
    while (status == Z_OK && plain.size() <= bytes_max) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        status = inflate(&stream, Z_NO_FLUSH);
        plain.append(piece.data(), piece.size() - stream.avail_out);
    }
    const bool whole = status == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    if (plain.size() > bytes_max) return std::unexpected(Fault::too_large_inside);
    if (!whole) return std::unexpected(Fault::inflation);
    return plain;
}

std::optional<std::uint8_t> base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0' + 52);
    if (c == '+') return std::uint8_t{62};
    if (c == '/') return std::uint8_t{63};
    return std::nullopt;
}

/// RFC 2045, 6.8, but strict: any other character than white space is an error.
std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const auto value = base64_value(c);
        if (!value || padding > 0) return std::nullopt;
        bits = (bits << 6U) | *value;
        if (++digits % 4 == 0) {
            bytes +=
                {static_cast<char>(bits >> 16U & 0xffU), static_cast<char>(bits >> 8U & 0xffU),
                 static_cast<char>(bits & 0xffU)};
        }
    }
    const std::size_t rest = digits % 4;
    if (rest == 1 || padding > 2 || (digits + padding) % 4 != 0) return std::nullopt;
    if (rest >= 2) bytes += static_cast<char>(bits >> (rest == 2 ? 4U : 10U) & 0xffU);
    if (rest == 3) bytes += static_cast<char>(bits >> 2U & 0xffU);
    return bytes;
}

std::optional<std::uint8_t> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    return std::nullopt;
}

/// RFC 2045, 6.7.
std::optional<std::string> from_quoted_printable(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        while (line.ends_with(' ') || line.ends_with('\t'))
            line.remove_suffix(1);
        const bool soft = line.ends_with('=');
        if (soft) line.remove_suffix(1);
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '=') {
                bytes += line[i];
                continue;
            }
            if (i + 2 >= line.size()) return std::nullopt;
            const auto high = hex_value(line[i + 1]);
            const auto low = hex_value(line[i + 2]);
            if (!high || !low) return std::nullopt;
            bytes += static_cast<char>(*high << 4U | *low);
            i += 2;
        }
        if (!soft && end != npos) bytes += "\r\n";
    }
    return bytes;
}

struct MimePart {
    std::string content_type;
    std::string transfer_encoding;
    std::string_view body;
};

/// Nothing where the bytes do not begin with header fields, one of them `Content-...`.
std::optional<MimePart> read_headers(std::string_view bytes) {
    MimePart part;
    bool has_content_field = false;
    std::string* last = nullptr;
    std::size_t at = 0;
    while (true) {
        const std::size_t end = bytes.find('\n', at);
        if (end == npos || end > limits::mime_header_bytes_inside_max) return std::nullopt;
        std::string_view line = bytes.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        at = end + 1;
        if (line.empty()) break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (last != nullptr) *last += line;
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == npos || colon == 0) return std::nullopt;
        const std::string field = lowered(line.substr(0, colon));
        const bool is_token = std::ranges::all_of(field, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
        if (!is_token) return std::nullopt;
        has_content_field = has_content_field || field.starts_with("content-");
        last = field == "content-type"                ? &part.content_type
               : field == "content-transfer-encoding" ? &part.transfer_encoding
                                                      : nullptr;
        // The first counts; a second of the same name would be somebody's other opinion.
        if (last != nullptr && !last->empty()) return std::nullopt;
        if (last != nullptr) *last = line.substr(colon + 1);
    }
    if (!has_content_field) return std::nullopt;
    const std::string_view type = part.content_type;
    part.content_type = lowered(trim(type.substr(0, type.find(';'))));
    part.transfer_encoding = lowered(trim(part.transfer_encoding));
    part.body = bytes.substr(at);
    return part;
}

std::optional<std::string> decode(std::string_view body, std::string_view encoding) {
    if (encoding == "base64") return from_base64(body);
    if (encoding == "quoted-printable") return from_quoted_printable(body);
    const bool as_is =
        encoding.empty() || encoding == "8bit" || encoding == "binary" || encoding == "7bit";
    return as_is ? std::optional(std::string(body)) : std::nullopt;
}

/// XML, or gzip of XML.
std::expected<Opened, Fault> unpack_xml(std::string content, std::size_t bytes_max) {
    Opened opened;
    if (is_gzip(content)) {
        auto plain = inflate_all(content, bytes_max);
        if (!plain) return std::unexpected(plain.error());
        content = std::move(*plain);
        opened.gzip = true;
        opened.inside = Inside::gzip;
    }
    if (content.size() > bytes_max) return std::unexpected(Fault::too_large_inside);
    if (!is_xml(content)) return std::unexpected(Fault::content_unknown);
    opened.payload = std::move(content);
    return opened;
}

}  // namespace

std::expected<Opened, Fault> unpack(std::string content, std::size_t bytes_max) {
    if (is_gzip(content) || is_xml(content)) return unpack_xml(std::move(content), bytes_max);
    auto part = read_headers(content);
    if (!part) return std::unexpected(Fault::content_unknown);
    auto body = decode(part->body, part->transfer_encoding);
    if (!body) return std::unexpected(Fault::transfer_encoding);
    auto opened = unpack_xml(std::move(*body), bytes_max);
    if (!opened) return opened;
    opened->inside = Inside::mime;
    opened->content_type = std::move(part->content_type);
    opened->transfer_encoding = std::move(part->transfer_encoding);
    return opened;
}

std::string mime_part(std::string_view xml) {
    std::string part = "Content-Type: application/xml\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    part += xml;
    return part;
}

std::string gzip(std::string_view content) {
    constexpr int gzip_window = 16 + MAX_WBITS;
    constexpr int memory_level = 8;  // zlib's own default
    z_stream stream{};
    // Without a header of its own zlib writes no time and no name.
    if (deflateInit2(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level,
            Z_DEFAULT_STRATEGY
        ) != Z_OK) {
        throw std::bad_alloc();
    }
    const std::unique_ptr<z_stream, decltype(&deflateEnd)> end(&stream, deflateEnd);
    std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    // The output holds all of it, so one call is the whole of the work.
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        throw std::logic_error("deflateBound was too small");
    }
    packed.erase(stream.total_out);
    return packed;
}

}  // namespace budstikke::crypto::cms
