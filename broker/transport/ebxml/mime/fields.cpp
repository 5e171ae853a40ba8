#include "broker/transport/ebxml/mime/fields.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include <gmime/gmime.h>

#include "broker/base/limits.hpp"
#include "broker/base/text.hpp"

namespace budstikke::ebxml {
namespace {

/// GMime is a library of the whole process and is started once; there is no state of ours in it.
void prepare_gmime() {
    static std::once_flag once;
    std::call_once(once, [] { g_mime_init(); });
}

struct Unref {
    void operator()(gpointer object) const { g_object_unref(object); }
};
struct FreeText {
    void operator()(char* text) const { g_free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

/// C strings end at a zero, so what stands behind one would be judged by nobody.
bool has_zero(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

std::string_view view(const char* text) {
    return text == nullptr ? std::string_view{} : std::string_view(text);
}

GMimeContentEncoding gmime_encoding(TransferEncoding encoding) {
    switch (encoding) {
        case TransferEncoding::base64:
            return GMIME_CONTENT_ENCODING_BASE64;
        case TransferEncoding::quoted_printable:
            return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
        default:
            return GMIME_CONTENT_ENCODING_DEFAULT;
    }
}

void collect(InternetAddressList* list, std::vector<std::string>& out) {
    for (int i = 0; i < internet_address_list_length(list); ++i) {
        InternetAddress* const address = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_MAILBOX(address)) {
            const auto found =
                view(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
            if (!found.empty()) {
                out.emplace_back(found);
            }
        }
    }
}

}  // namespace

Result<ContentType> parse_content_type(std::string_view value) {
    prepare_gmime();
    const auto slash = value.find('/');
    if (has_zero(value) || slash == std::string_view::npos || slash == 0) {
        return fail(Errc::malformed, "Content-Type is no media type");
    }
    const std::unique_ptr<GMimeContentType, Unref> parsed(
        g_mime_content_type_parse(nullptr, std::string(value).c_str())
    );
    if (parsed == nullptr) {
        return fail(Errc::malformed, "Content-Type is no media type");
    }
    ContentType type{
        .type = lower(view(g_mime_content_type_get_media_type(parsed.get()))),
        .subtype = lower(view(g_mime_content_type_get_media_subtype(parsed.get()))),
        .parameters = {},
    };
    GMimeParamList* const list = g_mime_content_type_get_parameters(parsed.get());
    for (int i = 0; i < g_mime_param_list_length(list); ++i) {
        const GMimeParam* const parameter = g_mime_param_list_get_parameter_at(list, i);
        auto name = lower(view(parameter->name));
        if (!type.parameters.emplace(std::move(name), view(parameter->value)).second) {
            return fail(Errc::malformed, "Content-Type names a parameter twice");
        }
    }
    return type;
}

TransferEncoding parse_transfer_encoding(std::string_view value) {
    constexpr std::array<std::pair<std::string_view, TransferEncoding>, 5> known{{
        {"7bit", TransferEncoding::seven_bit},
        {"8bit", TransferEncoding::eight_bit},
        {"binary", TransferEncoding::binary},
        {"quoted-printable", TransferEncoding::quoted_printable},
        {"base64", TransferEncoding::base64},
    }};
    const auto word = trim(value);
    for (const auto& [name, encoding] : known) {
        if (same_word(word, name)) {
            return encoding;
        }
    }
    return TransferEncoding::unknown;
}

std::string parse_message_id(std::string_view value) {
    auto id = trim(value);
    if (id.starts_with('<') && id.ends_with('>')) {
        id = trim(id.substr(1, id.size() - 2));
    }
    return std::string(id);
}

std::vector<std::string> parse_addresses(std::string_view value) {
    prepare_gmime();
    std::vector<std::string> addresses;
    if (has_zero(value)) {
        return addresses;
    }
    // SEEN in HITS 1172 section 5.3: `To: mailto:name@domain`.
    constexpr std::string_view scheme = "mailto:";
    auto text = trim(value);
    if (same_word(text.substr(0, scheme.size()), scheme)) {
        text.remove_prefix(scheme.size());
    }
    const std::unique_ptr<InternetAddressList, Unref> list(
        internet_address_list_parse(nullptr, std::string(text).c_str())
    );
    if (list != nullptr) {
        collect(list.get(), addresses);
    }
    return addresses;
}

bool is_plain_address(std::string_view address) {
    const std::size_t at = address.find('@');
    const bool plain = std::ranges::all_of(address, [](char letter) {
        return letter > ' ' && letter < '\x7f' &&
               std::string_view("<>()[]\\,;:\"").find(letter) == std::string_view::npos;
    });
    return plain && address.size() <= limits::mail_address_bytes_max &&
           at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
           address.find('@', at + 1) == std::string_view::npos && !address.starts_with('-');
}

std::string decode_content(std::string_view raw, TransferEncoding encoding) {
    if (encoding != TransferEncoding::base64 && encoding != TransferEncoding::quoted_printable) {
        return std::string(raw);
    }
    prepare_gmime();
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, gmime_encoding(encoding));
    std::string out(g_mime_encoding_outlen(&state, raw.size()), '\0');
    const auto size = g_mime_encoding_flush(&state, raw.data(), raw.size(), out.data());
    out.resize(size);
    return out;
}

std::string encode_base64(std::string_view bytes) {
    constexpr std::size_t bytes_per_line = 57;
    std::string out;
    out.reserve(bytes.size() / bytes_per_line * 78 + 80);
    for (std::size_t at = 0; at < bytes.size(); at += bytes_per_line) {
        const auto piece = bytes.substr(at, bytes_per_line);
        const Text line(g_base64_encode(reinterpret_cast<const guchar*>(piece.data()), piece.size())
        );
        out += line.get();
        out += "\r\n";
    }
    return out;
}

}  // namespace budstikke::ebxml
