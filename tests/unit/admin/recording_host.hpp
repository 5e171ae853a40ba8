// A host of the admin socket that answers what it is told to and keeps what it was asked for.
#pragma once

#include <string>
#include <vector>

#include "broker/admin/host.hpp"

namespace budstikke::admin {

class RecordingHost final : public Host {
 public:
    HostFacts facts() override {
        return {
            .version = "1.2.3",
            .started_at = Timestamp(std::chrono::milliseconds(1'789'999'000'000)),
            .has_schemas = true,
            .listeners = {{.name = "exchange", .address = "[::1]:7443"}},
            .certificates = {},
            .revocation_lists = {},
            .sessions = 4,
        };
    }
    std::vector<SessionFacts> sessions() override {
        SessionFacts session;
        session.organisation = "900000001";
        return {session};
    }
    Result<store::Store::Usage> usage() override { return store::Store::Usage{}; }
    Result<KeyFacts> keys() override {
        KeyFacts facts;
        facts.keys.push_back({.id = "k1", .current = true, .loaded = true, .wraps = 9});
        return facts;
    }
    ReloadReport reload(bool dry_run) override {
        calls.emplace_back(dry_run ? "reload dry" : "reload");
        return report;
    }
    void drain(bool draining) override { calls.emplace_back(draining ? "drain" : "drain off"); }
    void sweep_sessions() override { calls.emplace_back("sweep"); }
    EbxmlHost* ebxml() override { return ebxml_host; }
    void stop() override { calls.emplace_back("stop"); }

    std::vector<std::string> calls;
    ReloadReport report;
    EbxmlHost* ebxml_host = nullptr;
};

}  // namespace budstikke::admin
