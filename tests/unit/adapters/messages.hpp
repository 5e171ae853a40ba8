// Invented messages for the adapters' tests, built from parts so that a test changes only what it
// is about. Nobody in them exists.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "adapters/register.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::adapters {

inline const AdapterRegistry& registry() {
    static const AdapterRegistry filled = [] {
        AdapterRegistry made;
        (void)register_adapters(made);
        return made;
    }();
    return filled;
}

inline Decoded decoded(std::string_view bytes, const xml::SchemaSet* schemas = nullptr) {
    return registry().decode(bytes, schemas);
}

inline bool has(const Decoded& message, const FindingSpec& spec) {
    return std::ranges::any_of(message.findings, [&](auto& f) { return f.spec == &spec; });
}

inline std::string ident(std::string_view id, std::string_view type) {
    return "<Ident><Id>" + std::string(id) + "</Id><TypeId V=\"" + std::string(type) +
           "\"/></Ident>";
}

struct MsgHead {
    std::string type = "DIALOG_NOTAT";
    std::string id = "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e";
    std::string generated = "2026-03-01T08:30:00";
    std::string conversation;
    std::string sender = "<Organisation><OrganisationName>Fjordvik</OrganisationName>" +
                         ident("100", "HER") +
                         "<Organisation><OrganisationName>Post</OrganisationName>" +
                         ident("101", "HER") + "</Organisation></Organisation>";
    std::string receiver = "<Organisation>" + ident("200", "HER") + "<HealthcareProfessional>" +
                           ident("9000001", "HPR") + ident("201", "HER") +
                           "</HealthcareProfessional></Organisation>";
    std::string copies;
    std::string patient = "<Patient><FamilyName>Prove</FamilyName><GivenName>Kari</GivenName>" +
                          ident("01410199999", "FNR") + "</Patient>";
    std::string content = "<Dialogmelding xmlns=\"http://www.kith.no/xmlstds/dialog/2013-01-23\"/>";
    std::string more_documents;

    std::string xml() const {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<MsgHead xmlns=\"http://www.kith.no/xmlstds/msghead/2006-05-24\">\n<MsgInfo>\n"
               "<Type V=\"" +
               type + "\"/><MIGversion>v1.2 2006-05-24</MIGversion>\n<GenDate>" + generated +
               "</GenDate>\n<MsgId>" + id + "</MsgId>" + conversation + "<Sender>" + sender +
               "</Sender><Receiver>" + receiver + "</Receiver>" + copies + patient +
               "</MsgInfo><Document><RefDoc><MsgType V=\"XML\"/><Content>" + content +
               "</Content></RefDoc></Document>" + more_documents + "</MsgHead>";
    }
};

/// HCP/Inst with a unit in it; an empty unit leaves level 2 out.
inline std::string hcp(std::string_view her_id, std::string_view unit, std::string_view unit_id) {
    std::string text =
        "<HCP><Inst><Name>N</Name><Id>" + std::string(her_id) + "</Id><TypeId V=\"HER\"/>";
    if (!unit.empty()) {
        text += "<" + std::string(unit) + "><Name>U</Name><Id>" + std::string(unit_id) +
                "</Id><TypeId V=\"HER\"/></" + std::string(unit) + ">";
    }
    return text + "</Inst></HCP>";
}

struct HcpMessage {
    std::string xml_namespace = "http://www.kith.no/xmlstds/epikrise/2012-02-15";
    std::string body = "ServRprt";
    std::string type = "<Type V=\"EPIKRISE\"/>";
    std::string id = "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e";
    std::string description = "<MsgDescr V=\"10\"/>";
    std::string ids = "<ServProvId>doc-1</ServProvId>";
    std::string patient =
        "<Patient><Name>Prove, Kari</Name><OffId>01410199999</OffId>"
        "<TypeOffId V=\"FNR\"/></Patient>";
    std::string provider = hcp("100", "Dept", "101");
    std::string requester = hcp("200", "HCPerson", "201");
    std::string copies;
    std::string more;

    std::string xml() const {
        return "<Message xmlns=\"" + xml_namespace + "\">" + type +
               "<MIGversion>1</MIGversion><GenDate V=\"2026-03-01T08:30:00\"/><MsgId>" + id +
               "</MsgId><" + body + ">" + description + ids + patient + "<ServProvider>" +
               provider + "</ServProvider>" + copies + "<Requester>" + requester + "</Requester>" +
               more + "</" + body + "></Message>";
    }
};

/// The message with `addition` behind the first place that says `after`.
inline std::string with_behind(
    std::string bytes, std::string_view after, std::string_view addition
) {
    const auto at = bytes.find(after);
    return at == std::string::npos ? std::string{} : bytes.insert(at + after.size(), addition);
}

/// Where the message was found to say twice what it may say once; empty where it was not.
inline std::string ambiguous_at(const Decoded& message) {
    const auto found = std::ranges::find_if(message.findings, [](const Finding& f) {
        return f.spec == &finding::ambiguous;
    });
    return found == message.findings.end() ? std::string{} : found->location.path;
}

inline std::filesystem::path standards() {
    const auto* const chosen = std::getenv("BUDSTIKKE_STANDARDS");
    return chosen != nullptr ? std::filesystem::path(chosen)
                             : std::filesystem::path(BUDSTIKKE_SOURCE_DIR) / "../shared/standards";
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace budstikke::adapters
