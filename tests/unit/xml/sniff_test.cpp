// The root element from the first bytes, and the small writer.
#include "broker/xml/sniff.hpp"

#include <gtest/gtest.h>

#include "broker/xml/writer.hpp"

namespace budstikke::xml {
namespace {

std::string sniffed(std::string_view head) {
    const auto root = sniff_root(head);
    return root ? "{" + root->xml_namespace + "}" + root->name : "nothing";
}

TEST(SniffRoot, FindsNameAndNamespaceWhereverTheyStand) {
    EXPECT_EQ(sniffed("<a xmlns='urn:x'>"), "{urn:x}a");
    EXPECT_EQ(sniffed("<p:a b='1' xmlns:p = \"urn:x\" xmlns='urn:y'>"), "{urn:x}a");
    EXPECT_EQ(sniffed("\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- <b> -->\n<a/>"), "{}a");
    EXPECT_EQ(
        sniffed("<?xml version='1.0' encoding='ISO-8859-1'?><!-- \xE6 --><a xmlns='urn:x'>"),
        "{urn:x}a"
    );
}

TEST(SniffRoot, WorksOnAHeadThatIsCutAnywhereBehindTheNamespace) {
    EXPECT_EQ(sniffed("<a xmlns='urn:x' b='cu"), "{urn:x}a");
    EXPECT_EQ(sniffed("<a xmlns='urn:"), "nothing");
    EXPECT_EQ(sniffed("<a"), "nothing");
    EXPECT_EQ(sniffed("<!-- never ends"), "nothing");
}

TEST(SniffRoot, ReadsUtf16AlsoWhenTheHeadEndsInsideAUnit) {
    std::string wide = "\xFF\xFE";
    for (const char c : std::string_view("<a xmlns='urn:x'>")) {
        wide += c;
        wide += '\0';
    }
    EXPECT_EQ(sniffed(wide), "{urn:x}a");
    EXPECT_EQ(sniffed(wide + "t"), "{urn:x}a");
}

TEST(SniffRoot, KnowsNothingOfWhatIsNotPlainXml) {
    for (const auto* head : {"", " ", "x", "<!DOCTYPE a><a/>", "</a>", "{\"a\":1}", "< a>"}) {
        EXPECT_EQ(sniffed(head), "nothing") << head;
    }
}

TEST(Writer, EscapesDropsControlCharactersAndClosesWhatIsOpen) {
    Writer writer;
    writer.open("a", {{"b", "\"<&>\n"}}).element("c", "x<\x01y>&\u00e6").empty("d", {});
    EXPECT_EQ(
        std::move(writer).take(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<a b=\"&quot;&lt;&amp;&gt; \">\n"
        "  <c>x&lt;y&gt;&amp;\u00e6</c>\n"
        "  <d/>\n"
        "</a>\n"
    );
}

}  // namespace
}  // namespace budstikke::xml
