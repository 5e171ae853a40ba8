// The way of one line; interpreter.hpp says what it promises. Who may not run a command is told so
// before its arguments are looked at: `help` shows everybody what exists.
#include "broker/admin/interpreter.hpp"

#include <utility>

#include "broker/admin/parse.hpp"
#include "broker/admin/tokenizer.hpp"

namespace budstikke::admin {

namespace {

std::string_view outcome_name(const Outcome& outcome) {
    return outcome ? std::string_view("ok") : name(outcome.error().code);
}

}  // namespace

Interpreter::Interpreter(Context context, EventLog& events)
    : context_(std::move(context)), events_(events) {}

void Interpreter::run(
    const Peer& peer, RoleSet roles, std::string_view line,
    std::move_only_function<void(Reply)> reply
) {
    const auto words = tokenize(line);
    if (!words) return reply(render_usage_error(words.error(), false));
    const bool json = wants_json(*words);
    auto invocation = parse(*words);
    if (!invocation) return reply(render_usage_error(invocation.error(), json));
    const CommandSpec& spec = *invocation->spec;
    if (!roles.meets(spec.admits)) {
        events_.write(
            EventLevel::warning, "admin_denied", {{"who", peer.text()}, {"command", spec.name}}
        );
        const Outcome denied = fail(Errc::denied, "your role may not run this command");
        return reply(render(spec.name, denied, json));
    }
    const std::string_view role = name(foremost(roles));
    pipeline::Authority by{
        .who = peer.text(),
        .role = std::string(role),
        .command = invocation->text(),
        .reason = invocation->reason,
    };
    const bool logged = spec.changing && !invocation->dry_run;
    auto done = [this, &spec, json, logged, who = by.who, role,
                 reply = std::move(reply)](Outcome outcome) mutable {
        if (logged) {
            events_.write(
                outcome ? EventLevel::info : EventLevel::warning, "admin_command",
                {{"who", who},
                 {"role", role},
                 {"command", spec.name},
                 {"outcome", outcome_name(outcome)}}
            );
        }
        reply(render(spec.name, outcome, json));
    };
    spec.run(Call{
        .context = context_,
        .invocation = *std::move(invocation),
        .by = std::move(by),
        .done = std::move(done),
    });
}

}  // namespace budstikke::admin
