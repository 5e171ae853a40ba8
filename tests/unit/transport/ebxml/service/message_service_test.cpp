// Two message services that speak with each other: the clinic's (3001) and the hospital's (2001),
// each with its broker, its stores and its keys. Between them is no network: what one sends, the
// other's receiver is given, as a carrier would, and the test may lose it or give it twice.
#include "broker/transport/ebxml/service/message_service.hpp"

#include <fstream>

#include "broker/transport/ebxml/message/message.hpp"
#include "tests/unit/adapters/messages.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/transport/ebxml/service/forwarding_store.hpp"
#include "tests/unit/transport/ebxml/service/world.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;
using crypto::test::PartyPki;
using std::chrono::hours;

/// Not a carrier: it calls the other side's receiver.
class Wire final : public Carrier {
 public:
    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override {
        std::string bytes =
            "SOAPAction: \"ebXML\"\r\nContent-Type: " + outgoing.package.content_type + "\r\n";
        if (!outgoing.package.transfer_encoding.empty()) {
            bytes += "Content-Transfer-Encoding: " + outgoing.package.transfer_encoding + "\r\n";
        }
        bytes += "\r\n" + outgoing.package.body;
        const bool lost = losing_.load();
        ++sent_;
        sent_.notify_all();
        if (lost || other_ == nullptr) {
            return std::string{};
        }
        Reception taken = receive(bytes);
        if (doubling_) {
            taken = receive(bytes);
        }
        return taken.reply
                   ? "Content-Type: " + taken.reply->content_type +
                         "\r\nContent-Transfer-Encoding: " + taken.reply->transfer_encoding +
                         "\r\n\r\n" + taken.reply->body
                   : std::string{};
    }
    void lead_to(MessageService* other) { other_ = other; }
    void lose(bool losing) { losing_ = losing; }
    void give_twice() { doubling_ = true; }
    void wait_for_first() const { sent_.wait(0); }

 private:
    Reception receive(const std::string& bytes) {
        return other_.load()->receiver().receive(
            {.transport = Transport::http, .bytes = bytes, .source = "wire"}
        );
    }
    std::atomic<MessageService*> other_ = nullptr;
    std::atomic<bool> losing_ = false;
    std::atomic<bool> doubling_ = false;
    std::atomic<int> sent_ = 0;
};

/// A store that fails to keep what came, where a test asks for it.
class FailingStore final : public ForwardingStore {
 public:
    using ForwardingStore::ForwardingStore;
    using ForwardingStore::put;
    Result<void> put(const store::InboundEbxml& message) override {
        return fails_ ? Result<void>(fail(Errc::io, "a test")) : ForwardingStore::put(message);
    }
    void fail_from_now_on() { fails_ = true; }

 private:
    std::atomic<bool> fails_ = false;
};

class ServiceTest : public testing::Test {
 protected:
    /// One of the two: all that a broker has.
    struct Side {
        crypto::test::TempFolder folder;
        World world;
        crypto::SystemRandom random;
        AdapterRegistry adapters;
        std::unique_ptr<store::PayloadCodec> codec;
        std::unique_ptr<store::Store> store;
        std::unique_ptr<pipeline::Broker> broker;
        std::unique_ptr<FailingStore> ebxml_store;
        std::atomic<int> failures = 0;  ///< for which the process would end
        admin::EventRecorder events;
        Wire wire;
        std::unique_ptr<MessageService> service;
    };

    ServiceTest() {
        clock_.advance(SystemClock().now() - clock_.now());
        hospital_.world.edit("endpoint = \"ebxml\"", "endpoint = \"exchange\"");
        const std::string_view clinic = "endpoint = \"exchange\"\nedi_address = \"legekontor";
        const std::string by_ebxml =
            "endpoint = \"ebxml\"\nebxml_url = \"https://clinic.example/ebxml\"\n"
            "encryption_certificate = \"clinic.crt\"\nedi_address = \"legekontor";
        hospital_.world.edit(clinic, by_ebxml);
        std::filesystem::copy_file(
            PartyPki::instance().certificate("clinic-crypt"),
            hospital_.world.folder() / "clinic.crt"
        );
        start(clinic_, around_clinic());
        start(hospital_, around_hospital());
        clinic_.wire.lead_to(hospital_.service.get());
        hospital_.wire.lead_to(clinic_.service.get());
    }
    ~ServiceTest() override {
        // As listeners do before the service: nothing comes in any more.
        clinic_.wire.lead_to(nullptr);
        hospital_.wire.lead_to(nullptr);
        clinic_.service->stop();
        hospital_.service->stop();
    }

