// What the reader promises of ordinary documents: every element and text once, the right place of
// an error, the encodings of the standard, attachments of any size up to the limit.
#include "broker/xml/reader.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/xml/recorder.hpp"

namespace budstikke::xml {
namespace {

using namespace std::string_literals;

TEST(Reader, HearsElementsAttributesAndTextInOrder) {
    const auto reading = read_all("<a xmlns='urn:x'><b V='1'>t&amp;&#x41;</b><c/></a>");
    EXPECT_TRUE(reading.result.well_formed);
    EXPECT_EQ(reading.heard.heard, "<a><b V=1>t&A</><c></></>");
    EXPECT_EQ(reading.heard.namespaces, "urn:x");
    EXPECT_EQ(reading.result.schema, Validity::not_checked);
}

TEST(Reader, SkipsCommentsAndProcessingInstructionsAndJoinsCdata) {
    const auto reading = read_all("<?p x?><!-- c --><a>1<!-- c -->2<![CDATA[<3>]]><?p?></a>");
    EXPECT_TRUE(reading.result.well_formed);
    EXPECT_EQ(reading.heard.heard, "<a>12<3></>");
}

TEST(Reader, AttributesInANamespaceAreNotThePlainOnes) {
    const auto reading = read_all("<a xmlns:x='urn:x' x:V='no' V='yes'/>");
    EXPECT_EQ(reading.heard.heard, "<a V=yes></>");
}

TEST(Reader, NamesLineAndPathOfAnError) {
    const auto reading = read_all("<a>\n<b>\n<c></b></a>");
    ASSERT_EQ(reading.code(), "xml.not_well_formed");
    EXPECT_EQ(reading.findings[0].location.line, 3U);
    EXPECT_EQ(reading.findings[0].location.path, "/a/b/c");
    EXPECT_FALSE(reading.result.well_formed);
}

TEST(Reader, ThePathOfALocationIsBounded) {
    std::string deep;
    for (std::size_t i = 0; i < limits::xml_depth_max; ++i) {
        deep += "<" + std::string(limits::xml_name_bytes_max, 'n') + ">";
    }
    const auto reading = read_all(deep + "</x>");
    ASSERT_EQ(reading.code(), "xml.not_well_formed");
    const std::string name = "/" + std::string(limits::finding_path_name_bytes_max, 'n');
    std::string path;
    while (path.size() + name.size() <= limits::finding_path_bytes_max) {
        path += name;
    }
    EXPECT_EQ(reading.findings[0].location.path, path + "/...");
}

TEST(Reader, ThePathOfALocationIsCutWhereItsLimitIs) {
    // Names that leave so many bytes of the path, and one more for what is left.
    const auto path_with = [](std::size_t left_over, std::size_t last) {
        constexpr std::size_t name_max = limits::finding_path_name_bytes_max;
        std::string document;
        std::size_t bytes = 0;
        while (bytes + name_max + 1 + left_over < limits::finding_path_bytes_max) {
            document += "<" + std::string(name_max, 'n') + ">";
            bytes += name_max + 1;
        }
        const std::size_t rest = limits::finding_path_bytes_max - left_over - bytes;
        document += "<" + std::string(rest - 1, 'r') + "><" + std::string(last, 'l') + ">";
        return read_all(document + "</x>").findings.at(0).location.path;
    };
    EXPECT_EQ(path_with(10, 8).size(), limits::finding_path_bytes_max - 1);
    EXPECT_EQ(path_with(10, 9).size(), limits::finding_path_bytes_max);
    EXPECT_TRUE(path_with(10, 10).ends_with("r/..."));
}

TEST(Reader, ANameInAPathIsCutAtItsLimit) {
    const auto path_of = [](std::size_t bytes) {
        const auto reading = read_all("<" + std::string(bytes, 'n') + "></x>");
        return reading.findings.at(0).location.path;
    };
    const std::string at_limit(limits::finding_path_name_bytes_max, 'n');
    EXPECT_EQ(path_of(at_limit.size() - 1), "/" + at_limit.substr(1));
    EXPECT_EQ(path_of(at_limit.size()), "/" + at_limit);
    EXPECT_EQ(path_of(at_limit.size() + 1), "/" + at_limit);
}

TEST(Reader, RefusesWhatIsNotADocument) {
    EXPECT_EQ(read_all("").code(), "payload.empty");
    for (const auto* bytes :
         {"MSH|^~\\&|A", "   ", "{}", "<", "<a", "<a>", "<a/><b/>", "text<a/>"}) {
        EXPECT_EQ(read_all(bytes).code(), "xml.not_well_formed") << bytes;
    }
}

TEST(Reader, EveryTruncationOfADocumentIsRefused) {
    const auto whole =
        "<?xml version=\"1.0\"?><a xmlns='urn:x'><b V=\"1\">t&amp;</b><!-- c --></a>"s;
    ASSERT_TRUE(read_all(whole).result.well_formed);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto reading = read_all(std::string_view(whole).substr(0, size));
        EXPECT_FALSE(reading.result.well_formed) << size;
        EXPECT_EQ(reading.findings.size(), 1U) << size;
    }
}

TEST(Reader, AnUndeclaredPrefixIsNotWellFormed) {
    EXPECT_EQ(read_all("<x:a/>").code(), "xml.not_well_formed");
    EXPECT_EQ(read_all("<a x:b='1'/>").code(), "xml.not_well_formed");
}

TEST(Reader, ABrokenDocumentLeavesNothingToTheNextOne) {
    const std::string whole = "<a xmlns:p='urn:p'><p:b V='1'>text</p:b></a>";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_FALSE(read_all(std::string_view(whole).substr(0, size)).result.well_formed);
        EXPECT_FALSE(read_all("<p:b/>").result.well_formed) << "behind " << size;
        EXPECT_EQ(read_all("<b V='2'/>").heard.heard, "<b V=2></>");
    }
    EXPECT_TRUE(read_all(whole).result.well_formed);
    EXPECT_FALSE(read_all("<p:b/>").result.well_formed);
}

