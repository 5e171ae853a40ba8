// What reading a MIME package promises: the parts at their exact bytes, what is SEEN in practice, a
// coded answer to everything else, and work that grows no faster than the package.
#include <chrono>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/mime/reader.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml {
namespace {

using namespace std::string_literals;

const std::string two_parts =
    "MIME-Version: 1.0\r\n"
    "SOAPACTION: \"ebxml\"\r\n"
    "content-type: Multipart/Related; type=\"text/xml\";\r\n\tboundary=\"b.1\"; start=\"<s@x>\"\r\n"
    "\r\n"
    "preamble\r\n"
    "--b.1\r\n"
    "Content-Type: text/xml; charset=UTF-8\r\n"
    "Content-Id: <s@x>\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "PGE+\r\nPC9hPg==\r\n"
    "--b.1  \r\n"
    "Content-Type: application/octet-stream\r\n"
    "Content-ID: p@x\r\n"
    "\r\n"
    "line one\r\n--b.10\r\n\r\n"
    "\r\n--b.1--\r\n"
    "epilogue\r\n";

TEST(MimeReader, GivesThePartsWithTheirFieldsAndExactBytes) {
    const auto entity = read_mime(two_parts);
    ASSERT_TRUE(entity) << entity.error().detail;
    EXPECT_TRUE(entity->multipart);
    EXPECT_TRUE(entity->closed);
    ASSERT_TRUE(entity->content_type);
    EXPECT_TRUE(entity->content_type->is("multipart", "related"));
    EXPECT_EQ(entity->content_type->parameter("start"), "<s@x>");
    ASSERT_NE(entity->headers.find("soapaction"), nullptr);
    EXPECT_EQ(*entity->headers.find("SOAPAction"), "\"ebxml\"");
    ASSERT_EQ(entity->parts.size(), 2U);
    const auto& soap = entity->parts[0];
    EXPECT_EQ(soap.encoding, TransferEncoding::base64);
    EXPECT_EQ(soap.content, "<a></a>");
    EXPECT_EQ(soap.raw.of(two_parts), "PGE+\r\nPC9hPg==");
    EXPECT_EQ(soap.content_id, "s@x");
    const auto& payload = entity->parts[1];
    EXPECT_EQ(payload.encoding, TransferEncoding::absent);
    // The line end before the delimiter is the delimiter's; --b.10 is another boundary's.
    EXPECT_EQ(payload.content, "line one\r\n--b.10\r\n\r\n");
    EXPECT_EQ(payload.raw.of(two_parts), payload.content);
    EXPECT_EQ(entity->find("p@x"), &payload);
    EXPECT_EQ(entity->find("s"), nullptr);
    EXPECT_EQ(entity->find(""), nullptr);
}

TEST(MimeReader, ReadsLinesThatEndWithALineFeedOnly) {
    std::string text = two_parts;
    std::erase(text, '\r');
    const auto entity = read_mime(text);
    ASSERT_TRUE(entity);
    ASSERT_EQ(entity->parts.size(), 2U);
    EXPECT_EQ(entity->parts[0].content, "<a></a>");
    EXPECT_EQ(entity->parts[1].content, "line one\n--b.10\n\n");
}

TEST(MimeReader, ReadsADelimiterRightBehindTheLastField) {
    const auto entity = read_mime(changed(two_parts, "\r\n\r\npreamble\r\n", "\r\n"));
    ASSERT_TRUE(entity);
    EXPECT_EQ(entity->parts.size(), 2U);
}

TEST(MimeReader, ReadsAPackageThatIsNoMultipart) {
    const auto entity = read_mime("Content-Type: text/xml\n\n<a/>\n");
    ASSERT_TRUE(entity);
    EXPECT_FALSE(entity->multipart);
    ASSERT_EQ(entity->parts.size(), 1U);
    EXPECT_EQ(entity->parts[0].content, "<a/>\n");
    EXPECT_EQ(entity->parts[0].depth, 0U);
}

TEST(MimeReader, ReadsTheLeavesOfAMultipartInsideAnother) {
    const auto entity = read_mime(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\n" + two_parts + "\n--o\n\nlast\n--o--\n"
    );
    ASSERT_TRUE(entity);
    ASSERT_EQ(entity->parts.size(), 3U);
    EXPECT_EQ(entity->parts[0].content, "<a></a>");
    EXPECT_EQ(entity->parts[0].depth, 2U);
    EXPECT_EQ(entity->parts[2].content, "last");
    EXPECT_EQ(entity->parts[2].depth, 1U);
}

TEST(MimeReader, AnInnerMultipartEndsWithThePartThatHoldsIt) {
    // The inner delimiter behind the outer one belongs to nobody.
    const auto entity = read_mime(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; "
        "boundary=i\n"
        "\n--i\n\none\n--o\n\ntwo\n--i\n\nthree\n--o--\n"
    );
    ASSERT_TRUE(entity);
    EXPECT_FALSE(entity->closed);
    ASSERT_EQ(entity->parts.size(), 2U);
    EXPECT_EQ(entity->parts[0].content, "one");
    EXPECT_EQ(entity->parts[1].content, "two\n--i\n\nthree");
}

TEST(MimeReader, SaysThatAPackageWasNotClosed) {
    const auto entity = read_mime(changed(two_parts, "\r\n--b.1--\r\nepilogue\r\n", ""));
    ASSERT_TRUE(entity);
    EXPECT_FALSE(entity->closed);
    EXPECT_EQ(entity->parts.size(), 2U);
}

TEST(MimeReader, AMultipartWithoutItsBoundaryHasNoParts) {
    for (const auto* type :
         {"multipart/related", "multipart/related; boundary=\"\"",
          "multipart/related; boundary=other"}) {
        const auto entity = read_mime("Content-Type: "s + type + "\n\n--b\n\nx\n--b--\n");
        ASSERT_TRUE(entity) << type;
        EXPECT_TRUE(entity->multipart) << type;
        EXPECT_TRUE(entity->parts.empty()) << type;
        EXPECT_FALSE(entity->closed) << type;
    }
}

TEST(MimeReader, RefusesWhatTwoReadersCouldReadInTwoWays) {
    const auto code = [](const std::string& text) {
        const auto entity = read_mime(text);
        return entity ? "read"s : std::string(name(entity.error().code));
    };
    EXPECT_EQ(code("Content-Type: text/xml\nContent-type: text/plain\n\nx"), "malformed");
    EXPECT_EQ(
        code("Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a--\n"), "malformed"
    );
    EXPECT_EQ(code(changed(two_parts, "Content-ID: p@x", "Content-ID: <s@x>")), "malformed");
    EXPECT_EQ(
        code(changed(two_parts, "Content-Id:", "Content-Transfer-Encoding: 8bit\r\nContent-Id:")),
        "malformed"
    );
}

TEST(MimeReader, ReadsWhateverBytesThereAre) {
    for (const auto& text :
         {""s, "\n"s, "x"s, ":"s, "a:b"s, "\0\0\n\0"s, "Content-Type: \0/\n\n"s,
          "Content-Type: multipart/\n\n--\n"s, "--\n--\n"s, "\xff\xfe\n:\n"s}) {
        EXPECT_TRUE(read_mime(text)) << text;
    }
}

std::string nested(std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) {
        const auto boundary = "b" + std::to_string(i);
        text += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
    }
    return text + "\nx\n";
}

