// What the admin socket and signals do to the process: facts, reload, drain, stop. Promises that a
// reload with a fault changes nothing and says so. May not know sockets or lines.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "broker/admin/host.hpp"
#include "broker/app/ebxml_operations.hpp"
#include "broker/app/json_event_log.hpp"
#include "broker/app/node.hpp"

namespace budstikke::app {

/// reload() from any thread; the rest from the admin socket's.
class Operations final : public admin::Host {
 public:
    /// All references outlive it. `stop` is called from any thread and returns at once.
    Operations(
        Node& node, std::filesystem::path config_file, const Clock& clock, JsonEventLog& events,
        std::function<void()> stop
    );

    admin::HostFacts facts() override;
    std::vector<admin::SessionFacts> sessions() override;
    Result<store::Store::Usage> usage() override;
    Result<admin::KeyFacts> keys() override;
    admin::ReloadReport reload(bool dry_run) override;
    void drain(bool draining) override;
    void sweep_sessions() override;
    admin::EbxmlHost* ebxml() override;
    void stop() override;

 private:
    void refuse_lost_keys(const LoadedState& next, directory::Faults& faults);
    /// nullptr: there is no ebXML.
    const store::EbxmlStore* ebxml_store() const;
    admin::ReloadReport read_and_apply(bool dry_run);

    Node& node_;
    const std::filesystem::path config_file_;
    const Clock& clock_;
    JsonEventLog& events_;
    const std::function<void()> stop_;
    const Timestamp started_at_;
    std::optional<EbxmlOperations> ebxml_;
    std::mutex reloading_;
};

}  // namespace budstikke::app