TEST(Reader, NamesWithoutNumberAreReadAsFew) {
    for (std::size_t document = 0; document < 4; ++document) {
        std::string names;
        for (std::size_t i = 0; i < 3000; ++i) {
            names += "<n" + std::to_string(document * 3000 + i) + "/>";
        }
        EXPECT_EQ(read_all("<a>" + names + "</a>").heard.elements, 3001U);
        EXPECT_EQ(read_all("<a xmlns='urn:a'><b/></a>").heard.heard, "<a><b></></>");
    }
}

TEST(Reader, ALongDocumentIsReadAsAShortOne) {
    for (const std::size_t size :
         {limits::xml_in_place_bytes_max - 7, limits::xml_in_place_bytes_max - 6, 256 * limits::kib
         }) {
        const auto reading = read_all("<a>" + std::string(size, 'x') + "</a>");
        EXPECT_TRUE(reading.result.well_formed);
        EXPECT_EQ(reading.heard.text_bytes, size);
    }
}

TEST(Reader, AnAttachmentMayFillTheWholePayload) {
    const std::string_view open = "<a>";
    const std::string_view close = "</a>";
    const auto room = limits::payload_bytes_max - open.size() - close.size();
    auto document = std::string(open) + std::string(room, 'A') + std::string(close);
    const auto at_limit = read_all(document);
    EXPECT_TRUE(at_limit.result.well_formed);
    EXPECT_EQ(at_limit.heard.text_bytes, room);
    document.insert(open.size(), "A");
    EXPECT_EQ(read_all(document).code(), "payload.too_large");
    document.erase(open.size(), 2);
    EXPECT_TRUE(read_all(document).result.well_formed);
}

TEST(Reader, ALargeCdataSectionIsRead) {
    const std::size_t size = 12 * limits::mib;  // above libxml2's own limit
    const auto reading = read_all("<a><![CDATA[" + std::string(size, 'A') + "]]></a>");
    EXPECT_TRUE(reading.result.well_formed);
    EXPECT_EQ(reading.heard.text_bytes, size);
}

TEST(Encoding, Latin1IsReadAsDeclared) {
    const auto reading = read_all("<?xml version='1.0' encoding='iso-8859-1'?><a>\xE6\xF8\xE5</a>");
    EXPECT_TRUE(reading.result.well_formed);
    EXPECT_EQ(reading.heard.heard, "<a>\u00e6\u00f8\u00e5</>");
}

