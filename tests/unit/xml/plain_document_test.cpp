// What the short way promises: it tells what libxml2 tells, line by line, of every document that it
// takes, and takes none that libxml2 refuses. An instruction at the end of a document changes
// nothing of what there is to tell, but sends it to libxml2; so every document is read both ways.
#include "broker/xml/plain_document.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/xml/recorder.hpp"

namespace budstikke::xml {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view to_libxml2 = "<?to libxml2?>";

/// Writes everything down that there is to hear; text in pieces counts as one.
class Stenographer final : public Handler {
 public:
    void start(const StartTag& tag) override {
        heard += "\n<" + std::to_string(tag.line) + " {" + std::string(tag.xml_namespace) + "}" +
                 std::string(tag.prefix) + ":" + std::string(tag.name);
        for (std::size_t i = 0; i < tag.declarations.size(); ++i) {
            const auto [prefix, xml_namespace] = tag.declarations.at(i);
            heard += " xmlns:" + std::string(prefix) + "=" + std::string(xml_namespace);
        }
        for (std::size_t i = 0; i < tag.attributes.size(); ++i) {
            const auto given = tag.attributes.at(i);
            heard += " {" + std::string(given.xml_namespace) + "}" + std::string(given.prefix) +
                     ":" + std::string(given.name) + "=" + std::string(given.value);
        }
        heard += ">";
    }
    void text(std::string_view piece) override { heard += piece; }
    void end() override { heard += "</>"; }

