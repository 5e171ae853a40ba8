// Which adapter gets which bytes, what becomes of those that none takes, and the catalogue of
// findings.
#include "broker/adapter/registry.hpp"

#include <set>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/adapters/messages.hpp"

namespace budstikke::adapters {
namespace {

class Named final : public Adapter {
 public:
    std::string_view name() const override { return "msghead"; }
    int recognise(std::string_view) const override { return 0; }
    Decoded decode(std::string_view, const xml::SchemaSet*) const override { return {}; }
};

TEST(Registry, RefusesASecondAdapterOfTheSameName) {
    AdapterRegistry filled;
    ASSERT_TRUE(register_adapters(filled));
    const auto added = filled.add(std::make_unique<Named>());
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::conflict);
    EXPECT_EQ(filled.all().size(), 3U);
}

TEST(Registry, RecognisesEachFormatByItsRoot) {
    EXPECT_EQ(registry().recognise(MsgHead{}.xml())->name(), "msghead");
    EXPECT_EQ(registry().recognise(HcpMessage{}.xml())->name(), "hcp");
    EXPECT_EQ(
        registry()
            .recognise("<a:AppRec xmlns:a='http://www.kith.no/xmlstds/apprec/2004-11-21'>")
            ->name(),
        "apprec"
    );
    EXPECT_EQ(registry().recognise("<Message xmlns='urn:x'/>"), nullptr);
    EXPECT_EQ(
        registry().recognise("<AppRec xmlns='http://www.kith.no/xmlstds/epikrise/2012-02-15'/>"),
        nullptr
    );
    EXPECT_EQ(registry().find("hl7"), nullptr);
}

TEST(Registry, RecognisesAFormatWhosePrologIsLongerThanTheHead) {
    const std::string message = MsgHead{}.xml();
    const std::size_t root = message.find("<MsgHead");
    ASSERT_NE(root, std::string::npos);
    const std::size_t root_end = message.find('>', root) + 1;
    for (const std::size_t end :
         {limits::format_head_bytes_max - 1, limits::format_head_bytes_max,
          limits::format_head_bytes_max + 1}) {
        std::string longer = message;
        longer.insert(root, "<!--" + std::string(end - root_end - 7, 'c') + "-->");
        EXPECT_EQ(decoded(longer).envelope.format, "msghead") << end;
    }
}

TEST(Registry, SaysWhyNobodyTakesTheBytes) {
    const auto only = [](std::string_view bytes) {
        const auto result = decoded(bytes);
        EXPECT_TRUE(result.envelope.format.empty());
        EXPECT_EQ(result.schema, SchemaVerdict::not_checked);
        return result.findings.size() == 1 ? result.findings[0].spec->code : "not one";
    };
    EXPECT_EQ(only(""), "payload.empty");
    EXPECT_EQ(only("MSH|^~\\&|"), "xml.not_well_formed");
    EXPECT_EQ(only("<EI_fellesformat xmlns='http://www.nav.no/xml/eiff/2/'/>"), "format.unknown");
    EXPECT_EQ(only("<!DOCTYPE a><a/>"), "xml.doctype");
    EXPECT_EQ(only("<?xml version='1.0' encoding='UTF-7'?><a/>"), "xml.encoding");
    EXPECT_EQ(only(std::string(limits::payload_bytes_max + 1, ' ')), "payload.too_large");
    EXPECT_TRUE(decoded("<a/>").well_formed);
    EXPECT_FALSE(decoded("<a>").well_formed);
}

TEST(FindingCatalogue, EveryRowIsCompleteAndUnique) {
    const std::set<std::string_view> codes_8221{"",    "T01", "T02", "T10", "T99", "E10",
                                                "E20", "E21", "E36", "S01", "X99"};
    std::set<std::string_view> codes;
    std::set<std::string_view> texts;
    for (const auto* const spec : finding_catalogue()) {
        EXPECT_TRUE(codes.insert(spec->code).second) << spec->code;
        EXPECT_TRUE(texts.insert(spec->text_no).second) << spec->code;
        EXPECT_TRUE(texts.insert(spec->text_en).second) << spec->code;
        EXPECT_NE(spec->code.find('.'), std::string_view::npos);
        EXPECT_TRUE(spec->text_no.ends_with('.') && spec->text_en.ends_with('.')) << spec->code;
        EXPECT_TRUE(codes_8221.contains(spec->apprec_code)) << spec->code;
        EXPECT_EQ(find_finding(spec->code), spec);
    }
    EXPECT_EQ(find_finding("no.such"), nullptr);
}

}  // namespace
}  // namespace budstikke::adapters