TEST(Encoding, TheDeclarationIsReadUpToItsLimit) {
    // The name of the encoding ends one byte before the limit, at it, and one behind it.
    const auto code_of = [](std::size_t end_of_name) {
        std::string document = "<?xml version='1.0'";
        const std::string encoding = "encoding='x'";
        document += std::string(end_of_name - document.size() - encoding.size(), ' ');
        return read_all(document + encoding + "?><a/>").code();
    };
    EXPECT_EQ(code_of(limits::xml_declaration_bytes_max - 1), "xml.encoding");
    EXPECT_EQ(code_of(limits::xml_declaration_bytes_max), "xml.encoding");
    EXPECT_EQ(code_of(limits::xml_declaration_bytes_max + 1), "none");
}

TEST(Encoding, AByteOrderMarkIsNotContent) {
    EXPECT_EQ(read_all("\xEF\xBB\xBF<a>\xC3\xA6</a>").heard.heard, "<a>\u00e6</>");
}

std::string utf16(std::u16string_view text, bool big_endian) {
    std::string bytes = big_endian ? "\xFE\xFF" : "\xFF\xFE";
    for (const char16_t unit : text) {
        const char high = static_cast<char>(unit / 256);
        const char low = static_cast<char>(unit % 256);
        bytes += big_endian ? high : low;
        bytes += big_endian ? low : high;
    }
    return bytes;
}

TEST(Encoding, Utf16IsReadByItsMark) {
    const auto* const document =
        u"<?xml version='1.0' encoding='UTF-16'?><a>\u00e6\u20ac\U0001F600</a>";
    for (const bool big_endian : {false, true}) {
        const auto reading = read_all(utf16(document, big_endian));
        EXPECT_TRUE(reading.result.well_formed);
        EXPECT_EQ(reading.heard.heard, "<a>\u00e6\u20ac\U0001F600</>");
    }
}

TEST(Encoding, WhatIsUnknownOrUntrueIsAFinding) {
    const auto declared = [](std::string_view name) {
        return "<?xml version='1.0' encoding='" + std::string(name) + "'?><a/>";
    };
    for (const auto* name : {"UTF-7", "UTF-16", "UCS-4", "windows-1252", "EBCDIC-CP-US", "x"}) {
        EXPECT_EQ(read_all(declared(name)).code(), "xml.encoding") << name;
    }
    EXPECT_EQ(read_all("\xEF\xBB\xBF" + declared("ISO-8859-1")).code(), "xml.encoding");
    EXPECT_EQ(read_all("<a>\xE6</a>").code(), "xml.encoding") << "Latin-1 that calls itself UTF-8";
    EXPECT_EQ(read_all("<a>\xC0\xBC</a>").code(), "xml.encoding") << "an overlong sequence";
    EXPECT_EQ(
        read_all(utf16(u"<?xml version='1.0' encoding='UTF-8'?><a/>", true)).code(), "xml.encoding"
    );
    EXPECT_EQ(read_all(utf16(u"<a/>", true) + "x").code(), "xml.encoding") << "half a unit";
    EXPECT_EQ(read_all("\xFF\xFE<\0\0\xD8"s).code(), "xml.encoding") << "half a surrogate pair";
    EXPECT_EQ(read_all("<\0a\0/\0>\0"s).code(), "xml.encoding") << "UTF-16 without a mark";
}

TEST(Encoding, ANulIsNeverRead) {
    EXPECT_FALSE(read_all("<a>\0</a>"s).result.well_formed);
    EXPECT_FALSE(read_all("<a\0/>"s).result.well_formed);
    EXPECT_FALSE(read_all("<a b='\0'/>"s).result.well_formed);
    EXPECT_FALSE(read_all("<a/>\0"s).result.well_formed);
    EXPECT_FALSE(read_all("<a>&#0;</a>").result.well_formed);
}

TEST(FindingList, TheLastOfTooManySaysThatThereAreMore) {
    for (const std::size_t added :
         {limits::findings_max - 1, limits::findings_max, limits::findings_max + 1}) {
        FindingList list;
        for (std::size_t i = 0; i < added; ++i) {
            list.add(finding::schema_invalid);
        }
        const auto findings = std::move(list).take();
        EXPECT_EQ(findings.size(), std::min(added, limits::findings_max));
        EXPECT_EQ(findings.back().spec == &finding::more_findings, added >= limits::findings_max);
    }
}

}  // namespace
}  // namespace budstikke::xml
