// Finds the adapter for some bytes. Knows no format: it compares what the adapters say of
// themselves.
#include "broker/adapter/registry.hpp"

#include <algorithm>

#include "broker/base/limits.hpp"
#include "broker/xml/reader.hpp"
#include "broker/xml/sniff.hpp"

namespace budstikke {
namespace {

/// Hears nothing: for telling XML that nobody carries from what is not XML at all.
class Silent final : public xml::Handler {
 public:
    void start(const xml::StartTag& /*tag*/) override {}
    void text(std::string_view /*piece*/) override {}
    void end() override {}
};

/// The smallest document with this root, for messages whose prolog is longer than the head.
std::string root_alone(const xml::RootName& root) {
    return "<r:" + root.name + " xmlns:r=\"" + root.xml_namespace + "\">";
}

}  // namespace

Result<void> AdapterRegistry::add(std::unique_ptr<Adapter> adapter) {
    if (find(adapter->name()) != nullptr) {
        return fail(Errc::conflict, "two adapters are called " + std::string(adapter->name()));
    }
    adapters_.push_back(std::move(adapter));
    return {};
}

const Adapter* AdapterRegistry::recognise(std::string_view bytes) const {
    const auto head = bytes.substr(0, limits::format_head_bytes_max);
    const Adapter* best = nullptr;
    int confidence = 0;
    for (const auto& adapter : adapters_) {
        const int claim = adapter->recognise(head);
        if (claim > confidence) {
            best = adapter.get();
            confidence = claim;
        }
    }
    return best;
}

const Adapter* AdapterRegistry::find(std::string_view name) const {
    const auto at = std::ranges::find(adapters_, name, [](const auto& a) { return a->name(); });
    return at == adapters_.end() ? nullptr : at->get();
}

Decoded AdapterRegistry::decode(std::string_view bytes, const xml::SchemaSet* schemas) const {
    const auto* adapter = recognise(bytes);
    if (adapter == nullptr && bytes.size() > limits::format_head_bytes_max &&
        bytes.size() <= limits::payload_bytes_max) {
        if (const auto root = xml::sniff_root(bytes)) {
            adapter = recognise(root_alone(*root));
        }
    }
    if (adapter != nullptr) {
        return adapter->decode(bytes, schemas);
    }
    Decoded decoded;
    xml::FindingList findings;
    Silent silent;
    decoded.well_formed = xml::read(bytes, silent, findings, nullptr).well_formed;
    if (decoded.well_formed) {
        findings.add(finding::format_unknown);
    }
    decoded.findings = std::move(findings).take();
    return decoded;
}

}  // namespace budstikke