    std::string heard;
};

bool is_plain(std::string_view bytes) {
    return PlainDocument().read(bytes);
}

/// Both ways over one document; whether it is plain.
bool agree(const std::string& document, const SchemaSet* schemas = nullptr) {
    Stenographer plain;
    Stenographer full;
    FindingList plain_findings;
    FindingList full_findings;
    const auto one = read(document, plain, plain_findings, schemas);
    const auto two = read(document + std::string(to_libxml2), full, full_findings, schemas);
    const bool taken = one.well_formed && is_plain(document);
    if (taken) {
        EXPECT_TRUE(two.well_formed) << document;
        EXPECT_EQ(plain.heard, full.heard) << document;
    }
    EXPECT_EQ(one.well_formed, two.well_formed) << document;
    EXPECT_EQ(one.schema, two.schema) << document;
    if (one.well_formed) {
        EXPECT_EQ(plain_findings.findings().size(), full_findings.findings().size()) << document;
        for (std::size_t i = 0; i < plain_findings.findings().size(); ++i) {
            EXPECT_EQ(plain_findings.findings()[i].location, full_findings.findings()[i].location)
                << document;
        }
    }
    return taken;
}

const std::string sample =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
    "<p:a xmlns:p='urn:p' xmlns=\"http://x.y/z\" v='1'>\n"
    "  <b V=\"æ\" p:W='>'/> x &amp; y]]&#230; <!-- ] -->\r\n<Formål  p:w = \"it's\" "
    "w='2'\n>æ</Formål >"
    "<c xmlns='urn:q'><p:d e=''/></c>\t</p:a>\n";

std::string with(std::size_t at, std::size_t left_out, std::string_view instead) {
    return std::string(sample).replace(at, left_out, instead);
}

TEST(PlainDocument, TakesWhatMessagesAreMadeOf) {
    EXPECT_TRUE(is_plain("<a/>"));
    EXPECT_TRUE(agree("<!-- a --><a>b<!-- \r\n<c> -->&#xE6;&#230;d&#13;&#x1F600;</a>\n<!-- - --> ")
    );
    EXPECT_TRUE(is_plain("<?xml version='1.0'?><a b='c'>d&lt;</a >\n"));
    EXPECT_TRUE(is_plain(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\" ?>\n<a\n xmlns:b='urn:b'"
        "\tb:c='>'><b:d xmlns='urn:d'><e/></b:d>&quot;&apos;&gt;\r\n</a>"
    ));
}

TEST(PlainDocument, LeavesTheRestToLibxml2) {
    for (const std::string document :
         {"",
          " <a/>",
          "<a>",
          "<a></b>",
          "<a/><b/>",
          "<a/>x",
          "<a b='1' b='2'/>",
          "<a b='1'c='2'/>",
          "<a b=1/>",
          "<a b='<'/>",
          "<a b='&amp;'/>",
          "<a b='\n'/>",
          "<a:b/>",
          "<a b:c='1'/>",
          "<a:b:c xmlns:a='urn:a'/>",
          "<a xmlns:b=''/>",
          "<a xmlns=''/>",
          "<a xmlns='a b'/>",
          "<a xmlns:b='urn:1' xmlns:b='urn:2'/>",
          "<a xmlns:b='urn:b' xmlns:c='urn:b' b:d='' c:d=''/>",
          "<a xml:lang='nb'/>",
          "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
          "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
          "<a xmlns:xmlns='urn:x'/>",
          "<a>]]></a>",
          "<a>&b;</a>",
          "<a>&#xD800;</a>",
          "<a>&#x110000;</a>",
          "<a>&#99999999999;</a>",
          "<a>&#0;</a>",
          "<a>&#;</a>",
          "<a>&#x;</a>",
          "<a>&#1x;</a>",
          "<a>&#xFFFF;</a>",
          "<a>\r</a>",
          "<a>\x01</a>",
          "<a>\xEF\xBF\xBE</a>",
          "<a b='\xEF\xBF\xBF'/>",
          "<!DOCTYPE a><a/>",
          "<a><!-- b -- c --></a>",
          "<a><!--- --></a>",
          "<a><!--></a>",
          "<a><!-- \x01 --></a>",
          "<a><!-- \xEF\xBF\xBF --></a>",
          "<a><!-- </a>",
          "<a><!-- --- --></a>",
          "<!-- --",
          "<a/><!-- ->",
          "<a><![CDATA[b]]></a>",
          "<a><?b?></a>",
          "<?xml version='1.1'?><a/>",
          "<?xml version='1.0' encoding=''?><a/>",
          "<1/>",
          "<\xC3\x97/>",
          "< a/>",
          "<a / >",
          "</a>",
          "<a></a"}) {
        EXPECT_FALSE(is_plain(document)) << document;
        agree(document);
    }
    EXPECT_FALSE(is_plain(std::string("<a>\0</a>", 8)));
}

TEST(PlainDocument, HasTheLimitsOfTheReader) {
    const auto deep = [](std::size_t depth) {
        std::string open;
        std::string close;
        for (std::size_t i = 0; i < depth; ++i) {
            open += "<a>";
            close += "</a>";
        }
        return open + close;
    };
    const auto wide = [](std::size_t count) {
        std::string tag = "<a xmlns:n='urn:n'";
        for (std::size_t i = 1; i < count; ++i) {
            tag += " a" + std::to_string(i) + "=''";
        }
        return tag + "/>";
    };
    const auto bound = [](std::size_t count) {
        std::string open;
        std::string close;
        for (std::size_t i = 0; i < count; ++i) {
            const bool fresh = i % 8 == 0;
            open += fresh ? (i == 0 ? "<a" : "><a") : "";
            open += " xmlns:n" + std::to_string(i) + "='urn:n'";
            close += fresh ? "</a>" : "";
        }
        return open + ">" + close;
    };
    const auto named = [](std::size_t size) { return "<" + std::string(size, 'n') + "/>"; };
    const auto long_one = [](std::size_t size) {
        return "<a>" + std::string(size - 7, 'x') + "</a>";
    };
    const auto holds = [](std::size_t limit, const auto& make) {
        EXPECT_TRUE(is_plain(make(limit - 1)));
        EXPECT_TRUE(is_plain(make(limit)));
        EXPECT_FALSE(is_plain(make(limit + 1)));
    };
    // They meet in the table of names, which looks at their ends alone.
    const auto meeting = [](std::size_t count) {
        const auto name = [](std::size_t i) {
            return "beginning" + std::to_string(100 + i) + "theendofit";
        };
        std::string all = "<" + name(0) + ">";
        for (std::size_t i = 1; i < count; ++i) {
            all += "<" + name(i) + "/>";
        }
        return all + "</" + name(0) + ">";
    };
    holds(limits::xml_name_probes_max, meeting);
    holds(limits::xml_depth_max, deep);
    holds(limits::xml_attributes_max, wide);
    holds(limits::xml_namespaces_max, bound);
    holds(limits::xml_name_bytes_max, named);
    holds(limits::xml_plain_bytes_max, long_one);
}

TEST(PlainDocument, TellsOfEveryDamagedDocumentWhatLibxml2Tells) {
    constexpr std::array<std::string_view, 30> pieces{
        "",   "<",    ">",    "/",   "'",     "\"",           "&",     "=",       ":", " ", "\n",
        "\r", "\t",   "]",    "]]>", "a",     "p:",           "xmlns", "xml:",    "1", "-", "\x01",
        "æ",  "\xC3", "</b>", "<b>", "&#13;", "\xEF\xBF\xBF", "?>",    "<!-- -->"
    };
    std::size_t plain = 0;
    for (std::size_t at = 0; at < sample.size(); ++at) {
        for (const auto piece : pieces) {
            plain += agree(with(at, 0, piece)) ? 1 : 0;
            plain += agree(with(at, 1, piece)) ? 1 : 0;
        }
        agree(sample.substr(0, at));
    }
    EXPECT_GT(plain, 1000U);
}

TEST(PlainDocument, ManyNamesOfOneKindAreStillRead) {
    std::string all = "<a>";
    for (int i = 0; i < 5000; ++i) {
        all += "<n" + std::to_string(i) + "/>";
    }
    EXPECT_TRUE(agree(all + "</a>"));
}

TEST(PlainDocument, TellsOfTheOfficialExamplesWhatLibxml2Tells) {
    const fs::path standards = std::getenv("BUDSTIKKE_STANDARDS") != nullptr
                                   ? fs::path(std::getenv("BUDSTIKKE_STANDARDS"))
                                   : fs::path(BUDSTIKKE_SOURCE_DIR) / "../shared/standards";
    if (!fs::exists(standards / "_all/schema")) {
        GTEST_SKIP() << "the standards are not here";
    }
    const auto schemas = SchemaSet::load(standards / "_all/schema");
    ASSERT_TRUE(schemas) << schemas.error().detail;
    std::size_t all = 0;
    std::size_t plain = 0;
    for (const auto& entry : fs::recursive_directory_iterator(standards)) {
        if (entry.path().extension() != ".xml" || entry.file_size() > limits::xml_plain_bytes_max) {
            continue;
        }
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        ++all;
        plain += agree(bytes, schemas->get()) ? 1 : 0;
    }
    EXPECT_GT(all, 100U);
    // Comments, for the most part, keep the others from being so.
    EXPECT_GT(plain, all / 3);
}

}  // namespace
}  // namespace budstikke::xml