std::string with_parts(std::size_t leaves) {
    std::string text = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (std::size_t i = 0; i < leaves; ++i) {
        text += "--b\n\nx\n";
    }
    return text + "--b--\n";
}

TEST(MimeLimits, MultipartsInsideEachOther) {
    EXPECT_TRUE(read_mime(nested(limits::mime_depth_max - 1)));
    EXPECT_TRUE(read_mime(nested(limits::mime_depth_max)));
    const auto above = read_mime(nested(limits::mime_depth_max + 1));
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

TEST(MimeLimits, Parts) {
    // The multipart itself is one.
    EXPECT_TRUE(read_mime(with_parts(limits::mime_parts_max - 2)));
    EXPECT_TRUE(read_mime(with_parts(limits::mime_parts_max - 1)));
    const auto above = read_mime(with_parts(limits::mime_parts_max));
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

TEST(MimeLimits, HeaderFields) {
    const auto fields = [](std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            text += "X: y\n";
        }
        return read_mime(text + "\nbody");
    };
    EXPECT_TRUE(fields(limits::mime_header_fields_max - 1));
    EXPECT_TRUE(fields(limits::mime_header_fields_max));
    EXPECT_FALSE(fields(limits::mime_header_fields_max + 1));
}

TEST(MimeLimits, HeaderBytes) {
    const auto header = [](std::size_t bytes) {
        const auto fixed = "X: \n\n"s.size();
        return read_mime("X: " + std::string(bytes - fixed, 'y') + "\n\n");
    };
    EXPECT_TRUE(header(limits::mime_header_bytes_max - 1));
    EXPECT_TRUE(header(limits::mime_header_bytes_max));
    EXPECT_FALSE(header(limits::mime_header_bytes_max + 1));
    const auto part = "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: " +
                      std::string(limits::mime_header_bytes_max, 'y') + "\n\nx\n--b--\n";
    EXPECT_FALSE(read_mime(part));
}

TEST(MimeLimits, ThePackage) {
    std::string text = "Content-Type: text/xml\n\n";
    text.resize(limits::mime_bytes_max - 1, 'x');
    EXPECT_TRUE(read_mime(text));
    text.resize(limits::mime_bytes_max, 'x');
    EXPECT_TRUE(read_mime(text));
    text.resize(limits::mime_bytes_max + 1, 'x');
    const auto above = read_mime(text);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

TEST(MimeFields, ContentTypesAreReadInAnyCaseAndWithAnySpacing) {
    const auto type =
        parse_content_type("Application/PKCS7-mime ;SMIME-Type=enveloped-data; x=\"a b\"");
    ASSERT_TRUE(type);
    EXPECT_TRUE(type->is("application", "pkcs7-mime"));
    EXPECT_EQ(type->parameter("smime-type"), "enveloped-data");
    EXPECT_EQ(type->parameter("x"), "a b");
    EXPECT_EQ(type->parameter("y"), "");
    for (const auto& none : {""s, "text"s, "/xml"s, "a\0/b"s}) {
        EXPECT_FALSE(parse_content_type(none)) << none;
    }
}

TEST(MimeFields, TransferEncodings) {
    EXPECT_EQ(parse_transfer_encoding(" BASE64 "), TransferEncoding::base64);
    EXPECT_EQ(parse_transfer_encoding("8BIT"), TransferEncoding::eight_bit);
    EXPECT_EQ(parse_transfer_encoding("base-64"), TransferEncoding::unknown);
    EXPECT_EQ(decode_content("a=3Db=\r\nc", TransferEncoding::quoted_printable), "a=bc");
    EXPECT_EQ(decode_content("a=3D", TransferEncoding::eight_bit), "a=3D");
    EXPECT_EQ(decode_content(" Y WI\r\n=", TransferEncoding::base64), "ab");
    // What is cut off in the middle of a group is no byte of the content.
    EXPECT_EQ(decode_content("YWJjYWI", TransferEncoding::base64), "abc");
}

TEST(MimeFields, Base64IsReadBackAsItWasWrittenForAnyLength) {
    std::string bytes;
    for (int i = 0; i < 400; ++i) {
        const auto written = encode_base64(bytes);
        EXPECT_EQ(decode_content(written, TransferEncoding::base64), bytes) << i;
        for (std::size_t at = 0; at < written.size();) {
            const auto end = written.find("\r\n", at);
            ASSERT_NE(end, std::string::npos);
            EXPECT_LE(end - at, 76U);
            at = end + 2;
        }
        bytes += static_cast<char>(i * 7);
    }
}

TEST(MimeFields, AddressesAndIds) {
    EXPECT_EQ(
        parse_addresses("\"Lege, Ola\" <a@edi.nhn.no> (x), b@edi.nhn.no"),
        (std::vector<std::string>{"a@edi.nhn.no", "b@edi.nhn.no"})
    );
    EXPECT_EQ(parse_addresses("mailto:a@edi.nhn.no"), std::vector<std::string>{"a@edi.nhn.no"});
    EXPECT_TRUE(parse_addresses("").empty());
    EXPECT_EQ(parse_message_id(" <a@b> "), "a@b");
    EXPECT_EQ(parse_message_id("a"), "a");
    EXPECT_EQ(parse_message_id("<"), "<");
}

}  // namespace
}  // namespace budstikke::ebxml
