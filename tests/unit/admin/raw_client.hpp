// A client of the admin socket that knows nothing of ours: blocking calls on a Unix socket. Ends a
// wait after ten seconds, so that a broken promise fails a test and does not hang it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace budstikke::admin {

class RawClient {
 public:
    explicit RawClient(const std::filesystem::path& socket);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    bool connected() const { return connected_; }
    bool send(std::string_view bytes);
    struct Answer {
        std::string head;  ///< `ok 12`
        std::string body;
    };
    /// Nothing where the connection ended instead.
    std::optional<Answer> read_answer();
    Answer ask(std::string_view line);
    /// True where the peer has closed and nothing more came. False after ten seconds.
    bool ended();
    /// As little as the kernel allows, so that answers fill it.

 private:
    std::optional<std::string> read(std::size_t bytes);

    int descriptor_ = -1;
    bool connected_ = false;
};

}  // namespace budstikke::admin
