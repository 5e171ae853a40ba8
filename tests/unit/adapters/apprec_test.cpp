// AppRec both ways: what is written validates against the official schema of its version and reads
// back as what it says.
#include <gtest/gtest.h>

#include "adapters/apprec/apprec_adapter.hpp"
#include "tests/unit/adapters/messages.hpp"

namespace budstikke::adapters {
namespace {

AppRecDraft draft() {
    return {
        .version = "1.1",
        .id = "9f0e3f7e-6a51-4f0b-8f0e-0d6c5b7a1c11",
        .generated_at = "2026-03-01T08:31:00Z",
        .sender =
            {.name = "Legene <&> S\u00f8nner",
             .her_id = "201",
             .parent_name = "Fjordvik",
             .parent_her_id = "200"},
        .receiver = {.name = "Sykehuset", .her_id = "100", .parent_name = {}, .parent_her_id = {}},
        .role = ReceiverRole::primary,
        .status = AppRecStatus::ok,
        .error_codes = {},
        .error_text = {},
        .original_type = "EPIKRISE",
        .original_issued_at = "2026-03-01T08:30:00",
        .original_id = "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e",
    };
}

std::string encoded(const AppRecDraft& from) {
    const auto bytes = registry().find("apprec")->encode(from);
    EXPECT_TRUE(bytes) << bytes.error().detail;
    return bytes.value_or("");
}

TEST(AppRec, ReadsBackAsWhatItSays) {
    for (const std::string version : {"1.0", "1.1"}) {
        for (const auto role : {ReceiverRole::primary, ReceiverRole::copy}) {
            auto from = draft();
            from.version = version;
            from.role = role;
            from.status = AppRecStatus::rejected;
            from.error_codes = {"E35", "X99"};
            from.error_text = "Ukjent \"pasient\" <her>";
            const auto result = decoded(encoded(from));
            const auto& envelope = result.envelope;
            EXPECT_TRUE(result.findings.empty());
            EXPECT_EQ(
                envelope.format + envelope.standard + envelope.version, "apprecapprec" + version
            );
            EXPECT_TRUE(envelope.is_apprec);
            EXPECT_EQ(envelope.action, "APPREC");
            EXPECT_EQ(envelope.message_id, from.id);
            EXPECT_EQ(envelope.sender.her_id, "201");
            EXPECT_EQ(envelope.sender.parent_her_id, "200");
            EXPECT_EQ(envelope.receivers.at(0).party.her_id, "100");
            EXPECT_EQ(envelope.receivers.at(0).role, ReceiverRole::primary);
            EXPECT_EQ(envelope.apprec_status, AppRecStatus::rejected);
            EXPECT_EQ(envelope.apprec_errors, from.error_codes);
            EXPECT_EQ(envelope.original_message_id, from.original_id);
            EXPECT_EQ(envelope.original_type, "EPIKRISE");
            EXPECT_EQ(envelope.patient_identity, PatientIdentity::not_applicable);
            EXPECT_EQ(envelope.apprec_version, "") << "nobody answers an AppRec";
        }
    }
}

TEST(AppRec, IsValidByTheOfficialSchemas) {
    if (!std::filesystem::exists(standards())) {
        GTEST_SKIP() << "the official standards are not at " << standards();
    }
    for (const std::string version : {"1.0", "1.1"}) {
        const auto schemas = xml::SchemaSet::load(standards() / ("apprec-" + version) / "schema");
        ASSERT_TRUE(schemas) << schemas.error().detail;
        for (const auto status :
             {AppRecStatus::ok, AppRecStatus::rejected, AppRecStatus::ok_error_in_part}) {
            auto from = draft();
            from.version = version;
            from.status = status;
            from.error_codes = {"T01"};
            const auto result = decoded(encoded(from), schemas->get());
            EXPECT_EQ(result.schema, SchemaVerdict::valid)
                << (result.findings.empty() ? "" : result.findings[0].location.text());
        }
    }
}

TEST(AppRec, TheRoleIsThatOfTheVersion) {
    const auto role = [](std::string_view version, ReceiverRole given, std::string_view type) {
        auto from = draft();
        from.version = version;
        from.role = given;
        from.original_type = type;
        const auto text = encoded(from);
        const auto at = text.find("<Role V=\"");
        const auto sender_ends = text.find("</Sender>");
        return at < sender_ends ? text.substr(at + 9, text.find('"', at + 9) - at - 9) : "";
    };
    EXPECT_EQ(role("1.1", ReceiverRole::primary, "EPIKRISE"), "PRIM");
    EXPECT_EQ(role("1.1", ReceiverRole::copy, "EPIKRISE"), "COP");
    EXPECT_EQ(role("1.0", ReceiverRole::primary, "E"), "REQ");
    EXPECT_EQ(role("1.0", ReceiverRole::primary, "R"), "SPR");
    EXPECT_EQ(role("1.0", ReceiverRole::copy, "R"), "COP");
    EXPECT_EQ(role("1.0", ReceiverRole::primary, "LOG_DOD"), "");
}

TEST(AppRec, ADraftThatCannotBeValidIsRefused) {
    const auto refused = [](const auto& change) {
        auto from = draft();
        change(from);
        const auto bytes = registry().find("apprec")->encode(from);
        return !bytes && bytes.error().code == Errc::invalid_argument;
    };
    EXPECT_FALSE(refused([](AppRecDraft&) {}));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.version = "2.0"; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.version = ""; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.id = ""; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.original_id = ""; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.original_type = ""; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.generated_at = "2026-03-01"; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.original_issued_at = ""; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.sender.her_id = ""; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.status = AppRecStatus::rejected; }));
    EXPECT_TRUE(refused([](AppRecDraft& d) { d.error_codes = {"X99"}; }));
}

