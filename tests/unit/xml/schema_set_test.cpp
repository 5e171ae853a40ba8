// What a schema pack promises: compiled once with or without a driver, conflicts listed, only its
// own folder read, and the check in the same pass with the place of what is wrong.
#include "broker/xml/schema_set.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/xml/recorder.hpp"

namespace budstikke::xml {
namespace {

namespace fs = std::filesystem;

class Pack : public testing::Test {
 protected:
    Pack() {
        std::string name = (fs::temp_directory_path() / "budstikke-\u00f8 pack-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~Pack() override {
        std::error_code ignored;  // a temporary folder that stays is no fault of the test
        fs::remove_all(folder_, ignored);
    }

    void write(const std::string& name, std::string_view content) const {
        std::ofstream(folder_ / name) << content;
    }
    static std::string schema(std::string_view target, std::string_view body) {
        return "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='" +
               std::string(target) + "' xmlns='" + std::string(target) +
               "' elementFormDefault='qualified'>" + std::string(body) + "</xs:schema>";
    }
    /// `box` with a `size` from 1 to 9, as often as one likes.
    void write_boxes(const std::string& name, std::string_view target) const {
        write(name, schema(target, R"(<xs:element name='box'><xs:complexType><xs:sequence>
            <xs:element name='size' minOccurs='0' maxOccurs='unbounded'><xs:simpleType>
            <xs:restriction base='xs:integer'><xs:minInclusive value='1'/>
            <xs:maxInclusive value='9'/>
            </xs:restriction></xs:simpleType></xs:element>
            </xs:sequence></xs:complexType></xs:element>)"));
    }
    std::unique_ptr<SchemaSet> load() const {
        auto set = SchemaSet::load(folder_);
        EXPECT_TRUE(set) << set.error().detail;
        return set ? std::move(*set) : nullptr;
    }

    fs::path folder_;
};

TEST_F(Pack, WithoutADriverEveryNamespaceIsImported) {
    write_boxes("a.xsd", "urn:a");
    write_boxes("b.xsd", "urn:b");
    const auto set = load();
    EXPECT_TRUE(set->covers("urn:a"));
    EXPECT_TRUE(set->covers("urn:b"));
    EXPECT_FALSE(set->covers("urn:c"));
    EXPECT_TRUE(set->conflicts().empty());
    EXPECT_EQ(
        read_all("<box xmlns='urn:b'><size>9</size></box>", set.get()).result.schema,
        Validity::valid
    );
}

TEST_F(Pack, OfTwoFilesWithOneNamespaceTheSecondIsListed) {
    write_boxes("a.xsd", "urn:a");
    write("b.xsd", schema("urn:a", "<xs:element name='other'/>"));
    const auto set = load();
    ASSERT_EQ(set->conflicts().size(), 1U);
    EXPECT_EQ(set->conflicts()[0].substr(0, 5), "b.xsd");
    EXPECT_EQ(read_all("<box xmlns='urn:a'/>", set.get()).result.schema, Validity::valid);
    EXPECT_EQ(read_all("<other xmlns='urn:a'/>", set.get()).result.schema, Validity::invalid);
}

TEST_F(Pack, AnIncludedFileIsAPartAndNoConflict) {
    write("a-part.xsd", schema("urn:a", "<xs:element name='part'/>"));
    write("whole.xsd", schema("urn:a", "<xs:include schemaLocation='a-part.xsd'/>"));
    const auto set = load();
    EXPECT_TRUE(set->conflicts().empty());
    EXPECT_EQ(read_all("<part xmlns='urn:a'/>", set.get()).result.schema, Validity::valid);
}

TEST_F(Pack, ADriverIsUsedAsItIs) {
    write_boxes("a.xsd", "urn:a");
    write_boxes("b.xsd", "urn:b");
    write(
        "_driver.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
        "<xs:import namespace='urn:b' schemaLocation='b.xsd'/></xs:schema>"
    );
    const auto set = load();
    EXPECT_TRUE(set->covers("urn:b"));
    EXPECT_FALSE(set->covers("urn:a"));
}

TEST_F(Pack, WebAddressesAreLookedUpInTheFolder) {
    write_boxes("b.xsd", "urn:b");
    write(
        "a.xsd", schema(
                     "urn:a",
                     "<xs:import namespace='urn:b' "
                     "schemaLocation='http://192.0.2.1/schemas/b.xsd'/>"
                     "<xs:element name='a'/>"
                 )
    );
    const auto set = load();
    EXPECT_EQ(read_all("<a xmlns='urn:a'/>", set.get()).result.schema, Validity::valid);
}

TEST_F(Pack, NothingOutsideTheFolderIsRead) {
    const auto inside = folder_ / "pack";
    fs::create_directory(inside);
    write_boxes("outside.xsd", "urn:o");
    std::ofstream(inside / "a.xsd")
        << schema("urn:a", "<xs:include schemaLocation='../outside.xsd'/><xs:element name='a'/>");
    const auto set = SchemaSet::load(inside);
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().code, Errc::malformed);
}

TEST_F(Pack, WhatCannotBeLoadedIsSaidWithTheFile) {
    EXPECT_EQ(SchemaSet::load(folder_ / "none").error().code, Errc::not_found);
    EXPECT_EQ(SchemaSet::load(folder_).error().code, Errc::not_found) << "an empty folder";
    write("broken.xsd", "<xs:schema");
    const auto broken = SchemaSet::load(folder_);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, Errc::malformed);
    EXPECT_NE(broken.error().detail.find("broken.xsd"), std::string::npos);
    write("broken.xsd", schema("urn:a", "<xs:element name='a' type='missing'/>"));
    const auto dangling = SchemaSet::load(folder_);
    ASSERT_FALSE(dangling);
    EXPECT_EQ(dangling.error().code, Errc::malformed);
    EXPECT_NE(dangling.error().detail.find("broken.xsd line 1"), std::string::npos)
        << dangling.error().detail;
}

TEST_F(Pack, HoldsItsLimitOfFiles) {
    for (std::size_t number = 1; number < limits::schema_files_max; ++number) {
        const std::string name = "s" + std::to_string(number);
        write(name + ".xsd", schema("urn:" + name, {}));
    }
    EXPECT_TRUE(SchemaSet::load(folder_)) << "one below";
    write("t.xsd", schema("urn:t", {}));
    EXPECT_TRUE(SchemaSet::load(folder_)) << "at the limit";
    write("u.xsd", schema("urn:u", {}));
    const auto above = SchemaSet::load(folder_);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

TEST_F(Pack, HoldsTheLimitOfAFile) {
    const std::string content = schema("urn:a", {});
    const auto load_with = [&](std::size_t bytes) {
        write("a.xsd", content + std::string(bytes - content.size(), ' '));
        return SchemaSet::load(folder_);
    };
    EXPECT_TRUE(load_with(limits::schema_file_bytes_max - 1));
    EXPECT_TRUE(load_with(limits::schema_file_bytes_max));
    const auto above = load_with(limits::schema_file_bytes_max + 1);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
    EXPECT_NE(above.error().detail.find("a.xsd"), std::string::npos);
}

TEST_F(Pack, AFaultHasItsLineAndPathAndNoValue) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    const auto reading = read_all(
        "<box xmlns='urn:a'>\n<size>5</size>\n<size>13916900216</size>\n</box>", set.get()
    );
    EXPECT_TRUE(reading.result.well_formed);
    EXPECT_EQ(reading.result.schema, Validity::invalid);
    ASSERT_EQ(reading.code(), "schema.invalid") << "facet and type are one fault";
    EXPECT_EQ(reading.findings[0].location.text(), "line 3, /box/size");
}

TEST_F(Pack, AFaultAtTheEndOfAnElementHasThatElementsPath) {
    write("a.xsd", schema("urn:a", R"(<xs:element name='a'><xs:complexType><xs:sequence>
        <xs:element name='b'><xs:complexType><xs:sequence><xs:element name='c'/></xs:sequence>
        </xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>)"));
    const auto set = load();
    const auto reading = read_all("<a xmlns='urn:a'><b></b></a>", set.get());
    ASSERT_EQ(reading.code(), "schema.invalid");
    EXPECT_EQ(reading.findings[0].location.path, "/a/b");
}

TEST_F(Pack, FaultsAreCountedOnlyUpToTheLimit) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    std::string document = "<box xmlns='urn:a'>";
    for (std::size_t i = 0; i < limits::findings_max * 3; ++i) {
        document += "\n<size>x</size>";
    }
    const auto reading = read_all(document + "</box>", set.get());
    EXPECT_EQ(reading.findings.size(), limits::findings_max);
    EXPECT_EQ(reading.findings.back().spec, &finding::more_findings);
    EXPECT_EQ(reading.heard.elements, limits::findings_max * 3 + 1) << "facts are read to the end";
}

TEST_F(Pack, AnotherNamespaceIsNotCheckedAndSaysSo) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    const auto reading = read_all("<x xmlns='urn:x'/>", set.get());
    EXPECT_EQ(reading.code(), "schema.missing");
    EXPECT_EQ(reading.result.schema, Validity::not_checked);
}

TEST_F(Pack, ABrokenMessageIsInvalidAndLeavesTheSetUsable) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    for (int i = 0; i < 3; ++i) {
        const auto broken = read_all("<box xmlns='urn:a'><size>5", set.get());
        EXPECT_EQ(broken.result.schema, Validity::invalid);
        EXPECT_EQ(broken.code(), "xml.not_well_formed");
        EXPECT_EQ(read_all("<box xmlns='urn:a'/>", set.get()).result.schema, Validity::valid);
    }
}

