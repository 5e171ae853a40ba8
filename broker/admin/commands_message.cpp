// Commands about messages: the timeline of one, and the deliveries that were given up.
#include <utility>

#include <boost/json/array.hpp>

#include "broker/admin/command_functions.hpp"
#include "broker/admin/values.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin::run {

namespace json = boost::json;

namespace {

Result<pipeline::MessageRef> message_of(const Invocation& invocation) {
    const std::string& id = invocation.arguments[0];
    pipeline::MessageRef ref;
    if (const std::string* sender = invocation.option("--sender")) {
        auto her_id = her_id_of(*sender);
        if (!her_id) return std::unexpected(std::move(her_id).error());
        if (id.empty() || id.size() > limits::msg_id_bytes_max) {
            return fail(Errc::invalid_argument, "ID is not a MsgId: empty or too long");
        }
        ref.sender = *std::move(her_id);
        ref.message_id = id;
        return ref;
    }
    ref.id = MessageId::parse(id);
    if (!ref.id) {
        return fail(
            Errc::invalid_argument, "ID is not the broker's; a MsgId needs --sender HER-ID"
        );
    }
    return ref;
}

using Change =
    void (pipeline::Broker::*)(pipeline::Authority, DeliveryId, pipeline::Handler<Result<void>>);

void change_dead_letter(Call call, Change change, std::string_view becomes) {
    auto id = delivery_id_of(call.invocation.arguments[0]);
    if (!id) return call.done(std::unexpected(std::move(id).error()));
    const bool dry_run = call.invocation.dry_run;
    json::object answer{{"delivery", id->text()}, {"becomes", becomes}, {"dry_run", dry_run}};
    pipeline::Broker& broker = call.context.broker;
    if (dry_run) {
        const auto status = broker.message({.id = id->message, .message_id = {}, .sender = {}});
        if (!status) return call.done(std::unexpected(status.error()));
        for (const auto& delivery : status->deliveries) {
            if (delivery.id != *id) continue;
            answer["state"] = name(delivery.state);
            return call.done(std::move(answer));
        }
        return call.done(fail(Errc::not_found, "no such delivery"));
    }
    pipeline::Authority by = std::move(call.by);
    (broker.*change)(std::move(by), *std::move(id), finish(std::move(call), std::move(answer)));
}

}  // namespace

void message_show(Call call) {
    const auto ref = message_of(call.invocation);
    if (!ref) return call.done(std::unexpected(ref.error()));
    const auto status = call.context.broker.message(*ref);
    if (!status) return call.done(std::unexpected(status.error()));
    call.done(json_message(*status));
}

void deadletter_list(Call call) {
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    std::optional<DeliveryId> after;
    if (const std::string* text = call.invocation.option("--after")) {
        auto id = delivery_id_of(*text);
        if (!id) return call.done(std::unexpected(std::move(id).error()));
        after = *std::move(id);
    }
    const auto letters = call.context.broker.dead_letters(after, *rows_max);
    if (!letters) return call.done(std::unexpected(letters.error()));
    json::array rows;
    for (const store::DeadLetter& letter : *letters) {
        rows.push_back(
            {{"delivery", letter.id.text()},
             {"queue", letter.queue.text()},
             {"at", json_time(letter.at)},
             {"cause", name(letter.cause)}}
        );
    }
    call.done(json::object{{"dead_letters", std::move(rows)}});
}

void deadletter_retry(Call call) {
    change_dead_letter(
        std::move(call), &pipeline::Broker::retry_dead_letter, name(DeliveryState::queued)
    );
}

void deadletter_discard(Call call) {
    change_dead_letter(std::move(call), &pipeline::Broker::discard, name(DeliveryState::cancelled));
}

}  // namespace budstikke::admin::run
