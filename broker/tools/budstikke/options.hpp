// What the commands of `budstikke` were asked to do: plain values that main.cpp fills.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace budstikke::tools {

enum class Tongue { norwegian, english };

/// Exit statuses of every command that speaks to a broker.
inline constexpr int exit_ok = 0;
inline constexpr int exit_refused =
    1;  ///< the broker's answer was no, or what was waited for failed
inline constexpr int exit_usage = 2;
inline constexpr int exit_no_connection = 3;

struct ServerOptions {
    std::string server;  ///< host:port
    std::filesystem::path ca;
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::string server_name;
    std::uint32_t timeout_seconds = 60;
};

/// For send and check.
struct SendOptions {
    std::vector<std::filesystem::path> files;
    std::string content_type;  ///< empty: by the name of the file
    std::string priority = "normal";
    std::chrono::seconds expires_after{0};  ///< 0: the broker's default
    std::vector<std::string> recipients;
    bool allow_partial = false;
    // The facts of a payload that the broker may not read.
    std::string message_id;
    std::string sender;
    std::vector<std::string> declared_recipients;  ///< the first is the primary one
    std::string type;
    std::string version;
    std::string conversation;
    std::string parent;
};

struct ReceiveOptions {
    std::vector<std::string> her_ids;
    std::uint32_t count = 0;         ///< 0: until nothing has come for `wait`
    std::uint32_t wait_seconds = 0;  ///< 0: for ever
    std::filesystem::path out;       ///< empty: payloads are not written
    std::string settle = "accepted";
    std::string reason_code;
    std::string reason;
    std::string apprec;  ///< empty, ok or reject
    std::string apprec_code = "X99";
    std::string apprec_text = "Avvist av mottakeren";
    std::string name;  ///< of the party, for the AppRec
};

struct StatusOptions {
    std::string id;  ///< the broker's, or a MsgId with `sender`
    std::string sender;
    std::string watch_until;
    bool follow = false;
    std::uint64_t after = 0;
    std::uint32_t count = 0;  ///< of events to follow; 0: for ever
};

struct MayISendOptions {
    std::string sender;
    std::string recipient;
    std::string type;
    std::string version;
    std::string format;
};

struct WithdrawOptions {
    std::string id;
    std::string sender;
    std::vector<std::string> recipients;
    std::string reason;
};

}  // namespace budstikke::tools
