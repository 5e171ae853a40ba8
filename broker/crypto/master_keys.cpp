// See master_keys.hpp. A wrap is, byte by byte:
//   1    version (1)
//   1    length n of the key id
//   n    key id
//   12   nonce
//   32   the key, encrypted; 16 tag. Authenticated with it: all before the nonce, then the context.
#include "broker/crypto/master_keys.hpp"

#include <algorithm>
#include <ranges>

#include "broker/base/limits.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/crypto/guarded_file.hpp"
#include "broker/crypto/seal.hpp"
#include "broker/crypto/system_random.hpp"

namespace budstikke::crypto {
namespace {

static_assert(std::is_same_v<MasterKeys::Key, SealKey>);

constexpr char wrap_version = 1;
constexpr std::size_t before_id_bytes = 2;
constexpr std::size_t nonce_bytes = std::tuple_size_v<SealNonce>;
constexpr std::size_t key_bytes = std::tuple_size_v<SealKey>;

bool is_id_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

bool is_key_id(std::string_view text) {
    return !text.empty() && text.size() <= limits::key_id_bytes_max &&
           std::ranges::all_of(text, is_id_character);
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool read_hex(std::string_view text, SealKey& key) {
    if (text.size() != 2 * key.size()) {
        return false;
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        key[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

std::string authenticated(std::string_view head, std::string_view context) {
    std::string all;
    all.reserve(head.size() + context.size());
    all += head;
    all += context;
    return all;
}

/// Version, length and key id; empty where the bytes are no wrap of ours.
std::string_view head_of(std::string_view wrapped) {
    if (wrapped.size() < before_id_bytes || wrapped[0] != wrap_version) {
        return {};
    }
    const std::size_t size = before_id_bytes + static_cast<unsigned char>(wrapped[1]);
    if (wrapped.size() != size + nonce_bytes + key_bytes + seal_tag_bytes ||
        !is_key_id(wrapped.substr(before_id_bytes, size - before_id_bytes))) {
        return {};
    }
    return wrapped.substr(0, size);
}

Digest digest_of(const SealKey& key) {
    return sha256({reinterpret_cast<const char*>(key.data()), key.size()});
}

/// Wipes the text of the file also where a line is refused.
class SecretText {
 public:
    explicit SecretText(std::string text) : text_(std::move(text)) {}
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { wipe(text_); }
    std::string_view text() const { return text_; }

 private:
    std::string text_;
};

}  // namespace

Result<MasterKeys> MasterKeys::load(const std::filesystem::path& file) {
    auto bytes = read_secret_file(file, limits::key_file_bytes_max);
    if (!bytes) {
        return std::unexpected(std::move(bytes.error()));
    }
    const SecretText secret(std::move(*bytes));
    std::string_view rest = secret.text();
    MasterKeys keys;
    // A vector that grows would leave copies of the keys behind.
    keys.keys_.reserve(limits::master_keys_max);
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const auto refuse = [&](std::string_view why) {
            return fail(
                Errc::malformed,
                file.string() + ":" + std::to_string(number) + ": " + std::string(why)
            );
        };
        if (keys.keys_.size() == limits::master_keys_max) {
            return refuse("too many keys");
        }
        const std::string_view id = line.substr(0, line.find(' '));
        if (!is_key_id(id) || id.size() == line.size()) {
            return refuse("expected `<key id> <64 hex digits>`");
        }
        if (std::ranges::find(keys.keys_, id, &Named::id) != keys.keys_.end()) {
            return refuse("this key id stands twice");
        }
        auto& named = keys.keys_.emplace_back(Named{.id = std::string(id), .key = {}});
        if (!read_hex(line.substr(id.size() + 1), named.key)) {
            return refuse("the key is not 64 hex digits");
        }
    }
    if (keys.keys_.empty()) {
        return fail(Errc::malformed, file.string() + ":1: no key");
    }
    return keys;
}

MasterKeys::~MasterKeys() {
    for (auto& named : keys_) {
        crypto::wipe(named.key);
    }
}

MasterKeys::MasterKeys(MasterKeys&&) noexcept = default;

MasterKeys& MasterKeys::operator=(MasterKeys&& other) noexcept {
    std::swap(keys_, other.keys_);  // `other` wipes the old ones
    return *this;
}

const std::string& MasterKeys::current_id() const {
    return keys_.back().id;
}

std::vector<std::string> MasterKeys::ids() const {
    std::vector<std::string> ids;
    ids.reserve(keys_.size());
    for (const auto& named : keys_) {
        ids.push_back(named.id);
    }
    return ids;
}

std::vector<std::string> MasterKeys::changed_ids(const MasterKeys& other) const {
    std::vector<std::string> changed;
    for (const auto& named : keys_) {
        const auto same_id = std::ranges::find(other.keys_, named.id, &Named::id);
        // By digests: how long the comparison takes tells nothing of a key.
        if (same_id != other.keys_.end() && digest_of(named.key) != digest_of(same_id->key)) {
            changed.push_back(named.id);
        }
    }
    return changed;
}

Result<std::string> MasterKeys::wrap(const Key& key, std::string_view context) const {
    const Named& current = keys_.back();
    std::string wrapped;
    wrapped.reserve(before_id_bytes + current.id.size() + nonce_bytes + key_bytes + seal_tag_bytes);
    wrapped += wrap_version;
    wrapped += static_cast<char>(current.id.size());
    wrapped += current.id;
    const std::string all = authenticated(wrapped, context);
    SealNonce nonce{};
    SystemRandom().fill(std::as_writable_bytes(std::span(nonce)));
    wrapped.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    const std::string_view plain(reinterpret_cast<const char*>(key.data()), key.size());
    if (auto sealed = seal(current.key, nonce, all, plain, wrapped); !sealed) {
        return std::unexpected(std::move(sealed.error()));
    }
    return wrapped;
}

Result<MasterKeys::Key> MasterKeys::unwrap(std::string_view wrapped, std::string_view context)
    const {
    const std::string_view head = head_of(wrapped);
    if (head.empty()) {
        return fail(Errc::corrupt, "a wrapped key does not read");
    }
    const auto named = std::ranges::find(keys_, head.substr(before_id_bytes), &Named::id);
    if (named == keys_.end()) {
        return fail(Errc::not_found, "the master key that wraps a payload's key is not loaded");
    }
    SealNonce nonce{};
    std::ranges::copy(wrapped.substr(head.size(), nonce_bytes), nonce.begin());
    std::string plain;
    plain.reserve(key_bytes);
    auto opened = unseal(
        named->key, nonce, authenticated(head, context), wrapped.substr(head.size() + nonce_bytes),
        plain
    );
    if (!opened) {
        return std::unexpected(std::move(opened.error()));
    }
    Key key{};
    std::ranges::copy(plain, key.begin());
    wipe(plain);
    return key;
}

std::optional<std::string> MasterKeys::wrapped_by(std::string_view wrapped) {
    const std::string_view head = head_of(wrapped);
    if (head.empty()) {
        return std::nullopt;
    }
    return std::string(head.substr(before_id_bytes));
}

}  // namespace budstikke::crypto
