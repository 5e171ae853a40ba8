// What the reader promises against hostile documents (security.md T5): no DTD, no entity, no file,
// and every limit one below, at, and one above it.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/xml/recorder.hpp"

namespace budstikke::xml {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) {
        all += piece;
    }
    return all;
}

/// The verdicts at limit - 1, limit and limit + 1.
template <typename Make>
void expect_limit(std::size_t limit, const Make& make) {
    EXPECT_EQ(read_all(make(limit - 1)).code(), "none");
    EXPECT_EQ(read_all(make(limit)).code(), "none");
    EXPECT_EQ(read_all(make(limit + 1)).code(), "xml.limit");
}

TEST(Limits, Depth) {
    expect_limit(limits::xml_depth_max, [](std::size_t depth) {
        return repeated("<a>", depth) + repeated("</a>", depth);
    });
    expect_limit(limits::xml_depth_max, [](std::size_t depth) {
        return repeated("<a>", depth - 1) + "<b/><b/>" + repeated("</a>", depth - 1);
    });
}

TEST(Limits, AttributesOfOneElementWithNamespaces) {
    expect_limit(limits::xml_attributes_max, [](std::size_t count) {
        std::string tag = "<a xmlns:n='urn:n'";
        for (std::size_t i = 1; i < count; ++i) {
            tag += " a" + std::to_string(i) + "='>'";
        }
        return tag + "/>";
    });
}

TEST(Limits, NameOfAnElementAndOfAnAttribute) {
    expect_limit(limits::xml_name_bytes_max, [](std::size_t size) {
        return "<" + std::string(size, 'n') + "/>";
    });
    expect_limit(limits::xml_name_bytes_max, [](std::size_t size) {
        return "<a " + std::string(size, 'n') + "='1'/>";
    });
}

TEST(Limits, ValueOfAnAttribute) {
    expect_limit(limits::xml_attribute_bytes_max, [](std::size_t size) {
        return "<a b=\"" + std::string(size, 'v') + "\"/>";
    });
}

TEST(Limits, NamespacesInForce) {
    expect_limit(limits::xml_namespaces_max, [](std::size_t count) {
        std::string document;
        std::size_t closing = 0;
        while (count > 0) {
            const auto here = std::min(count, limits::xml_attributes_max);
            document += "<a";
            for (std::size_t i = 0; i < here; ++i) {
                document += " xmlns:n" + std::to_string(i) + "='urn:" + std::to_string(count) + "'";
            }
            document += ">";
            ++closing;
            count -= here;
        }
        return document + repeated("</a>", closing);
    });
}

TEST(Limits, NamespacesOfSiblingsDoNotAddUp) {
    const auto siblings = repeated("<b xmlns:n='urn:n'/>", limits::xml_namespaces_max * 2);
    EXPECT_EQ(read_all("<a>" + siblings + "</a>").code(), "none");
}

TEST(Hostile, AnyDoctypeIsRefusedWhateverItSays) {
    for (const auto* doctype : {
             "<!DOCTYPE a>",
             "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
             "<!DOCTYPE a PUBLIC '-//X' 'http://192.0.2.1/x.dtd'>",
             "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
             "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://192.0.2.1/x'>%x;]>",
             "<!DOCTYPE a [",
             "<!DOCTYPE",
         }) {
        const auto reading = read_all(std::string(doctype) + "<a>&x;</a>");
        EXPECT_EQ(reading.code(), "xml.doctype") << doctype;
        EXPECT_FALSE(reading.result.well_formed);
        EXPECT_EQ(reading.heard.elements, 0U);
    }
}

TEST(Hostile, ADoctypeIsFoundInEveryEncodingAndPlace) {
    EXPECT_EQ(read_all("\n<!-- <a> -->\n<!DOCTYPE a><a/>").findings.at(0).location.line, 3U);
    EXPECT_EQ(read_all("<a><!DOCTYPE a></a>").code(), "xml.doctype");
    std::string wide = "\xFF\xFE";
    for (const char c : std::string_view("<!DOCTYPE a><a/>")) {
        wide += c;
        wide += '\0';
    }
    EXPECT_EQ(read_all(wide).code(), "xml.doctype");
}

TEST(Hostile, TextThatLooksLikeADoctypeIsText) {
    EXPECT_EQ(read_all("<a><!-- <!DOCTYPE a> --><![CDATA[<!DOCTYPE a>]]></a>").code(), "none");
    EXPECT_EQ(read_all("<?p <!DOCTYPE a> ?><a b='&lt;!DOCTYPE a>'/>").code(), "none");
}

TEST(Hostile, EntitiesAreNeverExpanded) {
    EXPECT_EQ(read_all("<a>&x;</a>").code(), "xml.not_well_formed");
    EXPECT_EQ(read_all("<a b='&x;'/>").code(), "xml.not_well_formed");
    std::string laughs = "<!DOCTYPE a [<!ENTITY l0 'ha'>";
    for (int i = 1; i < 10; ++i) {
        const auto before = "&l" + std::to_string(i - 1) + ";";
        laughs += "<!ENTITY l" + std::to_string(i) + " '" + repeated(before, 10) + "'>";
    }
    EXPECT_EQ(read_all(laughs + "]><a>&l9;</a>").code(), "xml.doctype");
}

TEST(Hostile, XIncludeAndSchemaLocationsOpenNothing) {
    const auto reading = read_all(
        "<a xmlns:i='http://www.w3.org/2001/XInclude' "
        "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
        "xsi:schemaLocation='urn:a file:///etc/passwd'><i:include href='file:///etc/passwd'/></a>"
    );
    EXPECT_EQ(reading.code(), "none");
    EXPECT_EQ(reading.heard.heard, "<a><include></></>");
}

TEST(Hostile, WorkIsBoundedBeforeTheParser) {
    // A million attributes cost libxml2 half a trillion comparisons before it reports the element.
    std::string many = "<a";
    for (int i = 0; i < 1'000'000; ++i) {
        many += " a" + std::to_string(i) + "=''";
    }
    EXPECT_EQ(read_all(many + "/>").code(), "xml.limit");
    EXPECT_EQ(read_all(repeated("<a>", 1'000'000)).code(), "xml.limit");
    EXPECT_EQ(read_all("<" + std::string(30 * limits::mib, 'n')).code(), "xml.limit");
    EXPECT_EQ(read_all("<a b='" + std::string(30 * limits::mib, 'v') + "'/>").code(), "xml.limit");
}

TEST(Hostile, QuotesCannotHideATag) {
    // A `>` or a quote in a value must not let the scan and the parser see different tags.
    const auto attributes = repeated(" b='1'", limits::xml_attributes_max + 1);
    EXPECT_EQ(read_all("<a x='>'" + attributes + "/>").code(), "xml.limit");
    EXPECT_EQ(read_all("<a x='\">'" + attributes + "/>").code(), "xml.limit");
    EXPECT_EQ(read_all("<a>'\"<b c='1'/>\"'</a>").code(), "none");
}

}  // namespace
}  // namespace budstikke::xml
