// What one command of the admin socket is: its words, arguments, roles, texts and the function that
// does it. The table of all of them is command_table.cpp. May not know sockets or the rendering.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "broker/admin/host.hpp"
#include "broker/admin/role.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/pipeline/broker.hpp"

namespace budstikke::admin {

struct CommandSpec;

/// A line that has been understood: it fits the command's arguments and options.
struct Invocation {
    const CommandSpec* spec = nullptr;
    std::vector<std::string> arguments;
    std::map<std::string, std::string, std::less<>> options;  ///< without the common ones
    std::string reason;
    bool dry_run = false;

    const std::string* option(std::string_view name) const;
    /// The command as it is recorded: its words, arguments and options, without the reason.
    std::string text() const;
};

/// The same names and values are printed for people and as JSON: see render.hpp.
using Outcome = Result<boost::json::object>;

/// What the commands work on; all outlive the calls.
struct Context {
    pipeline::Broker& broker;
    Host& host;
    const Clock& clock;
    /// Runs a function on the admin socket's thread. Handlers of the broker come on its commit
    /// thread, where nothing may block or call back.
    std::function<void(std::move_only_function<void()>)> defer;
};

/// One run of a command. `done` is called exactly once, from any thread.
struct Call {
    Context& context;
    Invocation invocation;
    pipeline::Authority by;
    std::move_only_function<void(Outcome)> done;
};

struct OptionSpec {
    std::string_view name;   ///< `--limit`
    std::string_view value;  ///< `N`
};

struct CommandSpec {
    std::string_view name;         ///< `party hold`
    std::string_view arguments{};  ///< as the help shows them: `HER-ID`
    std::size_t arguments_min = 0;
    std::size_t arguments_max = 0;
    std::span<const OptionSpec> options{};  ///< besides the common ones
    RoleSet admits{};
    bool changing = false;  ///< needs --reason, takes --dry-run, is recorded
    std::string_view text_en{};
    std::string_view text_no{};
    void (*run)(Call call) = nullptr;
};

/// All commands, in the order of the help.
std::span<const CommandSpec> commands();

/// By its words; nullptr where there is none.
const CommandSpec* find_command(std::string_view name);

/// `party hold HER-ID --reason TEXT [--dry-run]`.
std::string usage(const CommandSpec& spec);

// --- For the functions of commands -----------------------------------------------------

/// Errc::invalid_argument where the text is no HER-id, delivery id, or number up to `most`.
Result<HerId> her_id_of(std::string_view text);
Result<DeliveryId> delivery_id_of(std::string_view text);
Result<std::uint64_t> number_of(std::string_view text, std::uint64_t most);
/// `--limit`, or limits::listing_rows_max.
Result<std::size_t> rows_of(const Invocation& invocation);

/// A handler that ends the call with `answer` where the broker did what it was asked.
pipeline::Handler<Result<void>> finish(Call call, boost::json::object answer);

}  // namespace budstikke::admin