    std::shared_ptr<const Surroundings> around_clinic() const {
        return Surroundings::make(clinic_.world.sources(), clock_.now()).value();
    }
    std::shared_ptr<const Surroundings> around_hospital() const {
        const auto& pki = PartyPki::instance();
        auto sources = hospital_.world.sources();
        sources.identities.clear();
        sources.identities.push_back({
            .organisation = "999000001",
            .signer = crypto::xmldsig::Signer(pki.pair("hospital-sign")),
            .decryptor = crypto::cms::Decryptor::make({pki.pair("hospital-crypt")}).value(),
        });
        return Surroundings::make(std::move(sources), clock_.now()).value();
    }
    void start(Side& side, std::shared_ptr<const Surroundings> around) {
        const auto keys_file = side.folder.path("master.keys");
        std::ofstream(keys_file) << "k1 " << std::string(64, 'a') << '\n';
        std::filesystem::permissions(keys_file, std::filesystem::perms(0600));
        auto keys = crypto::MasterKeys::load(keys_file).value();
        side.codec = std::make_unique<store::PayloadCodec>(
            std::make_shared<const crypto::MasterKeys>(std::move(keys))
        );
        ASSERT_TRUE(register_adapters(side.adapters));
        side.store = store::open_rocksdb({.path = side.folder.path("store").string()}).value();
        side.ebxml_store = std::make_unique<FailingStore>(
            store::open_ebxml_store(side.folder.path("ebxml"), *side.codec).value()
        );
        side.broker = pipeline::Broker::start(
                          {.store = *side.store,
                           .codec = *side.codec,
                           .adapters = side.adapters,
                           .schemas = nullptr,
                           .clock = clock_,
                           .random = side.random},
                          {}, side.world.directory()
        )
                          .value();
        side.service = MessageService::start(
                           {.senders = 2, .software_version = "1", .mail_domain = "x.example"},
                           {.broker = *side.broker,
                            .adapters = side.adapters,
                            .store = *side.ebxml_store,
                            .carrier = side.wire,
                            .schemas = nullptr,
                            .clock = clock_,
                            .random = side.random,
                            .events = side.events,
                            .on_failure =
                                [&side](const Error&) {
                                    ++side.failures;
                                    side.failures.notify_all();
                                }},
                           std::move(around)
        )
                           .value();
    }

    static pipeline::Receipt submit(Side& side, pipeline::Submission submission) {
        auto prepared = side.broker->prepare(std::move(submission));
        if (!prepared) {
            return prepared.error();
        }
        std::promise<pipeline::Receipt> answer;
        side.broker->commit(*std::move(prepared), [&answer](pipeline::Receipt receipt) {
            answer.set_value(std::move(receipt));
        });
        return answer.get_future().get();
    }
    static adapters::MsgHead note() {
        adapters::MsgHead message;
        message.sender = "<Organisation><OrganisationName>Invented</OrganisationName>" +
                         adapters::ident("3001", "HER") + "</Organisation>";
        message.receiver = "<Organisation><OrganisationName>Invented</OrganisationName>" +
                           adapters::ident("2001", "HER") + "</Organisation>";
        return message;
    }
    MessageId send_note() {
        pipeline::Submission submission;
        submission.organisation = "999000002";
        submission.content_type = "application/xml";
        submission.payload = Payload(note().xml());
        const auto receipt = submit(clinic_, std::move(submission));
        EXPECT_TRUE(receipt.accepted);
        return receipt.id;
    }
    /// A client of the side's own takes what comes for it.
    static std::vector<pipeline::Offer> take(
        Side& side, pipeline::Inbox& inbox, const std::string& organisation,
        const std::string& her_id, std::size_t count
    ) {
        const auto consumer = side.broker->attach(organisation, inbox);
        side.broker->subscribe(consumer, her(her_id), 10, [](const Result<void>& done) {
            EXPECT_TRUE(done);
        });
        auto offers = inbox.take(count);
        for (const auto& offer : offers) {
            std::promise<void> settled;
            side.broker->settle(
                consumer, {.delivery = offer.id, .outcome = {}, .reason_code = {}, .reason = {}},
                [&settled](const Result<DeliveryState>&) { settled.set_value(); }
            );
            settled.get_future().wait();
        }
        std::promise<void> gone;
        side.broker->detach(consumer, [&gone] { gone.set_value(); });
        gone.get_future().wait();
        return offers;
    }
    /// Waits for the event; there is no other way to that state.
    void wait_for(
        Side& side, const MessageId& id, const std::string& recipient, DeliveryState wanted
    ) {
        std::mutex mutex;
        std::condition_variable changed;
        std::uint64_t changes = 0;
        const auto sender = side.broker->message({.id = id, .message_id = {}, .sender = {}});
        const auto watch = side.broker->watch_feed(sender->message.sender, [&] {
            const std::scoped_lock lock(mutex);
            ++changes;
            changed.notify_all();
        });
        const DeliveryId delivery{.message = id, .recipient = her(recipient)};
        for (;;) {
            std::unique_lock lock(mutex);
            const auto seen = changes;
            lock.unlock();
            const auto now = side.store->find_delivery(delivery).value().value().state;
            if (now == wanted || now == dead_lettered || now == expired) {
                EXPECT_EQ(now, wanted);
                break;
            }
            lock.lock();
            changed.wait(lock, [&] { return changes != seen; });
        }
        side.broker->unwatch(watch);
    }

