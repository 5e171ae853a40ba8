// ebXML over HTTPS in the load generator: requests made beforehand, one at a time on a connection
// that stays, each answered by its Acknowledgment.
#include <charconv>
#include <optional>
#include <utility>

#include "tests/bench/load/ebxml_requests.hpp"
#include "tests/bench/load/protocol.hpp"

namespace budstikke::bench {
namespace {

/// A whole answer at the front of `in`; nothing while some of it is missing.
std::optional<std::string_view> first_answer(std::string_view in) {
    constexpr std::string_view end = "\r\n\r\n";
    constexpr std::string_view field = "\r\nContent-Length: ";
    const auto head = in.find(end);
    if (head == in.npos) {
        return std::nullopt;
    }
    std::size_t length = 0;
    if (const auto at = in.substr(0, head).find(field); at != in.npos) {
        std::from_chars(in.data() + at + field.size(), in.data() + head, length);
    }
    const std::size_t whole = head + end.size() + length;
    return in.size() < whole ? std::nullopt : std::optional(in.substr(0, whole));
}

class Sender final : public SendingSide {
 public:
    Sender(
        Run& run, std::uint32_t pair, std::unique_ptr<TlsLine> line,
        std::vector<EbxmlRequest> requests, crypto::PartyCertificate answers_with
    )
        : SendingSide(run, pair, std::move(line)),
          requests_(std::move(requests)),
          answers_with_(std::move(answers_with)) {}

    void read(std::int64_t now) override {
        while (const auto answer = first_answer(line().in())) {
            take(*answer, now);
            line().used(answer->size());
        }
    }

 private:
    void append(std::uint64_t number) override { line().out() += requests_[number].bytes; }
    void take(std::string_view answer, std::int64_t now);

    std::vector<EbxmlRequest> requests_;
    crypto::PartyCertificate answers_with_;
};

void Sender::take(std::string_view answer, std::int64_t now) {
    const std::uint64_t number = sheet_.confirmed_count();
    const auto id = acknowledged(answer);
    if (!id) {
        return run_.fail("a message was not acknowledged: " + id.error().detail);
    }
    if (number >= sheet_.sent_count() || *id != requests_[number].message_id) {
        return run_.fail("another message than the one that was sent was acknowledged");
    }
    // Once is enough: it costs as much as all the rest.
    if (number == 0 && !is_signed_by(answer, answers_with_)) {
        return run_.fail("an Acknowledgment is not signed by the recipient");
    }
    sheet_.confirmed(number, now);
}

}  // namespace

Result<std::unique_ptr<Side>> connect_ebxml_sender(
    Run& run, std::uint32_t pair, const TlsIdentity& who, std::vector<EbxmlRequest> requests,
    const crypto::PartyCertificate& answers_with
) {
    auto line = TlsLine::connect(who, run.plan().ebxml_port);
    if (!line) {
        return std::unexpected(line.error());
    }
    return std::make_unique<Sender>(run, pair, std::move(*line), std::move(requests), answers_with);
}

}  // namespace budstikke::bench
