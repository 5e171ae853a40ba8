// The master keys that wrap the keys of payloads, read from a file with tight permissions. The file
// has one key a line, `<key id> <64 hex digits>`; the last one wraps, all unwrap. To rotate: append
// a line, reload, wait until no wrap names the old key, remove its line, reload.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"

namespace budstikke::crypto {

class MasterKeys {
 public:
    using Key = std::array<std::uint8_t, 32>;

    /// `denied` where group or others may read or write the file, `io` where it is not a regular
    /// file, `malformed` with the line where it does not read: a key id is 1 to
    /// limits::key_id_bytes_max letters, digits, dots, dashes or underscores, and stands once.
    static Result<MasterKeys> load(const std::filesystem::path& file);
    ~MasterKeys();  ///< wipes the keys
    MasterKeys(MasterKeys&&) noexcept;
    MasterKeys& operator=(MasterKeys&&) noexcept;
    MasterKeys(const MasterKeys&) = delete;
    MasterKeys& operator=(const MasterKeys&) = delete;

    const std::string& current_id() const;
    std::vector<std::string> ids() const;
    /// Ids that both have, for different keys: what one has wrapped the other cannot open.
    std::vector<std::string> changed_ids(const MasterKeys& other) const;

    /// The wrapped key, which names the master key; `context` is authenticated with it. Nonces are
    /// random: rotate before one master key has wrapped 2^32 keys (NIST SP 800-38D, 8.3).
    Result<std::string> wrap(const Key& key, std::string_view context) const;
    /// `not_found` where the master key that it names is not loaded, `corrupt` where it does not
    /// verify.
    Result<Key> unwrap(std::string_view wrapped, std::string_view context) const;
    /// The id of the master key that a wrap names.
    static std::optional<std::string> wrapped_by(std::string_view wrapped);

 private:
    struct Named {
        std::string id;
        Key key;
    };
    MasterKeys() = default;
    std::vector<Named> keys_;
};

}  // namespace budstikke::crypto
