#include "tests/unit/pipeline/broker_fixture.hpp"

#include <cstdlib>
#include <fstream>

#include "adapters/register.hpp"

namespace budstikke::pipeline {
namespace {

constexpr std::string_view parties = R"(
[[organisation]]
number = "900000001"
name = "Invented Hospital"
acts_for = ["100"]

[[organisation]]
number = "900000002"
name = "Invented Municipality"
acts_for = ["201", "202"]

[[organisation]]
number = "900000003"
name = "Invented Practice"
acts_for = ["301"]

[[party]]
her_id = "100"
organisation = "900000001"
name = "Ward"
kind = "hospital"
endpoint = "exchange"
validation = "none"

[[party]]
her_id = "201"
organisation = "900000002"
name = "Doctor"
kind = "gp"
endpoint = "exchange"
validation = "none"

[[party]]
her_id = "202"
organisation = "900000002"
name = "Home care"
kind = "municipality"
endpoint = "exchange"
validation = "none"

[[party]]
her_id = "301"
organisation = "900000003"
name = "Practice"
kind = "gp"
endpoint = "exchange"
validation = "none"
apprec = "broker"
)";

constexpr std::string_view apprec_namespace = "http://www.kith.no/xmlstds/apprec/2012-02-15";

std::string apprec_party(const std::string& her_id) {
    return "<HCP><Inst><Name>Invented</Name><Id>" + her_id +
           R"(</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Inst></HCP>)";
}

}  // namespace

void Inbox::offer(std::span<const Offer> offers) {
    const std::scoped_lock lock(mutex_);
    offers_.insert(offers_.end(), offers.begin(), offers.end());
    arrived_.notify_all();
}

void Inbox::subscription_ended(const HerId& queue, SubscriptionEnd why) {
    const std::scoped_lock lock(mutex_);
    ended_.emplace_back(queue, why);
}

std::vector<Offer> Inbox::take(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return offers_.size() >= count; });
    return std::exchange(offers_, {});
}

std::size_t Inbox::size() const {
    const std::scoped_lock lock(mutex_);
    return offers_.size();
}

std::vector<std::pair<HerId, SubscriptionEnd>> Inbox::ended() const {
    const std::scoped_lock lock(mutex_);
    return ended_;
}

Submission Draftsman::submission() const {
    Submission submission;
    submission.organisation = organisation;
    submission.content_type = "application/pkcs7-mime; smime-type=enveloped-data";
    submission.payload = Payload(bytes);
    DeclaredFacts facts;
    facts.message_id = msg_id;
    facts.sender = sender;
    facts.type = type;
    facts.conversation = conversation;
    for (const auto& her_id : to) {
        MessageReceiver receiver;
        receiver.party.her_id = her_id;
        receiver.role = facts.recipients.empty() ? ReceiverRole::primary : ReceiverRole::copy;
        facts.recipients.push_back(std::move(receiver));
    }
    submission.declared = std::move(facts);
    return submission;
}

