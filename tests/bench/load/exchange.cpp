// The exchange protocol in the load generator: prebuilt submissions of which only number and id
// change, and settlements in batches.
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "tests/bench/load/exchange_line.hpp"
#include "tests/bench/load/protocol.hpp"
#include "tests/bench/load/template.hpp"
#include "tests/bench/load/wire.hpp"

namespace budstikke::bench {
namespace {

constexpr std::uint64_t accepted = 1;  // Receipt.Outcome

/// The frame of a submission with the places of number and ids.
Template submission(const Plan& plan, std::uint32_t pair, std::string payload) {
    v1::Frame frame;
    v1::Submit& submit = *frame.mutable_submit();
    submit.set_submission(first_number);
    submit.set_size(payload.size());
    submit.set_payload(std::move(payload));
    submit.set_content_type(plan.opaque ? "application/pkcs7-mime" : "application/xml");
    if (plan.opaque) {
        v1::DeclaredFacts& facts = *submit.mutable_declared();
        facts.set_message_id(std::string(placeholder));
        facts.set_sender(sender_her_id(pair));
        facts.add_recipients()->set_her_id(recipient_her_id(pair));
        facts.set_type("EPIKRISE");
        facts.set_version("1.2");
    }
    Template made;
    append_frame(made.bytes, frame);
    made.id_at = places_of_id(made.bytes);
    // Behind the length, the tag and size of Submit, and the tag of its first field.
    const auto body = Fields::first_of(made.bytes);
    made.number_at = static_cast<std::size_t>(body.data() - made.bytes.data()) + 1;
    return made;
}

/// Takes one frame off, and ends the run for those that say that something is wrong.
std::optional<RawFrame> next_frame(Run& run, TlsLine& line) {
    const auto frame = first_frame(line.in());
    if (frame) {
        line.used(frame->bytes);
        if (frame->kind == kind::problem || frame->kind == kind::go_away) {
            run.fail("the broker says " + std::string(frame->body));
        }
    }
    return frame;
}

class Sender final : public SendingSide {
 public:
    Sender(Run& run, std::uint32_t pair, std::unique_ptr<TlsLine> line, const Payloads& payloads)
        : SendingSide(run, pair, std::move(line)) {
        for (const auto& payload : payloads) {
            templates_.push_back(submission(run.plan(), pair, payload));
        }
    }

    void read(std::int64_t now) override;

 private:
    void append(std::uint64_t number) override;

    std::vector<Template> templates_;
};

void Sender::append(std::uint64_t number) {
    const Template& made = templates_[number % templates_.size()];
    std::string& out = line().out();
    const std::size_t begin = out.size();
    out += made.bytes;
    made.write_id(sheet_, number, out.data() + begin);
    write_number(out.data() + begin + made.number_at, first_number + number);
}

void Sender::read(std::int64_t now) {
    while (const auto frame = next_frame(run_, line())) {
        if (frame->kind != kind::receipt) {
            continue;
        }
        std::uint64_t number = 0;
        std::uint64_t outcome = 0;
        for (Fields fields(frame->body); fields.next();) {
            if (fields.number() == 1) {
                number = fields.value();
            } else if (fields.number() == 2) {
                outcome = fields.value();
            }
        }
        number -= first_number;
        if (outcome != accepted || number >= sheet_.sent_count()) {
            v1::Receipt receipt;
            const bool read =
                receipt.ParseFromArray(frame->body.data(), static_cast<int>(frame->body.size()));
            return run_.fail(
                "refused: " + (read ? receipt.ShortDebugString() : std::string("without a reason"))
            );
        }
        sheet_.confirmed(number, now);
    }
}

class Recipient final : public Side {
 public:
    Recipient(Run& run, std::uint32_t pair, std::unique_ptr<TlsLine> line, const Payloads& payloads)
        : Side(run, pair, std::move(line)), expected_(payloads) {}

    void read(std::int64_t now) override;
    void send(std::int64_t /*now*/) override {}
    std::int64_t wants_at(std::int64_t /*now*/) const override { return 0; }
    bool done(std::int64_t /*now*/) const override {
        return sheet_.arrived_count() >= sheet_.confirmed_count() && settled_ == settling_;
    }

 private:
    void take(std::string_view delivery, std::int64_t now);

    ExpectedPayloads expected_;
    std::uint64_t settling_ = 0;
    std::uint64_t settled_ = 0;
};

void Recipient::take(std::string_view delivery, std::int64_t now) {
    std::string_view delivery_id;
    std::string_view payload;
    std::string_view id;
    bool redelivered = false;
    for (Fields fields(delivery); fields.next();) {
        switch (fields.number()) {
            case 1:
                delivery_id = fields.bytes();
                break;
            case 3:
                redelivered = fields.value() != 0;
                break;
            case 5:
                for (Fields facts(fields.bytes()); facts.next();) {
                    if (facts.number() == 2) {
                        id = facts.bytes();
                    }
                }
                break;
            case 7:
                payload = fields.bytes();
                break;
            default:
                break;
        }
    }
    expected_.arrived(sheet_, id, payload, redelivered, now);
    append_settle(line().out(), first_number + settling_++, delivery_id);
}

void Recipient::read(std::int64_t now) {
    while (const auto frame = next_frame(run_, line())) {
        if (frame->kind == kind::delivery) {
            take(frame->body, now);
        } else if (frame->kind == kind::settled) {
            ++settled_;
        }
    }
}

}  // namespace

Result<std::unique_ptr<Side>> connect_exchange_sender(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
) {
    auto line = greet(who, run.plan().port);
    if (!line) {
        return std::unexpected(line.error());
    }
    return std::make_unique<Sender>(run, pair, std::move(*line), payloads);
}

Result<std::unique_ptr<Side>> connect_exchange_recipient(
    Run& run, std::uint32_t pair, const TlsIdentity& who, const Payloads& payloads
) {
    auto line = greet(who, run.plan().port);
    if (!line) {
        return std::unexpected(line.error());
    }
    const auto subscribed = subscribe(**line, recipient_her_id(pair), 2 * run.plan().window);
    if (!subscribed) {
        return std::unexpected(subscribed.error());
    }
    return std::make_unique<Recipient>(run, pair, std::move(*line), payloads);
}

}  // namespace budstikke::bench
