#include "broker/app/password_file.hpp"

#include "broker/base/limits.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::app {

Result<std::string> read_password(const std::filesystem::path& file) {
    // With the end of its line, which is no part of it.
    auto text = crypto::read_secret_file(file, limits::name_bytes_max + 2);
    if (!text) return text;
    while (text->ends_with('\n') || text->ends_with('\r'))
        text->pop_back();
    const bool one_line = text->find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos;
    if (text->empty() || text->size() > limits::name_bytes_max || !one_line) {
        crypto::wipe(*text);
        return fail(Errc::malformed, "the file must hold one line with the password");
    }
    return text;
}

}  // namespace budstikke::app
