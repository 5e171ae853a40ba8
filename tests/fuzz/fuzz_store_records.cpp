// The decoders of stored rows, keys and sealed pieces. The first byte chooses one. What a record's
// decoder accepts, its encoder writes so that it decodes to the same bytes again.
#include <cstdint>
#include <string>
#include <string_view>

#include <budstikke/v1/store.pb.h>

#include "broker/crypto/master_keys.hpp"
#include "broker/crypto/seal.hpp"
#include "broker/store/record_codec.hpp"
#include "broker/store/rocksdb_keys.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/unit/store/samples.hpp"

namespace {

using namespace budstikke;         // NOLINT(google-build-using-namespace)
using namespace budstikke::store;  // NOLINT(google-build-using-namespace)

using budstikke::fuzz::must;

template <typename Decode>
void round_trip(const Decode& decode, std::string_view bytes) {
    const auto first = decode(bytes);
    if (!first) {
        must(first.error().code == Errc::corrupt);
        return;
    }
    RecordEncoder encoder;
    const std::string written(encoder.encode(*first));
    const auto second = decode(written);
    must(second.has_value());
    must(encoder.encode(*second) == written);
}

void read_feed(std::string_view bytes) {
    v1::StoredFeedRow row;
    const bool parsed = row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    const Position last = parsed && row.events_size() > 0 ? row.events().rbegin()->position() : 1;
    const auto first = decode_feed(HerId{}, last, bytes);
    if (!first) {
        must(first.error().code == Errc::corrupt);
        return;
    }
    RecordEncoder encoder;
    const auto written =
        encoder.encode_feed(first->front().delivery, store::testing::events_of(*first));
    const auto second = decode_feed(HerId{}, last, written);
    must(second.has_value() && *second == *first);
}

void read_keys(std::string_view bytes) {
    std::string key;
    if (const auto id = keys::read_message(bytes)) {
        keys::set_message(key, *id);
        must(key == bytes);
    }
    if (const auto id = keys::read_delivery(bytes)) {
        keys::set_delivery(key, *id);
        must(key == bytes);
    }
    if (const auto id = keys::read_dead(bytes)) {
        keys::set_dead(key, *id);
        must(key == bytes);
    }
    if (const auto position = keys::read_open(bytes)) {
        keys::set_open(key, *position);
        must(key == bytes);
    }
    if (const auto position = keys::read_audit(bytes)) {
        keys::set_audit(key, *position);
        must(key == bytes);
    }
    if (const auto timer = keys::read_timer(bytes)) {
        keys::set_timer(key, *timer);
        must(key == bytes);
    }
    static_cast<void>(keys::read_feed(bytes));
}

void read_sealed(std::string_view bytes) {
    static_cast<void>(crypto::MasterKeys::wrapped_by(bytes));
    std::string plain;
    // Nobody guesses a tag under a key that the input does not choose.
    const auto opened = crypto::unseal(crypto::SealKey{9}, crypto::SealNonce{}, "c", bytes, plain);
    must(!opened && opened.error().code == Errc::corrupt && plain.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const DeliveryId id{.message = MessageId{}, .recipient = *HerId::parse("96")};
    switch (data[0] % 9) {
        case 0:
            round_trip([](auto b) { return decode_message(MessageId{}, b); }, bytes);
            break;
        case 1:
            round_trip([](auto b) { return decode_identity(b); }, bytes);
            break;
        case 2:
            round_trip([&](auto b) { return decode_delivery(id, b); }, bytes);
            break;
        case 3:
            round_trip([](auto b) { return decode_open(1, b); }, bytes);
            break;
        case 4:
            round_trip([&](auto b) { return decode_dead(id, b); }, bytes);
            break;
        case 5:
            read_feed(bytes);
            break;
        case 6:
            round_trip([](auto b) { return decode_audit(1, b); }, bytes);
            break;
        case 7:
            read_keys(bytes);
            break;
        default:
            read_sealed(bytes);
            break;
    }
    return 0;
}