void BrokerTest::SetUp() {
    std::string name = (std::filesystem::temp_directory_path() / "budstikke-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::ofstream(folder_ / "master.keys") << "k1 " << std::string(64, 'a') << '\n';
    std::filesystem::permissions(
        folder_ / "master.keys",
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write
    );
    ASSERT_TRUE(register_adapters(adapters_));
    start();
}

void BrokerTest::TearDown() {
    stop();
    std::filesystem::remove_all(folder_);
}

std::string BrokerTest::directory_text() {
    return std::string(parties);
}

std::shared_ptr<const directory::Directory> BrokerTest::load_directory(const std::string& extra
) const {
    return load_directory_text(directory_text() + extra);
}

std::shared_ptr<const directory::Directory> BrokerTest::load_directory_text(const std::string& text
) const {
    const auto path = folder_ / "directory";
    std::filesystem::create_directories(path);
    std::ofstream(path / "parties.toml") << text;
    auto loaded = directory::Directory::load(path);
    if (!loaded) {
        for (const auto& fault : loaded.error()) {
            ADD_FAILURE() << fault.file << ":" << fault.line << ": " << fault.cause;
        }
        return std::make_shared<const directory::Directory>();
    }
    return std::make_shared<const directory::Directory>(*std::move(loaded));
}

void BrokerTest::start() {
    auto keys = crypto::MasterKeys::load(folder_ / "master.keys");
    ASSERT_TRUE(keys) << keys.error().detail;
    codec_ = std::make_unique<store::PayloadCodec>(
        std::make_shared<const crypto::MasterKeys>(*std::move(keys))
    );
    auto store = store::open_rocksdb({.path = (folder_ / "store").string()});
    ASSERT_TRUE(store) << store.error().detail;
    store_ = watched(*std::move(store));
    auto broker = Broker::start(
        {.store = *store_,
         .codec = *codec_,
         .adapters = adapters_,
         .schemas = schemas(),
         .clock = clock_,
         .random = random_,
         .ways = ways()},
        settings(), load_directory(directory_toml())
    );
    ASSERT_TRUE(broker) << broker.error().detail;
    broker_ = *std::move(broker);
}

void BrokerTest::stop() {
    broker_.reset();
    store_.reset();
    codec_.reset();
}

Receipt BrokerTest::submit(Submission submission) {
    auto prepared = broker_->prepare(std::move(submission));
    if (!prepared) {
        return prepared.error();
    }
    return await<Receipt>([&](auto answer) {
        broker_->commit(*std::move(prepared), std::move(answer));
    });
}

Receipt BrokerTest::send_apprec(
    const std::string& from, const std::string& to, const std::string& original, int status,
    const std::string& id
) {
    return submit(apprec(
        from == "301"   ? "900000003"
        : from == "100" ? "900000001"
                        : "900000002",
        from, to, original, status, id
    ));
}

Submission apprec(
    const std::string& organisation, const std::string& from, const std::string& to,
    const std::string& original, int status, const std::string& id
) {
    std::string xml = R"(<?xml version="1.0" encoding="UTF-8"?><AppRec xmlns=")";
    xml += std::string(apprec_namespace) + R"("><MsgType V="APPREC" DN="AppRec"/>)";
    xml += "<MIGversion>v1.1 2012-02-15</MIGversion><GenDate>2026-11-22T10:00:00</GenDate>";
    xml += "<Id>" + id + "</Id><Sender>" + apprec_party(from) + "</Sender><Receiver>" +
           apprec_party(to) + "</Receiver>";
    xml += "<Status V=\"" + std::to_string(status) + R"(" DN="-"/>)";
    if (status == 2) {
        xml += R"(<Error V="E35" S="2.16.578.1.12.4.1.1.8221" DN="-"/>)";
    }
    xml +=
        "<OriginalMsgId><MsgType V=\"EPIKRISE\" DN=\"-\"/><IssueDate>2026-11-22T09:00:00"
        "</IssueDate><Id>" +
        original + "</Id></OriginalMsgId></AppRec>";
    Submission submission;
    submission.organisation = organisation;
    submission.content_type = "application/xml";
    submission.payload = Payload(std::move(xml));
    return submission;
}

ConsumerId BrokerTest::consume(
    Inbox& inbox, const std::string& organisation, const std::string& queue, std::uint32_t credit
) {
    const ConsumerId id = broker_->attach(organisation, inbox);
    const auto subscribed = await<Result<void>>([&](auto answer) {
        broker_->subscribe(id, her(queue), credit, std::move(answer));
    });
    EXPECT_TRUE(subscribed);
    return id;
}

Result<DeliveryState> BrokerTest::settle(
    ConsumerId consumer, const Offer& offer, SettleOutcome outcome
) {
    return await<Result<DeliveryState>>([&](auto answer) {
        broker_->settle(
            consumer,
            {.delivery = offer.id, .outcome = outcome, .reason_code = "T99", .reason = "why"},
            std::move(answer)
        );
    });
}

void BrokerTest::detach(ConsumerId consumer) {
    std::promise<void> gone;
    broker_->detach(consumer, [&] { gone.set_value(); });
    gone.get_future().wait();
}

store::DeliveryRecord BrokerTest::delivery(const MessageId& message, const std::string& recipient) {
    const auto found = store_->find_delivery({.message = message, .recipient = her(recipient)});
    return found && *found ? **found : store::DeliveryRecord{};
}

DeliveryState BrokerTest::state(const MessageId& message, const std::string& recipient) {
    return delivery(message, recipient).state;
}

std::vector<DeliveryCause> BrokerTest::causes(
    const MessageId& message, const std::string& recipient
) {
    std::vector<DeliveryCause> causes;
    for (const auto& event : delivery(message, recipient).events) {
        causes.push_back(event.cause);
    }
    return causes;
}

void BrokerTest::sync() {
    (void)await<std::vector<QueueStatus>>([&](auto answer) { broker_->queues(std::move(answer)); });
}

}  // namespace budstikke::pipeline
