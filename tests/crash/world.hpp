// Where the broker of the crash tests lives, and who talks to it: a temporary folder with a test
// PKI, a directory, a configuration. Promises to remove the folder unless it is asked to stay.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/tools/client/exchange_client.hpp"

namespace budstikke::crash {

/// A party, and the organisation that speaks for it.
struct PartyRow {
    std::string_view her_id;
    std::string_view organisation;
    std::string_view kind;
    bool sends;           ///< else it receives
    int connections = 1;  ///< at a time
};

/// Two hospitals and a municipality send, doctors' offices and a municipality receive.
inline constexpr std::array parties{
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
/// In no directory.
inline constexpr std::string_view unknown_party = "9999";

class World {
 public:
    /// `source` is the checkout, whose certs/ make the PKI.
    static Result<World> make(const std::filesystem::path& source);
    World(World&& other) noexcept;
    World& operator=(World&&) = delete;
    ~World();

    void keep() { kept_ = true; }
    const std::filesystem::path& folder() const { return folder_; }
    client::ClientOptions client_options(std::string_view organisation, std::uint16_t port) const;

 private:
    explicit World(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
    bool kept_ = false;
};

}  // namespace budstikke::crash
