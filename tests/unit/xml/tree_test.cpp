// What a document kept as a whole promises: everything that was said, where it was said, within the
// limits.
#include "broker/xml/tree.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke::xml {
namespace {

TEST(Tree, KeepsNamesAttributesTextAndLines) {
    const auto tree = read_tree(
        "<a:r xmlns:a='urn:a' xmlns='urn:d' a:v='1' v='2 &amp; &lt;3'>\n"
        "<b> t </b>x<a:c/><b/></a:r>"
    );
    ASSERT_TRUE(tree.root);
    const auto& root = *tree.root;
    EXPECT_TRUE(root.is("urn:a", "r"));
    EXPECT_EQ(root.prefix, "a");
    ASSERT_NE(root.attribute("urn:a", "v"), nullptr);
    EXPECT_EQ(*root.attribute("urn:a", "v"), "1");
    EXPECT_EQ(*root.attribute("", "v"), "2 & <3");
    EXPECT_EQ(root.attribute("urn:d", "v"), nullptr);
    ASSERT_NE(root.child("urn:d", "b"), nullptr);
    EXPECT_EQ(root.child("urn:d", "b")->trimmed(), "t");
    EXPECT_EQ(root.child("urn:d", "b")->line, 2U);
    EXPECT_EQ(root.all("urn:d", "b").size(), 2U);
    EXPECT_EQ(root.child("urn:a", "b"), nullptr);
    EXPECT_EQ(root.declared.at("a"), "urn:a");
    EXPECT_EQ(root.declared.at(""), "urn:d");
}

TEST(Tree, AnAmpersandInAnAttributeIsWhatWasWritten) {
    const auto tree = read_tree("<r v='&amp;#38;&amp;amp;&#38;'/>");
    ASSERT_TRUE(tree.root);
    EXPECT_EQ(*tree.root->attribute("", "v"), "&#38;&amp;&");
}

TEST(Tree, HasNoRootWhereTheDocumentIsBroken) {
    for (const auto* bytes : {"", "<a>", "<a/><b/>", "<!DOCTYPE a><a/>"}) {
        const auto tree = read_tree(bytes);
        EXPECT_FALSE(tree.root) << bytes;
        EXPECT_FALSE(tree.findings.empty()) << bytes;
    }
}

TEST(Tree, BoundsTheElementsThatItKeeps) {
    std::string at_limit = "<r>";
    for (std::size_t i = 2; i <= limits::tree_elements_max; ++i) {
        at_limit += "<e/>";
    }
    EXPECT_TRUE(read_tree(at_limit + "</r>").root);
    const auto above = read_tree(at_limit + "<e/></r>");
    EXPECT_FALSE(above.root);
    ASSERT_EQ(above.findings.size(), 1U);
    EXPECT_EQ(above.findings[0].spec->code, "xml.limit");
    const auto below = read_tree(at_limit.substr(0, at_limit.size() - 4) + "</r>");
    ASSERT_TRUE(below.root);
    EXPECT_EQ(below.root->children.size(), limits::tree_elements_max - 2);
}

TEST(Tree, BoundsTheTextThatItKeeps) {
    const auto of_size = [](std::size_t bytes) {
        return read_tree("<r>" + std::string(bytes, 'x') + "</r>");
    };
    // The name of the root counts too.
    EXPECT_TRUE(of_size(limits::tree_text_bytes_max - 2).root);
    EXPECT_TRUE(of_size(limits::tree_text_bytes_max - 1).root);
    EXPECT_FALSE(of_size(limits::tree_text_bytes_max).root);
}

}  // namespace
}  // namespace budstikke::xml
