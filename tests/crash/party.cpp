#include "tests/crash/party.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <budstikke/v1/exchange.pb.h>
#include <sys/eventfd.h>

namespace budstikke::crash {
namespace {

constexpr std::size_t window = 16;
constexpr std::uint32_t credit = 32;

std::vector<std::string> recipients_of(const PartyRow& row, const World& world) {
    std::vector<std::string> recipients;
    for (const auto& party : world.parties()) {
        if (party.sends != row.sends) {
            recipients.emplace_back(party.her_id);
        }
    }
    return recipients;
}

bool is_well_formed(const v1::Finding& finding) {
    return !finding.code().empty() && !finding.text_no().empty() && !finding.text_en().empty();
}

/// All findings of a receipt, its recipients' included.
std::vector<v1::Finding> findings_of(const v1::Receipt& receipt) {
    std::vector<v1::Finding> all(receipt.findings().begin(), receipt.findings().end());
    for (const auto& recipient : receipt.recipients()) {
        all.insert(all.end(), recipient.findings().begin(), recipient.findings().end());
    }
    return all;
}

}  // namespace

Load::Load() : used_up_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Load::begin(std::int64_t messages) {
    eventfd_t before = 0;
    if (::eventfd_read(used_up_.get(), &before) != 0) {
        before = 0;  // it was not used up
    }
    left_ = messages;
    on_ = true;
}

void Load::end() {
    left_ = 0;
    on_ = false;
}

bool Load::take() {
    const std::int64_t left = left_.fetch_sub(1);
    if (left == 1) {
        ::eventfd_write(used_up_.get(), 1);
    }
    return left > 0;
}

// What one cannot read cannot be taken out of ebXML, and resends of ebXML overtake.
Party::Party(
    const PartyRow& row, const World& world, std::uint64_t seed, Load& load, Oracle& oracle
)
    : row_(row),
      her_id_(row.her_id),
      load_(load),
      oracle_(oracle),
      inventor_(
          seed, her_id_, recipients_of(row, world),
          {.opaque = world.setting() == Setting::exchange,
           .ordered = world.setting() == Setting::exchange}
      ) {}

Party::~Party() = default;

Result<void> Party::connect(const client::ClientOptions& options) {
    auto connected = client::ExchangeClient::connect(options);
    if (!connected) {
        return std::unexpected(connected.error());
    }
    expects_end_ = false;
    subscribed_ = false;
    client_ = std::move(*connected);
    line_ = client_.get();
    line_->on_delivery([this](const v1::Delivery& delivery) { arrived(delivery); });
    const std::lock_guard lock(mutex_);
    ended_ = false;
    under_way_ = 0;
    kept_.clear();
    for (auto& [number, outgoing] : outgoing_) {
        outgoing.under_way = false;
    }
    return {};
}

Result<void> Party::subscribe() {
    if (std::exchange(subscribed_, true)) {
        return {};
    }
    const auto subscribed = line_->subscribe(her_id_, credit);
    return subscribed ? Result<void>() : std::unexpected(subscribed.error());
}

void Party::settle_kept() {
    std::vector<v1::Delivery> kept;
    {
        const std::lock_guard lock(mutex_);
        kept.swap(kept_);
    }
    for (const auto& delivery : kept) {
        settle(delivery);
    }
}

void Party::disconnect() {
    client_.reset();
}

void Party::unanswered(const Error& error, const char* what) {
    if (!expects_end_) {
        oracle_.fault(Fault::answer, std::string(what) + " of " + her_id_ + ": " + error.detail);
    }
}

std::optional<std::uint64_t> Party::next_to_send() {
    if (ended_ || under_way_ >= window) {
        return std::nullopt;
    }
    const auto waiting =
        std::ranges::find_if(outgoing_, [](const auto& row) { return !row.second.under_way; });
    if (waiting != outgoing_.end()) {
        return waiting->first;
    }
    if (!row_.sends || !load_.take()) {
        return std::nullopt;
    }
    Invention made = inventor_.next();
    if (made.purpose == Purpose::good) {
        oracle_.sent(made.sent);
    }
    outgoing_.emplace(next_number_, Outgoing{.what = std::move(made), .under_way = false});
    return next_number_++;
}

void Party::send() {
    std::unique_lock lock(mutex_);
    if (std::exchange(sending_, true)) {
        return;
    }
    while (const auto number = next_to_send()) {
        Outgoing& outgoing = outgoing_.at(*number);
        outgoing.under_way = true;
        ++under_way_;
        const Invention what = outgoing.what;
        lock.unlock();
        submit(*number, what);
        lock.lock();
    }
    sending_ = false;
}

void Party::submit(std::uint64_t number, const Invention& what) {
    v1::Submit submit;
    submit.set_content_type(what.opaque ? "application/pkcs7-mime" : "application/xml");
    if (what.opaque) {
        auto& facts = *submit.mutable_declared();
        facts.set_message_id(what.sent.id);
        facts.set_sender(what.sent.sender);
        facts.set_type("EPIKRISE");
        facts.set_version("1.2");
        facts.set_conversation(what.sent.conversation);
        for (const auto& recipient : what.sent.recipients) {
            auto& row = *facts.add_recipients();
            row.set_her_id(recipient);
            row.set_copy(recipient != what.sent.recipients.front());
        }
    }
    line_->submit(std::move(submit), what.payload, [this, number](Result<v1::Receipt> receipt) {
        answered(number, std::move(receipt));
    });
}

void Party::answered(std::uint64_t number, Result<v1::Receipt> receipt) {
    std::optional<Invention> what;
    {
        const std::lock_guard lock(mutex_);
        if (receipt) {
            --under_way_;
            auto done = outgoing_.extract(number);
            what = std::move(done.mapped().what);
            if (what->purpose == Purpose::good) {
                inventor_.remember(*what);
            }
        } else {
            ended_ = true;
        }
    }
    if (what) {
        judge(*what, *receipt);
    } else {
        unanswered(receipt.error(), "a submission");
    }
    send();
}

void Party::judge(const Invention& what, const v1::Receipt& receipt) {
    if (what.purpose == Purpose::bad || what.purpose == Purpose::conflict) {
        return judge_refusal(what, receipt);
    }
    const std::string& id = what.sent.id;
    const bool all = std::ranges::all_of(receipt.recipients(), [](const auto& recipient) {
        return recipient.accepted();
    });
    const auto wanted = static_cast<int>(what.sent.recipients.size());
    if (receipt.outcome() != v1::Receipt::ACCEPTED) {
        const auto findings = findings_of(receipt);
        oracle_.fault(
            Fault::answer,
            "a good message is refused: " + id + " " +
                (findings.empty() ? std::string("without a finding") : findings.front().code())
        );
    } else if (receipt.message_id() != id || receipt.accepted_at_ms() <= 0 || !all ||
               receipt.recipients_size() != wanted) {
        oracle_.fault(Fault::answer, "an acceptance that does not fit its message: " + id);
    } else {
        oracle_.accepted(id, receipt.broker_id(), receipt.repeated());
    }
}

void Party::judge_refusal(const Invention& what, const v1::Receipt& receipt) {
    const auto findings = findings_of(receipt);
    const bool conflict_named = std::ranges::any_of(findings, [](const v1::Finding& finding) {
        return finding.code() == "submission.identity_conflict";
    });
    if (receipt.outcome() != v1::Receipt::REFUSED || !receipt.broker_id().empty()) {
        oracle_.fault(Fault::answer, "a bad submission was not refused: " + what.sent.id);
    } else if (findings.empty() || !std::ranges::all_of(findings, is_well_formed)) {
        oracle_.fault(Fault::answer, "a refusal that does not say why: " + what.sent.id);
    } else if (what.purpose == Purpose::conflict && !conflict_named) {
        oracle_.fault(Fault::answer, "a conflict was refused for something else: " + what.sent.id);
    }
}

void Party::arrived(const v1::Delivery& delivery) {
    const auto digest = crypto::sha256(delivery.payload());
    if (delivery.message().sha256() != crypto::as_text(digest)) {
        oracle_.fault(Fault::damaged, delivery.message().message_id() + " as announced");
    }
    oracle_.received({
        .delivery_id = delivery.delivery_id(),
        .id = delivery.message().message_id(),
        .recipient = her_id_,
        .digest = digest,
        .redelivered = delivery.redelivered(),
    });
    settle(delivery);
}

void Party::settle(const v1::Delivery& delivery) {
    v1::Settle settle;
    settle.set_delivery_id(delivery.delivery_id());
    settle.set_outcome(v1::Settle::ACCEPTED);
    if (load_.on()) {
        const std::lock_guard lock(mutex_);
        if (inventor_.chance(2)) {
            // Keeps it until the broker is killed, or the load is over.
            kept_.push_back(delivery);
            kept_.back().clear_payload();
            return;
        }
        if (inventor_.chance(2)) {
            settle.set_outcome(v1::Settle::RELEASED);
            oracle_.released(delivery.message().message_id(), her_id_);
        } else if (inventor_.chance(1)) {
            settle.set_outcome(v1::Settle::REJECTED);
            settle.set_reason_code("E10");
        }
    }
    const int outcome = settle.outcome();
    if (outcome != v1::Settle::RELEASED) {
        oracle_.settling(delivery.message().message_id(), her_id_);
    }
    v1::Delivery head = delivery;
    head.clear_payload();
    line_->settle(
        std::move(settle), [this, outcome, head = std::move(head)](const Result<v1::Settled>& answer
                           ) { settled(head, answer, outcome); }
    );
}

void Party::settled(const v1::Delivery& delivery, const Result<v1::Settled>& answer, int outcome) {
    if (!answer) {
        return unanswered(answer.error(), "a settlement");
    }
    if (outcome == v1::Settle::RELEASED) {
        return;
    }
    // Before the oracle hears of the settlement: it must not find everything done in between.
    if (outcome == v1::Settle::ACCEPTED && !row_.sends && row_.connections == 1) {
        answer_with_apprec(delivery);
    }
    oracle_.settled(delivery.message().message_id(), her_id_);
}

void Party::answer_with_apprec(const v1::Delivery& delivery) {
    if (delivery.message().opaque()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (!inventor_.chance(30)) {
            return;
        }
        Invention made =
            inventor_.apprec(delivery.message().message_id(), delivery.message().sender());
        oracle_.sent(made.sent);
        outgoing_.emplace(next_number_++, Outgoing{.what = std::move(made), .under_way = false});
    }
    send();
}

Result<std::optional<std::string>> Party::state_of(
    const std::string& id, const std::string& sender
) {
    v1::MessageRef message;
    message.set_message_id(id);
    message.set_sender(sender);
    const auto status = line_->status(message);
    if (!status) {
        return status.error().code == Errc::not_found
                   ? Result<std::optional<std::string>>(std::nullopt)
                   : std::unexpected(status.error());
    }
    for (const auto& delivery : status->deliveries()) {
        if (delivery.her_id() == her_id_) {
            return delivery.state();
        }
    }
    return std::nullopt;
}

Result<std::uint64_t> Party::status_hash(const std::string& id) {
    v1::MessageRef message;
    message.set_message_id(id);
    message.set_sender(her_id_);
    auto status = line_->status(message);
    if (!status) {
        return std::unexpected(status.error());
    }
    status->clear_request();
    return crypto::keyed_hash64({status->SerializeAsString()});
}

Result<bool> Party::follow(
    const std::function<bool(const v1::StatusEvent&)>& done, Duration stall_max
) {
    if (const auto following = line_->follow(her_id_, followed_); !following) {
        return std::unexpected(following.error());
    }
    for (;;) {
        const auto event = line_->next_event(stall_max);
        if (!event) {
            return std::unexpected(event.error());
        }
        if (!*event) {
            return false;
        }
        followed_ = (*event)->position();
        if (done(**event)) {
            return true;
        }
    }
}

}  // namespace budstikke::crash
