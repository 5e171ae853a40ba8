// What the admin socket asks of the program around it, as an interface: facts that no lower layer
// has, and the commands that concern the whole process. Implemented in app/. Plain values; may not
// know sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/admin/ebxml_host.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/directory/fault.hpp"
#include "broker/store/store.hpp"

namespace budstikke::admin {

struct ListenerFacts {
    std::string name;     ///< as the configuration calls it
    std::string address;  ///< `[::]:7443`, with the port that was bound
};

struct CertificateFacts {
    std::string use;      ///< `listener exchange`, `ca`
    std::string subject;  ///< RFC 2253
    Timestamp not_after{};
};

struct RevocationFacts {
    std::string issuer;  ///< RFC 2253
    Timestamp this_update{};
    Timestamp next_update{};
};

struct HostFacts {
    std::string version;
    Timestamp started_at{};
    bool has_schemas = false;
    std::vector<ListenerFacts> listeners;
    std::vector<CertificateFacts> certificates;
    std::vector<RevocationFacts> revocation_lists;
    std::uint32_t sessions = 0;
};

/// One connection of a party.
struct SessionFacts {
    std::string listener;
    std::string organisation;
    std::string address;   ///< numeric, without port
    std::string software;  ///< what the client calls itself, printable ASCII
    Timestamp since{};
    std::uint64_t submissions = 0;
    std::uint64_t deliveries = 0;
};

struct KeyFacts {
    struct Key {
        std::string id;
        bool current = false;  ///< wraps what is accepted from now on
        bool loaded = true;    ///< false: payloads are wrapped by a key that is not in the file
        std::uint64_t wraps = 0;
    };
    std::vector<Key> keys;
    bool complete = true;  ///< false: the count stopped at limits::admin_scan_rows_max
    bool rotating = false;
    std::uint64_t rewrapped = 0;  ///< since start
};

/// All or nothing: with faults, the state of before goes on.
struct ReloadReport {
    directory::Faults faults;
    std::vector<std::string> reloaded;  ///< `directory`, `certificates`, ...
    std::vector<std::string>
        restart_needed;  ///< settings that differ but count after a restart only
};

/// Called from the admin socket's thread only, except where said.
class Host {
 public:
    virtual ~Host() = default;

    virtual HostFacts facts() = 0;
    virtual std::vector<SessionFacts> sessions() = 0;
    virtual Result<store::Store::Usage> usage() = 0;
    virtual Result<KeyFacts> keys() = 0;
    /// With `dry_run` everything is read and checked and nothing is changed.
    virtual ReloadReport reload(bool dry_run) = 0;
    virtual void drain(bool draining) = 0;
    /// Ends the sessions of those who would not be let in now: after a hold.
    virtual void sweep_sessions() = 0;
    /// nullptr where the broker speaks no ebXML.
    virtual EbxmlHost* ebxml() = 0;
    /// Returns at once; the process ends in order a little later.
    virtual void stop() = 0;
};

}  // namespace budstikke::admin