TEST_F(Pack, ABrokenMessageIsToldOfItsBreakAndNotOfTheSchemaErrorsBeforeIt) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    for (const std::size_t errors : {std::size_t{1}, limits::findings_max + 1}) {
        std::string bytes = "<box xmlns='urn:a'>";
        for (std::size_t i = 0; i < errors; ++i) {
            bytes += "<strange/>\n";
        }
        const auto broken = read_all(bytes + "<size>5</box>", set.get());
        EXPECT_EQ(broken.result.schema, Validity::invalid);
        EXPECT_EQ(broken.code(), "xml.not_well_formed");
    }
}

TEST_F(Pack, ALongValueInManyPiecesIsCheckedInSeconds) {
    write("a.xsd", schema("urn:a", R"(<xs:element name='box' type='xs:base64Binary'/>)"));
    const auto set = load();
    constexpr std::size_t bytes = std::size_t{16} * 1024 * 1024;
    const auto seconds_for = [&](std::string_view line, std::size_t heard_of_line) {
        const std::size_t lines = bytes / line.size();
        std::string message = "<box xmlns='urn:a'>";
        for (std::size_t i = 0; i < lines; ++i) {
            message += line;
        }
        message += "</box>";
        const auto before = std::clock();
        const auto reading = read_all(message, set.get());
        const auto ticks = std::clock() - before;
        EXPECT_EQ(reading.result.schema, Validity::valid);
        EXPECT_EQ(reading.heard.text_bytes, lines * heard_of_line);
        return static_cast<double>(ticks) / CLOCKS_PER_SEC;
    };
    const std::string line(76, 'A');
    constexpr double most = 20;  // of processor time; piece by piece it is minutes
    EXPECT_LT(seconds_for(line + "\r\n", line.size() + 1), most);
    EXPECT_LT(seconds_for("AAA&#65;", 4), most);
    EXPECT_LT(seconds_for("AAA<![CDATA[A]]>", 4), most);
}

