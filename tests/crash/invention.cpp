#include "tests/crash/invention.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "tests/crash/world.hpp"

namespace budstikke::crash {
namespace {

constexpr std::size_t remembered_max = 64;
constexpr std::size_t small_bytes_max = 8'192;
constexpr std::size_t large_bytes_min = 1'100'000;  // more than one piece of a payload

std::string place(
    const std::string& element, std::string_view her_id, const std::string& role = {}
) {
    const std::string id(her_id);
    return "<" + element + ">" + role + "<HCP><Inst><Name>Virksomhet " + id + "</Name><Id>" + id +
           R"(</Id><TypeId V="HER" DN="HER-id"/></Inst></HCP></)" + element + ">";
}

std::string note_text(const Sent& sent, const std::string& document_id, const std::string& text) {
    std::string copies;
    for (std::size_t at = 1; at < sent.recipients.size(); ++at) {
        copies += place("CopyDest", sent.recipients[at]);
    }
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<Message xmlns="http://www.kith.no/xmlstds/epikrise/2012-02-15">
  <Type V="EPIKRISE" DN="Epikrise"/>
  <MIGversion>v1.2 2012-02-15</MIGversion>
  <GenDate V="2026-11-20T14:05:00"/>
  <MsgId>)" +
           sent.id + R"(</MsgId>
  <ServRprt>
    <ServType V="N" DN="Ny"/>
    <IssueDate V="2026-11-20T14:00:00"/>
    <Status V="F" DN="Endelig rapport"/>
    <MsgDescr>Sykehusepikrise</MsgDescr>
    <ServProvId>)" +
           document_id + R"(</ServProvId>
    <Event>
      <ReportedEvent><StartDateTime V="2026-11-17T09:30:00"/></ReportedEvent>
      <ServType V="N" DN="Ny"/>
      <Service><AdmCat V="1" DN="Heldøgnsopphold"/></Service>
      <Comment><Heading V="FO" DN="Forløp"/><TextResultValue>Oppdiktet: )" +
           text + R"(</TextResultValue></Comment>
    </Event>
    <Patient>
      <Sex V="2" DN="Kvinne"/>
      <DateOfBirth V="1950-02-15"/>
      <Name>Eksempel, Oda Oppdiktet</Name>
      <OffId>15825000043</OffId>
      <TypeOffId V="FNR" DN="Fødselsnummer"/>
    </Patient>
    )" + place("ServProvider", sent.sender) +
           copies + place("Requester", sent.recipients.front()) + R"(
  </ServRprt>
</Message>
)";
}

std::string apprec_text(const Sent& sent, std::string_view original_id) {
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<AppRec xmlns="http://www.kith.no/xmlstds/apprec/2012-02-15">
  <MsgType V="APPREC" DN="Applikasjonskvittering"/>
  <MIGversion>v1.1 2012-02-15</MIGversion>
  <GenDate>2026-11-20T14:06:00</GenDate>
  <Id>)" + sent.id +
           "</Id>\n  " + place("Sender", sent.sender, R"(<Role V="PRIM"/>)") +
           place("Receiver", sent.recipients.front(), R"(<Role V="AVS"/>)") + R"(
  <Status V="1" DN="OK"/>
  <OriginalMsgId>
    <MsgType V="EPIKRISE" DN="Epikrise"/>
    <IssueDate>2026-11-20T14:05:00</IssueDate>
    <Id>)" +
           std::string(original_id) + R"(</Id>
  </OriginalMsgId>
</AppRec>
)";
}

}  // namespace

Inventor::Inventor(
    std::uint64_t seed, std::string sender, std::vector<std::string> recipients,
    InventorOptions options
)
    : random_(seed),
      sender_(std::move(sender)),
      recipients_(std::move(recipients)),
      options_(options) {}

std::string Inventor::new_id() {
    std::array<char, 37> text{};
    std::snprintf(
        text.data(), text.size(), "%08x-%04x-4000-8000-%012llx",
        static_cast<unsigned>(random_() >> 32U),
        static_cast<unsigned>(std::stoul(sender_) & 0xffffU),
        static_cast<unsigned long long>(++number_)
    );
    return text.data();
}

