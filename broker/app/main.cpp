// budstikked: the broker's process from the command line to the exit status. Reads top to bottom:
// check, start, wait for signals, stop.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "broker/admin/admin_socket.hpp"
#include "broker/admin/interpreter.hpp"
#include "broker/app/caretaker.hpp"
#include "broker/app/json_event_log.hpp"
#include "broker/app/loaded_state.hpp"
#include "broker/app/node.hpp"
#include "broker/app/operations.hpp"
#include "broker/app/options.hpp"
#include "broker/app/process.hpp"

namespace {

using namespace budstikke;
namespace asio = boost::asio;

constexpr int exit_start_failed = 1;
// EX_SOFTWARE of sysexits.h: a supervisor may start us again, recovery is by opening the store.
constexpr int exit_store_failed = 70;

void print(const directory::Faults& faults, std::string_view before) {
    for (const auto& fault : faults)
        std::cerr << before << directory::to_text(fault) << '\n';
}

int check_only(const app::Options& options, const Clock& clock) {
    const auto state = app::load_state(options.config, clock);
    if (!state) {
        print(state.error(), "");
        return exit_start_failed;
    }
    print(state->notes, "note: ");
    std::cout << "the configuration is good\n";
    return EXIT_SUCCESS;
}

/// `exchange 127.0.0.1 43211`, a line for each listener that has a port.
std::string ports_text(const app::Node& node) {
    std::string text;
    for (const app::Listening& listener : node.listeners()) {
        text.append(listener.protocol).append(" ").append(listener.address);
        text.append(" ").append(std::to_string(listener.port)).append("\n");
    }
    if (node.ebxml() != nullptr && node.ebxml()->lmtp_port() != 0) {
        text.append("lmtp ").append(node.config().ebxml->lmtp->address).append(" ");
        text.append(std::to_string(node.ebxml()->lmtp_port())).append("\n");
    }
    return text;
}

class Daemon {
 public:
    Daemon(app::Options options, const Clock& clock, app::JsonEventLog& events)
        : options_(std::move(options)), clock_(clock), events_(events) {}

    /// The exit status.
    int run() {
        auto state = app::load_state(options_.config, clock_);
        if (!state) {
            print(state.error(), "");
            return exit_start_failed;
        }
        events_.set_level(state->config.log_level);
        events_.write(EventLevel::info, "starting", {{"version", BUDSTIKKE_VERSION}});
        if (auto raised = app::raise_open_files_limit(); !raised) {
            // Fewer connections than configured are better than no broker.
            events_.write(
                EventLevel::warning, "open_files_limit_kept", {{"why", raised.error().detail}}
            );
        }
        for (const auto& note : state->notes) {
            events_.write(EventLevel::warning, "config_note", {{"note", directory::to_text(note)}});
        }
        if (auto started = start(*std::move(state)); !started) {
            events_.write(EventLevel::error, "start_failed", {{"why", started.error().detail}});
            return exit_start_failed;
        }
        io_.run();
        stop();
        return EXIT_SUCCESS;
    }

 private:
    Result<void> start(app::LoadedState state) {
        const app::AdminConfig admin_config = state.config.admin;
        auto node = app::Node::open(std::move(state), clock_, events_, [this](const Error& error) {
            // What was not acknowledged must not be: nothing more may run (reliability.md, rule 2).
            events_.write(
                EventLevel::error, "store_failed",
                {{"code", name(error.code)}, {"why", error.detail}}
            );
            events_.flush();
            std::_Exit(exit_store_failed);
        });
        if (!node) return std::unexpected(std::move(node).error());
        node_ = *std::move(node);
        operations_.emplace(*node_, options_.config, clock_, events_, [this] {
            asio::post(io_, [this] { io_.stop(); });
        });
        // Before the listeners: a second broker on this configuration fails here, not half way.
        if (auto opened = open_admin(admin_config); !opened) return opened;
        if (auto listening = node_->listen(); !listening) return listening;
        admin_->start([this](const auto& peer, auto roles, auto line, auto reply) {
            interpreter_->run(peer, roles, line, std::move(reply));
        });
        asio::co_spawn(io_, follow_signals(), asio::detached);
        caretaker_.emplace(*node_, clock_, events_);
        return announce();
    }

    Result<void> open_admin(const app::AdminConfig& config) {
        auto socket = admin::AdminSocket::open(
            {
                .place = {.path = config.socket, .mode = config.mode, .group = config.group},
                .roles = config.roles,
            },
            events_
        );
        if (!socket) return std::unexpected(std::move(socket).error());
        admin_ = *std::move(socket);
        // For commands that still run while admin_ is reset: it is null before its destructor ends.
        admin::AdminSocket* const opened = admin_.get();
        interpreter_.emplace(
            admin::Context{
                .broker = node_->broker(),
                .host = *operations_,
                .clock = clock_,
                .defer = [opened](auto function) { opened->defer(std::move(function)); },
            },
            events_
        );
        return {};
    }

    Result<void> announce() {
        const std::string ports = ports_text(*node_);
        if (!options_.ports_file.empty()) {
            auto written = app::write_atomically(options_.ports_file, ports);
            if (!written) return written;
        }
        events_.write(
            EventLevel::info, "ready",
            {{"version", BUDSTIKKE_VERSION},
             {"listeners", ports},
             {"admin", node_->config().admin.socket.string()}}
        );
        return app::notify_supervisor("READY=1");
    }

    asio::awaitable<void> follow_signals() {
        while (true) {
            const auto [error, signal] =
                co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            if (signal != SIGHUP) {
                io_.stop();
                co_return;
            }
            reload_by_signal();
        }
    }

    /// Recorded like the command, though nobody can say who sent it.
    void reload_by_signal() {
        const pipeline::Authority by{
            .who = "signal", .role = "admin", .command = "reload", .reason = "SIGHUP"
        };
        node_->broker().audit(by, [this](const Result<void>& recorded) {
            if (!recorded) return;  // the store has failed: Broker::on_failure ends the process
            asio::post(io_, [this] { operations_->reload(false); });
        });
    }

    void stop() {
        events_.write(EventLevel::info, "stopping", {});
        if (auto told = app::notify_supervisor("STOPPING=1"); !told) {
            events_.write(EventLevel::warning, "supervisor_deaf", {{"why", told.error().detail}});
        }
        caretaker_.reset();
        node_->stop_listening();
        admin_.reset();
        operations_.reset();
        node_.reset();
        events_.write(EventLevel::info, "stopped", {});
    }

    const app::Options options_;
    const Clock& clock_;
    app::JsonEventLog& events_;
    asio::io_context io_{1};
    // From the beginning: a signal that comes while we start is followed once we have.
    asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    std::unique_ptr<app::Node> node_;
    std::optional<app::Operations> operations_;
    std::optional<admin::Interpreter> interpreter_;
    std::unique_ptr<admin::AdminSocket> admin_;
    std::optional<app::Caretaker> caretaker_;
};

}  // namespace

int main(int argc, char** argv) {
    const auto parsed = app::parse_options(argc, argv);
    if (const int* status = std::get_if<int>(&parsed)) return *status;
    const auto& options = std::get<app::Options>(parsed);
    const SystemClock clock;
    if (options.check_config) return check_only(options, clock);
    if (app::is_root()) {
        std::cerr << "budstikked: will not run as root: start it as a user of its own\n";
        return exit_start_failed;
    }
    if (auto hardened = app::harden_process(); !hardened) {
        std::cerr << "budstikked: " << hardened.error().detail << '\n';
        return exit_start_failed;
    }
    app::JsonEventLog events(clock);
    return Daemon(options, clock, events).run();
}
