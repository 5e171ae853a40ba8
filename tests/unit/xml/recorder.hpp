// A handler that writes down what it hears, and short ways to read with it.
#pragma once

#include <string>
#include <string_view>

#include "broker/xml/reader.hpp"

namespace budstikke::xml {

class Recorder final : public Handler {
 public:
    void start(const StartTag& tag) override {
        ++elements;
        namespaces = tag.xml_namespace;
        heard += "<" + std::string(tag.name);
        if (const auto value = tag.attributes.find("V")) {
            heard += " V=" + std::string(*value);
        }
        heard += ">";
    }
    void text(std::string_view piece) override {
        text_bytes += piece.size();
        if (heard.size() < 10'000) {
            heard += piece;
        }
    }
    void end() override { heard += "</>"; }

    std::string heard;
    std::string namespaces;  ///< of the element heard last
    std::size_t elements = 0;
    std::size_t text_bytes = 0;
};

struct Reading {
    ReadResult result;
    Findings findings;
    Recorder heard;

    /// The code of the only finding; `none` and `several` else.
    std::string_view code() const {
        if (findings.empty()) {
            return "none";
        }
        return findings.size() == 1 ? findings.front().spec->code : "several";
    }
};

inline Reading read_all(std::string_view bytes, const SchemaSet* schemas = nullptr) {
    Reading reading;
    FindingList findings;
    reading.result = read(bytes, reading.heard, findings, schemas);
    reading.findings = std::move(findings).take();
    return reading;
}

}  // namespace budstikke::xml