/// Letters, so that it may stand in XML too.
std::string Inventor::noise(std::size_t bytes) {
    std::string text(bytes, ' ');
    std::uint64_t state = random_() | 1U;
    for (char& letter : text) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        letter = static_cast<char>('a' + state % 26);
    }
    return text;
}

std::vector<std::string> Inventor::some_recipients() {
    std::vector<std::string> chosen{recipients_[below(recipients_.size())]};
    while (chance(20)) {
        const auto& another = recipients_[below(recipients_.size())];
        if (std::ranges::find(chosen, another) == chosen.end()) {
            chosen.push_back(another);
        }
    }
    return chosen;
}

std::string Inventor::some_conversation() {
    // A few at a time, of some dozen messages each; then others.
    return "samtale-" + sender_ + "-" + std::to_string(number_ / 64 * 4 + below(4));
}

Invention Inventor::opaque() {
    Invention made;
    made.opaque = true;
    made.sent.conversation = chance(40) ? some_conversation() : "";
    made.payload =
        noise(chance(1) ? large_bytes_min + below(large_bytes_min) : 1 + below(small_bytes_max));
    return made;
}

Invention Inventor::note() {
    Invention made;
    made.sent.conversation = chance(40) ? some_conversation() : "";
    return made;
}

Invention Inventor::bad() {
    Invention made;
    made.purpose = Purpose::bad;
    switch (below(4)) {
        case 0:  // to somebody whom no directory knows
            made.opaque = true;
            made.sent.recipients = {std::string(unknown_party)};
            made.payload = noise(100);
            break;
        case 1:  // of somebody else
            made.opaque = true;
            made.sent.sender = recipients_.front();
            made.payload = noise(100);
            break;
        case 2:  // not well-formed
            made.payload = "<Message xmlns=\"http://www.kith.no/xmlstds/epikrise/2012-02-15\"><a>";
            break;
        default:  // nothing at all
            made.opaque = true;
    }
    return made;
}

Invention Inventor::old() {
    Invention again = remembered_[below(remembered_.size())];
    again.purpose = Purpose::repeated;
    if (again.opaque && chance(30)) {
        again.purpose = Purpose::conflict;
        again.payload += "!";
    }
    return again;
}

Invention Inventor::next() {
    const std::uint64_t die = below(100);
    if (die < 6 && !remembered_.empty()) {
        return old();
    }
    const unsigned opaque_until = options_.opaque ? 70 : 9;
    Invention made = die < 9 ? bad() : die < opaque_until ? opaque() : note();
    made.sent.by_one_connection = options_.ordered;
    made.sent.id = new_id();
    made.sent.sender = made.sent.sender.empty() ? sender_ : made.sent.sender;
    if (made.sent.recipients.empty()) {
        made.sent.recipients = some_recipients();
    }
    if (made.purpose == Purpose::good && !made.opaque) {
        const std::string& conversation = made.sent.conversation;
        made.payload = note_text(
            made.sent, conversation.empty() ? "dokument-" + made.sent.id : conversation,
            noise(below(small_bytes_max))
        );
    }
    made.sent.digest = crypto::sha256(made.payload);
    return made;
}

Invention Inventor::apprec(std::string_view for_id, const std::string& to) {
    Invention made;
    made.sent.id = new_id();
    made.sent.sender = sender_;
    made.sent.recipients = {to};
    made.sent.by_one_connection = options_.ordered;
    made.sent.answers = for_id;
    made.payload = apprec_text(made.sent, for_id);
    made.sent.digest = crypto::sha256(made.payload);
    return made;
}

void Inventor::remember(Invention accepted) {
    if (accepted.payload.size() > small_bytes_max || !chance(20)) {
        return;
    }
    if (remembered_.size() == remembered_max) {
        remembered_.erase(remembered_.begin() + static_cast<std::ptrdiff_t>(below(remembered_max)));
    }
    remembered_.push_back(std::move(accepted));
}

}  // namespace budstikke::crash