TEST(AppRec, OtherFormatsHaveNone) {
    for (const auto* name : {"msghead", "hcp"}) {
        EXPECT_EQ(registry().find(name)->encode(draft()).error().code, Errc::unavailable);
    }
}

TEST(AppRec, WhatItLacksIsAFinding) {
    const auto bytes = encoded(draft());
    const auto without = [&bytes](std::string_view from, std::string_view to) {
        auto changed = bytes;
        const auto at = changed.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return changed.replace(at, from.size(), to);
    };
    EXPECT_TRUE(
        has(decoded(without("Status V=\"1\"", "Status V=\"4\"")), finding::apprec_status_unknown)
    );
    EXPECT_TRUE(has(decoded(without(draft().original_id, "")), finding::apprec_original_missing));
    const auto odd_id = decoded(without(draft().id, "fe6225205b3d3049e5f600a44a34ca77"));
    EXPECT_TRUE(has(odd_id, finding::apprec_id_not_uuid));
    EXPECT_FALSE(has_error(odd_id.findings)) << "nobody answers it, so it is only a warning";
}

TEST(AppRec, WhatMayStandOnceCountsTheFirstTimeAndIsRefusedTheSecond) {
    const auto original = encoded(draft());
    EXPECT_EQ(ambiguous_at(decoded(original)), "");
    const std::string forged = "<HCP><Inst><Id>900</Id><TypeId V=\"HER\"/></Inst></HCP>";
    const auto expect_ambiguous = [&](const std::string& addition, std::string_view path) {
        const auto result = decoded(with_behind(original, "</Receiver>", addition));
        EXPECT_TRUE(result.well_formed) << path;
        EXPECT_EQ(ambiguous_at(result), path);
        EXPECT_TRUE(has_error(result.findings));
        EXPECT_EQ(result.envelope.sender.her_id, "201");
        ASSERT_EQ(result.envelope.receivers.size(), 1U);
        EXPECT_EQ(result.envelope.receivers[0].party.her_id, "100");
    };
    expect_ambiguous("<Sender>" + forged + "</Sender>", "/AppRec/Sender");
    expect_ambiguous("<Receiver>" + forged + "</Receiver>", "/AppRec/Receiver");
    expect_ambiguous("<Id>other</Id>", "/AppRec/Id");

    const auto last = [&](const std::string& addition) {
        return decoded(with_behind(original, "</OriginalMsgId>", addition));
    };
    const auto second = last("<OriginalMsgId><Id>other</Id></OriginalMsgId>");
    EXPECT_EQ(ambiguous_at(second), "/AppRec/OriginalMsgId");
    EXPECT_EQ(second.envelope.original_message_id, draft().original_id);
    const auto rejected = last("<Status V=\"2\"/>");
    EXPECT_EQ(ambiguous_at(rejected), "/AppRec/Status");
    EXPECT_EQ(rejected.envelope.apprec_status, AppRecStatus::ok);
}

}  // namespace
}  // namespace budstikke::adapters
