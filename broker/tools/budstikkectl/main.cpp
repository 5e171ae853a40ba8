// budstikkectl: operations' words to the broker's admin socket, the broker's answer to the
// terminal. Knows no command: the broker does, and `budstikkectl help` asks it.
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "broker/admin/tokenizer.hpp"
#include "broker/tools/budstikkectl/admin_client.hpp"

namespace {

namespace admin = budstikke::admin;
namespace tools = budstikke::tools;

// Documented in the help; scripts rely on them.
constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_unreachable = 3;
constexpr int exit_denied = 4;

// A reload reads the whole directory and all schemas.
constexpr std::chrono::seconds time_default{60};

int exit_code_of(std::string_view code) {
    if (code.empty()) return exit_ok;
    if (code == "usage") return exit_usage;
    if (code == "denied") return exit_denied;
    return exit_failed;
}

int ask(const std::string& socket, const std::vector<std::string>& words, int seconds) {
    const std::string line = admin::quote(words);
    if (line.find('\n') != std::string::npos) {
        std::cerr << "budstikkectl: a command is one line\n";
        return exit_usage;
    }
    const auto answer = tools::ask_broker(socket, line, std::chrono::seconds(seconds));
    if (!answer) {
        std::cerr << "budstikkectl: " << answer.error().detail << ": " << socket << '\n';
        return answer.error().code == budstikke::Errc::denied ? exit_denied : exit_unreachable;
    }
    // JSON goes where the program that asked for it reads, errors too.
    const bool json = answer->body.starts_with('{');
    if (answer->code.empty() || json) {
        if (!(std::cout << answer->body << std::flush)) {
            std::cerr << "budstikkectl: the output could not be written\n";
            return exit_failed;
        }
    } else {
        std::cerr << "budstikkectl: " << answer->code << ": " << answer->body;
    }
    return exit_code_of(answer->code);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Operates a running broker over its admin socket. `budstikkectl help` lists the commands.\n"
        "Exit status: 0 done, 1 failed, 2 usage, 3 the broker cannot be reached, 4 not allowed."
    };
    app.name("budstikkectl");
    app.set_version_flag("--version", "budstikkectl " BUDSTIKKE_VERSION);
    app.prefix_command();  // what follows the first word belongs to the broker, options too
    std::string socket = "/run/budstikke/admin.sock";
    app.add_option("--socket", socket, "The admin socket of the broker")
        ->envname("BUDSTIKKE_ADMIN_SOCKET")
        ->capture_default_str();
    bool json = false;
    app.add_flag("--json", json, "Answer in JSON (schema budstikke.admin/1)");
    int seconds = static_cast<int>(time_default.count());
    app.add_option("--timeout", seconds, "Seconds to wait for the answer")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    }
    std::vector<std::string> words = app.remaining();
    if (words.empty()) {
        std::cerr << "budstikkectl: no command; `budstikkectl help` lists them\n";
        return exit_usage;
    }
    if (json) words.emplace_back("--json");
    return ask(socket, words, seconds);
}
