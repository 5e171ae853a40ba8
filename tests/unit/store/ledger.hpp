// What a test was promised by a store, and what it finds in it afterwards: whole messages with
// every row that an acceptance writes, so that half of one, or one too few, shows.
#pragma once

#include <string>

#include "broker/store/store.hpp"
#include "tests/unit/store/samples.hpp"

namespace budstikke::store::testing {

inline std::string piece_of(std::uint64_t number) {
    std::string piece(2'000, '\0');
    for (std::size_t i = 0; i < piece.size(); ++i) {
        piece[i] = static_cast<char>((i * 2'654'435'761U + number * 97U) >> 9U);
    }
    return piece;
}

/// The rows of one acceptance.
inline void accept(Batch& batch, std::uint64_t number) {
    batch.put_message(sample_message(number));
    batch.put_chunk(message_id(number), 0, piece_of(number));
    batch.put_wrap(message_id(number), "wrap " + std::to_string(number));
    batch.put_identity(
        her_id("96"), std::to_string(number), {.message = message_id(number), .digest = {}}
    );
    batch.put_delivery(sample_delivery(number, "96"));
    batch.put_open(sample_open(number));
    put_sample_feed(batch, "96", number);
    batch.put_position(number);
}

inline Result<void> commit_message(Store& store, std::uint64_t number) {
    const auto batch = store.begin();
    accept(*batch, number);
    return store.commit(*batch);
}

enum class Found { nothing, whole, part, error };

inline Found find(Store& store, std::uint64_t number) {
    const auto message = store.find_message(message_id(number));
    const auto delivery = store.find_delivery(delivery_id(number, "96"));
    const auto identity = store.find_identity(her_id("96"), std::to_string(number));
    const auto piece = store.read_chunk(message_id(number), 0);
    const auto wrap = store.read_wrap(message_id(number));
    const auto feed = store.feed(her_id("96"), number - 1, 1);
    if (!message || !delivery || !identity || !feed ||
        (!piece && piece.error().code != Errc::not_found) ||
        (!wrap && wrap.error().code != Errc::not_found)) {
        return Found::error;
    }
    const bool fed = !feed->empty() && feed->front().position == number;
    if (!*message && !*delivery && !*identity && !piece && !wrap && !fed) {
        return Found::nothing;
    }
    const bool whole = *message && **message == sample_message(number) && *delivery &&
                       **delivery == sample_delivery(number, "96") && *identity &&
                       (*identity)->message == message_id(number) && piece == piece_of(number) &&
                       wrap == "wrap " + std::to_string(number) && fed;
    return whole ? Found::whole : Found::part;
}

/// All of 1 to `last`, the queue and the position included: `whole`, an error, or the worse.
inline Found find_all(Store& store, std::uint64_t last) {
    for (std::uint64_t number = 1; number <= last; ++number) {
        if (const auto found = find(store, number); found != Found::whole) {
            return found;
        }
    }
    std::uint64_t open = 0;
    const auto walked = store.for_each_open([&](const OpenEntry& entry) -> Result<void> {
        open += entry == sample_open(entry.position) ? 1U : 0U;
        return {};
    });
    const auto position = store.last_position();
    if (!walked || !position) {
        return Found::error;
    }
    return open >= last && *position >= last ? Found::whole : Found::part;
}

}  // namespace budstikke::store::testing
