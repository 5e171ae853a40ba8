// See payload_codec.hpp. A sealed piece is, byte by byte:
//   1      form: 0 as it is, 1 a zstd frame that says its size, 2 one with payload_dictionary()
//   n      the piece, encrypted; 16 tag. Authenticated with it: form, message id, index.
// The key is used for one payload and once for each index, so the index is the nonce.
#include "broker/store/payload_codec.hpp"

#include <algorithm>
#include <array>

#include <zstd.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/seal.hpp"
#include "broker/crypto/system_random.hpp"
#include "broker/store/payload_dictionary.hpp"

namespace budstikke::store {
namespace {

enum class Form : char { plain = 0, zstd = 1, zstd_dictionary = 2 };

// Compression is the dearest single step of a message's way. For 8 KiB of XML this fast level takes
// 11 us and leaves 3.6 KB; level 1 takes 25 us and leaves 2.5 KB (tests/bench/README.md).
constexpr int zstd_level = -3;
constexpr std::size_t context_bytes = 1 + 16 + 4;

struct ZstdDelete {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
    void operator()(ZSTD_CDict* dictionary) const noexcept { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const noexcept { ZSTD_freeDDict(dictionary); }
};

// A context is half a megabyte of tables: one a thread, not one a piece.
ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, ZstdDelete> context(ZSTD_createCCtx());
    return context.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, ZstdDelete> context(ZSTD_createDCtx());
    return context.get();
}

// Only read once they are made, so all threads share them.
const ZSTD_CDict* compressing_dictionary() {
    static const std::unique_ptr<ZSTD_CDict, ZstdDelete> digested(
        ZSTD_createCDict(payload_dictionary().data(), payload_dictionary().size(), zstd_level)
    );
    return digested.get();
}

const ZSTD_DDict* decompressing_dictionary() {
    static const std::unique_ptr<ZSTD_DDict, ZstdDelete> digested(
        ZSTD_createDDict(payload_dictionary().data(), payload_dictionary().size())
    );
    return digested.get();
}

std::array<char, context_bytes> context_of(Form form, const MessageId& id, std::uint32_t index) {
    std::array<char, context_bytes> context{};
    context[0] = static_cast<char>(form);
    std::ranges::copy(id.raw(), context.begin() + 1);
    for (std::size_t i = context.size(); i-- > 17;) {
        context[i] = static_cast<char>(index & 0xffU);
        index >>= 8U;
    }
    return context;
}

crypto::SealNonce nonce_of(std::uint32_t index) {
    crypto::SealNonce nonce{};
    for (std::size_t i = nonce.size(); i-- > nonce.size() - sizeof index;) {
        nonce[i] = static_cast<std::uint8_t>(index & 0xffU);
        index >>= 8U;
    }
    return nonce;
}

class PayloadKey {
 public:
    PayloadKey() { crypto::SystemRandom().fill(std::as_writable_bytes(std::span(key_))); }
    explicit PayloadKey(const crypto::SealKey& key) : key_(key) {}
    PayloadKey(const PayloadKey&) = delete;
    PayloadKey& operator=(const PayloadKey&) = delete;
    ~PayloadKey() { crypto::wipe(key_); }
    const crypto::SealKey& get() const { return key_; }