TEST_F(Pack, TextIsCheckedWhereItStandsAlsoInPieces) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    const auto code = [&set](const std::string& inside) {
        return std::string(read_all("<box xmlns='urn:a'>" + inside + "</box>", set.get()).code());
    };
    EXPECT_EQ(code(" \r\n <size>&#53;</size> <!-- . --> <size><![CDATA[5]]></size>\n"), "none");
    EXPECT_EQ(code("<size>5</size><size>1&#48;</size>"), "schema.invalid");
    EXPECT_EQ(code("<size>1<!-- . -->0</size>"), "schema.invalid");
    EXPECT_EQ(code("x<size>5</size>"), "schema.invalid");
    EXPECT_EQ(code("<size>5</size>x"), "schema.invalid");
    EXPECT_EQ(code("<size>5</size><![CDATA[ ]]>"), "schema.invalid");
}

TEST_F(Pack, OneSetServesManyThreads) {
    write_boxes("a.xsd", "urn:a");
    const auto set = load();
    std::array<int, 4> wrong{};
    {
        std::vector<std::jthread> threads;
        for (auto& count : wrong) {
            threads.emplace_back([&set, &count] {
                for (int i = 0; i < 200; ++i) {
                    const bool good = i % 2 == 0;
                    const auto* const document = good ? "<box xmlns='urn:a'><size>1</size></box>"
                                                      : "<box xmlns='urn:a'><size>0</size></box>";
                    const auto validity = read_all(document, set.get()).result.schema;
                    count += validity == (good ? Validity::valid : Validity::invalid) ? 0 : 1;
                }
            });
        }
    }
    EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(OfficialPack, LoadsWithItsDriver) {
    const fs::path standards = std::getenv("BUDSTIKKE_STANDARDS") != nullptr
                                   ? fs::path(std::getenv("BUDSTIKKE_STANDARDS"))
                                   : fs::path(BUDSTIKKE_SOURCE_DIR) / "../shared/standards";
    if (!fs::exists(standards)) {
        GTEST_SKIP() << "the official standards are not at " << standards;
    }
    const auto set = SchemaSet::load(standards / "_all/schema");
    ASSERT_TRUE(set) << set.error().detail;
    EXPECT_TRUE((*set)->covers("http://www.kith.no/xmlstds/msghead/2006-05-24"));
    EXPECT_TRUE((*set)->covers("http://www.kith.no/xmlstds/epikrise/2012-02-15"));
    EXPECT_TRUE((*set)->covers("http://www.w3.org/2000/09/xmldsig#"));
    EXPECT_FALSE((*set)->covers("http://hl7.org/fhir"));
}

}  // namespace
}  // namespace budstikke::xml