    pipeline::TestClock clock_;
    Side clinic_;
    Side hospital_;
};

TEST_F(ServiceTest, AMessageArrivesWithItsVeryBytesAndItsAppRecGoesBack) {
    const auto id = send_note();
    wait_for(clinic_, id, "2001", delivered);
    pipeline::Inbox inbox;
    const auto offers = take(hospital_, inbox, "999000001", "2001", 1);
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_EQ(offers[0].message->envelope.message_id, note().id);
    EXPECT_EQ(hospital_.broker->read_payload(*offers[0].message, 0).value(), note().xml());

    const auto apprec_id = MessageId::make(clock_.now(), clinic_.random).text();
    const auto apprec =
        submit(hospital_, pipeline::apprec("999000001", "2001", "3001", note().id, 1, apprec_id));
    ASSERT_TRUE(apprec.accepted);
    wait_for(hospital_, apprec.id, "3001", delivered);
    wait_for(clinic_, id, "2001", confirmed);
    pipeline::Inbox answers;
    const auto back = take(clinic_, answers, "999000002", "3001", 1);
    EXPECT_EQ(back[0].message->envelope.original_message_id, note().id);
    // In the conversation of the message that it answers (HIS 1037 6.2.2).
    const auto sent = hospital_.ebxml_store->inbound_of_business(her("3001"), note().id).value();
    const auto came = clinic_.ebxml_store->inbound_of_business(her("2001"), apprec_id).value();
    ASSERT_TRUE(sent && came);
    EXPECT_EQ(sent->conversation_id, came->conversation_id);
    EXPECT_EQ(hospital_.service->versions().at(0).partner, her("3001"));
}

TEST_F(ServiceTest, AStoreThatCannotKeepWhatCameEndsTheProcess) {
    hospital_.ebxml_store->fail_from_now_on();
    send_note();
    hospital_.failures.wait(0);
    EXPECT_EQ(hospital_.events.all("ebxml_store_failed").size(), 1U);
    EXPECT_EQ(clinic_.failures, 0);
}

TEST_F(ServiceTest, WhatWasLostOnTheWayIsSentAgainAndSeenOnce) {
    clinic_.wire.lose(true);
    const auto id = send_note();
    clinic_.wire.wait_for_first();
    clock_.advance(hours(12));
    clinic_.wire.lose(false);
    clinic_.wire.give_twice();
    clinic_.service->tick();
    wait_for(clinic_, id, "2001", delivered);
    pipeline::Inbox inbox;
    EXPECT_EQ(take(hospital_, inbox, "999000001", "2001", 1).size(), 1U);
    EXPECT_EQ(hospital_.broker->counters().accepted, 1U);
}

TEST_F(ServiceTest, AnAcknowledgmentThatWasLostComesWithTheResendAndTheMessageIsSeenOnce) {
    hospital_.wire.lose(true);
    const auto id = send_note();
    pipeline::Inbox inbox;
    EXPECT_EQ(take(hospital_, inbox, "999000001", "2001", 1).size(), 1U);
    EXPECT_EQ(
        clinic_.store->find_delivery({.message = id, .recipient = her("2001")})
            .value()
            .value()
            .state,
        in_flight
    );
    hospital_.wire.wait_for_first();
    hospital_.wire.lose(false);
    clock_.advance(hours(12));
    clinic_.service->tick();
    wait_for(clinic_, id, "2001", delivered);
    EXPECT_EQ(hospital_.broker->counters().accepted, 1U);
}

}  // namespace
}  // namespace budstikke::ebxml::test