 private:
    crypto::SealKey key_{};
};

Result<std::string> seal_as(
    Form form, const crypto::SealKey& key, const MessageId& message, std::uint32_t index,
    std::string_view body
) {
    const auto context = context_of(form, message, index);
    std::string sealed;
    sealed.reserve(1 + body.size() + crypto::seal_tag_bytes);
    sealed += static_cast<char>(form);
    auto done = crypto::seal(key, nonce_of(index), {context.data(), context.size()}, body, sealed);
    if (!done) {
        return std::unexpected(std::move(done.error()));
    }
    return sealed;
}

Result<std::string> seal_piece(
    const crypto::SealKey& key, const MessageId& message, std::uint32_t index,
    std::string_view piece
) {
    thread_local std::string compressed;
    compressed.resize(ZSTD_compressBound(piece.size()));
    const std::size_t size = ZSTD_compress_usingCDict(
        compressor(), compressed.data(), compressed.size(), piece.data(), piece.size(),
        compressing_dictionary()
    );
    // Images and encrypted parts do not get smaller: they are kept as they are.
    const bool smaller = ZSTD_isError(size) == 0U && size < piece.size();
    const Form form = smaller ? Form::zstd_dictionary : Form::plain;
    const std::string_view body = smaller ? std::string_view(compressed).substr(0, size) : piece;
    return seal_as(form, key, message, index, body);
}

Result<std::string> inflate(std::string_view frame, const ZSTD_DDict* dictionary) {
    const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    // Also true for the two error values, which are the largest numbers.
    if (size > limits::chunk_bytes_max) {
        return fail(Errc::corrupt, "a compressed piece does not say its size, or too large a one");
    }
    std::string piece(static_cast<std::size_t>(size), '\0');
    const std::size_t count = ZSTD_decompress_usingDDict(
        decompressor(), piece.data(), piece.size(), frame.data(), frame.size(), dictionary
    );
    if (ZSTD_isError(count) != 0U || count != piece.size()) {
        return fail(Errc::corrupt, "a compressed piece does not inflate");
    }
    return piece;
}

}  // namespace

PayloadCodec::PayloadCodec(std::shared_ptr<const crypto::MasterKeys> keys)
    : keys_(std::move(keys)) {}

Result<SealedPayload> PayloadCodec::seal(const MessageId& message, std::string_view payload) const {
    const PayloadKey key;
    auto wrap = keys_.load()->wrap(key.get(), message.raw());
    if (!wrap) {
        return std::unexpected(std::move(wrap.error()));
    }
    SealedPayload sealed{.wrap = std::move(*wrap), .chunks = {}};
    sealed.chunks.reserve(payload.size() / limits::chunk_bytes_max + 1);
    do {
        const std::string_view piece = payload.substr(0, limits::chunk_bytes_max);
        payload.remove_prefix(piece.size());
        const auto index = static_cast<std::uint32_t>(sealed.chunks.size());
        auto chunk = seal_piece(key.get(), message, index, piece);
        if (!chunk) {
            return std::unexpected(std::move(chunk.error()));
        }
        sealed.chunks.push_back(std::move(*chunk));
    } while (!payload.empty());
    return sealed;
}

Result<SealedPayload> PayloadCodec::seal_whole(const MessageId& message, std::string_view bytes)
    const {
    const PayloadKey key;
    auto wrap = keys_.load()->wrap(key.get(), message.raw());
    if (!wrap) {
        return std::unexpected(std::move(wrap.error()));
    }
    auto sealed = seal_as(Form::plain, key.get(), message, 0, bytes);
    if (!sealed) {
        return std::unexpected(std::move(sealed.error()));
    }
    return SealedPayload{.wrap = *std::move(wrap), .chunks = {*std::move(sealed)}};
}

Result<std::string> PayloadCodec::open(
    const MessageId& message, std::string_view wrap, std::uint32_t index, std::string_view sealed
) const {
    const auto unwrapped = keys_.load()->unwrap(wrap, message.raw());
    if (!unwrapped) {
        return std::unexpected(unwrapped.error());
    }
    const PayloadKey key(*unwrapped);
    if (sealed.empty() || sealed[0] < static_cast<char>(Form::plain) ||
        sealed[0] > static_cast<char>(Form::zstd_dictionary)) {
        return fail(Errc::corrupt, "a sealed piece is of no known form");
    }
    const Form form{sealed[0]};
    const auto context = context_of(form, message, index);
    std::string body;
    body.reserve(sealed.size());
    auto opened = crypto::unseal(
        key.get(), nonce_of(index), {context.data(), context.size()}, sealed.substr(1), body
    );
    if (!opened) {
        return std::unexpected(std::move(opened.error()));
    }
    switch (form) {
        case Form::plain:
            return body;
        case Form::zstd:
            return inflate(body, nullptr);
        case Form::zstd_dictionary:
            return inflate(body, decompressing_dictionary());
    }
    return fail(Errc::corrupt, "a sealed piece is of no known form");
}

void PayloadCodec::replace_keys(std::shared_ptr<const crypto::MasterKeys> keys) {
    keys_.store(std::move(keys));
}

std::shared_ptr<const crypto::MasterKeys> PayloadCodec::keys() const {
    return keys_.load();
}

Result<std::optional<std::string>> PayloadCodec::rewrap(
    const MessageId& message, std::string_view wrap
) const {
    const auto keys = keys_.load();
    if (crypto::MasterKeys::wrapped_by(wrap) == keys->current_id()) {
        return std::optional<std::string>();
    }
    const auto unwrapped = keys->unwrap(wrap, message.raw());
    if (!unwrapped) {
        return std::unexpected(unwrapped.error());
    }
    const PayloadKey key(*unwrapped);
    auto wrapped = keys->wrap(key.get(), message.raw());
    if (!wrapped) {
        return std::unexpected(std::move(wrapped.error()));
    }
    return std::optional<std::string>(std::move(*wrapped));
}

}  // namespace budstikke::store
