// Broker: start, and hand over.
#include "broker/pipeline/broker.hpp"

#include <utility>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/broker_impl.hpp"

namespace budstikke::pipeline {
namespace {

/// A message of a type, as far as it is known before there is one.
Envelope asked_about(std::string_view type) {
    Envelope envelope;
    envelope.action = type;
    envelope.is_apprec = type == "APPREC";
    return envelope;
}

}  // namespace

void PreparedDeleter::operator()(Prepared* prepared) const {
    std::default_delete<Prepared>{}(prepared);
}

const FindingSpec* Broker::Impl::obstacle() const {
    if (shared.draining) {
        return &finding::broker_draining;
    }
    const bool full = shared.disk_low || shared.open_deliveries >= settings.open_deliveries_max;
    return full ? &finding::broker_full : nullptr;
}

std::optional<Receipt> Broker::Impl::repetition(const std::optional<Claim>& claim) const {
    if (!claim || claim->recipients.empty()) {
        return std::nullopt;
    }
    const auto known = parts.store.find_identity(claim->sender, claim->message_id);
    if (!known || !*known || (*known)->digest != claim->digest) {
        return std::nullopt;
    }
    Receipt receipt;
    receipt.accepted = true;
    receipt.repeated = true;
    receipt.id = (*known)->message;
    receipt.accepted_at = receipt.id.time();
    receipt.message_id = claim->message_id;
    for (const auto& recipient : claim->recipients) {
        const auto delivery = parts.store.find_delivery({receipt.id, recipient});
        if (!delivery || !*delivery) {
            return std::nullopt;
        }
        RecipientVerdict verdict;
        verdict.her_id = recipient.text();
        verdict.role = (*delivery)->role;
        verdict.accepted = true;
        if ((*delivery)->queue != recipient) {
            verdict.redirected_to = (*delivery)->queue;
        }
        receipt.recipients.push_back(std::move(verdict));
    }
    return receipt;
}

Broker::Broker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Broker::~Broker() {
    impl_->loop.stop();
}

Result<std::unique_ptr<Broker>> Broker::start(
    const Parts& parts, const Settings& settings,
    std::shared_ptr<const directory::Directory> directory
) {
    auto ledger = Ledger::open(parts.store);
    if (!ledger) {
        return std::unexpected(ledger.error());
    }
    auto impl = std::make_unique<Impl>(parts, settings, *std::move(ledger));
    impl->shared.held = std::make_shared<const std::set<HerId>>();
    impl->shared.any_schema = asks_for_schema(*directory);
    impl->shared.directory = std::move(directory);
    if (auto recovered = impl->core.recover(); !recovered) {
        return std::unexpected(recovered.error());
    }
    impl->loop.start();
    return std::unique_ptr<Broker>(new Broker(std::move(impl)));
}

void Broker::on_failure(Handler<Error> handler) {
    impl_->post([handler = std::move(handler)](Core& core) mutable {
        core.on_failure(std::move(handler));
    });
}

// --- Hand over -------------------------------------------------------------------------

std::expected<PreparedPtr, Receipt> Broker::prepare(Submission submission) const {
    const Timestamp now = impl_->parts.clock.now();
    auto stage = run_stages(impl_->core.view(now), std::move(submission));
    const auto refuse_for_now = [&stage](const FindingSpec& why) {
        Draft& draft = **stage;
        draft.findings.push_back({.spec = &why, .location = {}});
        stage = std::unexpected(refusal(std::move(draft)));
        stage.error().receipt.retry_later = true;
    };
    const auto* const obstacle = impl_->obstacle();
    // Receipts are taken also by a full broker: they are what its senders wait for.
    if (stage && obstacle != nullptr && !(*stage)->envelope.is_apprec) {
        refuse_for_now(*obstacle);
    }
    if (!stage) {
        if (auto before = impl_->repetition(stage.error().claim)) {
            ++impl_->shared.repeated;
            return std::unexpected(*std::move(before));
        }
        ++impl_->shared.refused;
        return std::unexpected(std::move(stage.error().receipt));
    }
    PreparedPtr prepared(std::make_unique<Prepared>().release());
    if (!seal(**stage, now, impl_->parts, impl_->settings, *prepared)) {
        refuse_for_now(finding::broker_full);
        return std::unexpected(std::move(stage.error().receipt));
    }
    prepared->draft = *std::move(stage);
    prepared->carried =
        impl_->carried.carry(std::exchange(prepared->draft->submission.payload, Payload()));
    return prepared;
}

bool Broker::is_heavy(const Submission& submission) const {
    // Smaller messages are decoded and sealed in well under a millisecond; to hand one to a worker
    // and back takes two threads' waking.
    const bool schemas = impl_->parts.schemas != nullptr && impl_->shared.any_schema;
    return submission.payload.size() >
           (schemas ? limits::schema_in_place_bytes_max : limits::in_place_bytes_max);
}

void Broker::commit(PreparedPtr prepared, Handler<Receipt> answer) {
    const std::string organisation = prepared->record.submitted_by;
    impl_->post(
        organisation, [prepared = std::move(prepared), answer = std::move(answer)](Core& core
                      ) mutable { core.accept(std::move(prepared), std::move(answer)); }
    );
}

Receipt Broker::check(Submission submission) const {
    auto stage = run_stages(impl_->core.view(impl_->parts.clock.now()), std::move(submission));
    if (!stage) {
        auto before = impl_->repetition(stage.error().claim);
        if (before) {
            before->id = MessageId{};  // a check names nothing that it did not store
        }
        return before ? *std::move(before) : std::move(stage.error().receipt);
    }
    Draft& draft = **stage;
    const auto known = impl_->parts.store.find_identity(draft.sender, draft.envelope.message_id);
    const bool conflict = known && *known && (*known)->digest != draft.digest;
    const auto* const obstacle = conflict                   ? &finding::identity_conflict
                                 : draft.envelope.is_apprec ? nullptr
                                                            : impl_->obstacle();
    if (obstacle != nullptr) {
        draft.findings.push_back({.spec = obstacle, .location = {}});
        Receipt receipt = refusal(std::move(draft)).receipt;
        receipt.retry_later = !conflict;
        return receipt;
    }
    Receipt receipt;
    receipt.accepted = true;
    receipt.repeated = known && *known;
    receipt.message_id = draft.envelope.message_id;
    receipt.recipients = verdicts(draft);
    receipt.findings = std::move(draft.findings);
    return receipt;
}

Result<Broker::MaySend> Broker::may_send(
    std::string_view organisation, std::string_view sender, std::string_view recipient,
    std::string_view type, std::string_view version, std::string_view format
) const {
    const View view = impl_->core.view(impl_->parts.clock.now());
    MaySend answer;
    answer.findings = check_sender(view, organisation, sender);
    if (!answer.findings.empty()) {
        return answer;
    }
    Route route = route_to(view, recipient, ReceiverRole::primary, type, version, format);
    ask_way(view, route, *HerId::parse(sender), asked_about(type), {});
    answer.allowed = route.accepted();
    if (answer.allowed && route.queue != route.recipient) {
        answer.redirected_to = route.queue;
    }
    answer.findings = std::move(route.findings);
    return answer;
}

void Broker::withdraw(
    std::string organisation, MessageRef message, std::vector<HerId> recipients, std::string reason,
    Handler<Result<std::vector<WithdrawVerdict>>> answer
) {
    // Behind the submissions of the organisation, of which it may mean one.
    const std::string lane = organisation;
    impl_->post(
        lane,
        [organisation = std::move(organisation), message = std::move(message),
         recipients = std::move(recipients), reason = std::move(reason),
         answer = std::move(answer)](Core& core) mutable {
            core.withdraw(organisation, message, recipients, reason, std::move(answer));
        }
    );
}

FlightBudget& Broker::budget() {
    return impl_->budget;
}

bool Broker::crowded() const {
    return impl_->loop.crowded();
}

void Broker::when_calm(std::move_only_function<void()> call) {
    impl_->loop.when_calm(std::move(call));
}

}  // namespace budstikke::pipeline
