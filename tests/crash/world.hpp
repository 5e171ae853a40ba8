// Where the brokers of the crash tests live, and who talks to them: a temporary folder with a test
// PKI, and for each broker a directory and a configuration. Promises to remove the folder unless it
// is asked to stay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/tools/client/exchange_client.hpp"

namespace budstikke::crash {

/// A party, and the organisation that speaks for it.
struct PartyRow {
    std::string_view her_id;
    std::string_view organisation;
    std::string_view kind;
    bool sends;              ///< else it receives
    int connections = 1;     ///< at a time
    std::size_t broker = 0;  ///< of the world, the one that it is connected to
};

/// Two hospitals and a municipality send, doctors' offices and a municipality receive.
inline constexpr std::array exchange_parties{
    PartyRow{"2001", "999000002", "hospital", true},
    PartyRow{"2002", "999000002", "hospital", true},
    PartyRow{"2003", "999000002", "hospital", true},
    PartyRow{"2011", "999000003", "hospital", true},
    PartyRow{"2012", "999000003", "hospital", true},
    PartyRow{"2013", "999000003", "hospital", true},
    PartyRow{"1001", "999000001", "municipality", true},
    PartyRow{"1002", "999000001", "municipality", true},
    PartyRow{"3001", "999000004", "gp", false},
    PartyRow{"3002", "999000004", "gp", false},
    PartyRow{"3003", "999000005", "gp", false},
    PartyRow{"1003", "999000001", "municipality", false, 2},
};
/// The same with a broker for each side, and ebXML between them.
inline constexpr std::array ebxml_parties{
    PartyRow{"2001", "999000002", "hospital", true},
    PartyRow{"2002", "999000002", "hospital", true},
    PartyRow{"2011", "999000003", "hospital", true},
    PartyRow{"1001", "999000001", "municipality", true},
    PartyRow{"3001", "999000004", "gp", false, 1, 1},
    PartyRow{"3002", "999000004", "gp", false, 1, 1},
    PartyRow{"3003", "999000005", "gp", false, 2, 1},
};
/// In no directory.
inline constexpr std::string_view unknown_party = "9999";

/// One broker for everybody, or two that speak ebXML with each other.
enum class Setting : std::uint8_t { exchange, ebxml };

class World {
 public:
    /// `source` is the checkout, whose certs/ make the PKI.
    static Result<World> make(const std::filesystem::path& source, Setting setting);
    World(World&& other) noexcept;
    World& operator=(World&&) = delete;
    ~World();

    void keep() { kept_ = true; }
    Setting setting() const { return setting_; }
    std::span<const PartyRow> parties() const;
    /// Of each broker.
    const std::vector<std::filesystem::path>& brokers() const { return brokers_; }
    client::ClientOptions client_options(std::string_view organisation, std::uint16_t port) const;

 private:
    World(std::filesystem::path folder, Setting setting);

    Result<void> furnish(const std::filesystem::path& certs);

    std::filesystem::path folder_;
    Setting setting_;
    std::vector<std::filesystem::path> brokers_;
    bool kept_ = false;
};

}  // namespace budstikke::crash
