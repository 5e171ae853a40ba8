// The frame codec: what arrives in any pieces comes out whole, and a length that lies costs
// nothing.
#include "broker/transport/exchange/frame.hpp"

#include <string>

#include <budstikke/v1/exchange.pb.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {
namespace {

v1::Frame ping(std::uint64_t number) {
    v1::Frame frame;
    frame.mutable_ping()->set_number(number);
    return frame;
}

std::string bytes_of(const v1::Frame& frame) {
    std::string bytes;
    append_frame(bytes, frame);
    return bytes;
}

std::string prefix(std::size_t length) {
    std::string bytes(4, '\0');
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<char>((length >> (8 * (3 - i))) & 0xFFU);
    }
    return bytes;
}

std::uint64_t ping_number(std::string_view body) {
    v1::Frame frame;
    EXPECT_TRUE(parse_frame(body, frame));
    return frame.ping().number();
}

/// As it would be with the payload in the message.
TEST(Frame, WritesAPayloadBesideItsMessageAsOneInIt) {
    std::string beside;
    std::string within;
    for (const std::size_t size : {1, 127, 128, 8'192, 16'383, 16'384, 524'288}) {
        v1::Frame frame;
        if (size % 2 == 0) {
            frame.mutable_delivery()->set_delivery_id("id");
            frame.mutable_delivery()->set_size(size);
        } else {
            frame.mutable_delivery_chunk()->set_delivery_id("id");
        }
        const std::string payload(size, 'p');
        append_frame(beside, frame, payload);
        if (frame.has_delivery()) {
            frame.mutable_delivery()->set_payload(payload);
        } else {
            frame.mutable_delivery_chunk()->set_payload(payload);
        }
        append_frame(within, frame);
        ASSERT_EQ(beside, within) << size;
    }
}

TEST(FrameDecoder, TakesManyFramesFromOnePiece) {
    FrameDecoder decoder(100);
    const std::string bytes = bytes_of(ping(1)) + bytes_of(ping(2)) + bytes_of(ping(3));
    decoder.lend(bytes);
    for (std::uint64_t expected = 1; expected <= 3; ++expected) {
        const auto body = decoder.next();
        ASSERT_TRUE(body && *body);
        EXPECT_EQ(ping_number(**body), expected);
    }
    const auto none = decoder.next();
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
    EXPECT_FALSE(decoder.in_frame());
}

TEST(FrameDecoder, PutsFramesTogetherByteByByte) {
    FrameDecoder decoder(100);
    const std::string bytes = bytes_of(ping(7)) + bytes_of(ping(8));
    std::vector<std::uint64_t> numbers;
    for (const char byte : bytes) {
        const std::string piece(1, byte);
        decoder.lend(piece);
        const auto body = decoder.next();
        ASSERT_TRUE(body);
        if (*body) {
            numbers.push_back(ping_number(**body));
            const auto rest = decoder.next();
            ASSERT_TRUE(rest);
            EXPECT_FALSE(*rest);
        } else {
            EXPECT_TRUE(decoder.in_frame());
        }
    }
    EXPECT_EQ(numbers, (std::vector<std::uint64_t>{7, 8}));
    EXPECT_FALSE(decoder.in_frame());
}

TEST(FrameDecoder, GoesOnAfterEveryCutInTwo) {
    const std::string bytes = bytes_of(ping(1)) + bytes_of(ping(300)) + bytes_of(ping(3));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        FrameDecoder decoder(100);
        std::vector<std::uint64_t> numbers;
        for (const std::string& piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
            decoder.lend(piece);
            for (auto body = decoder.next(); body && *body; body = decoder.next()) {
                numbers.push_back(ping_number(**body));
            }
        }
        EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 300, 3})) << "cut at " << cut;
    }
}

TEST(FrameDecoder, KeepsWhatIsLeftWhenTheLenderNeedsItsBuffer) {
    FrameDecoder decoder(100);
    std::string bytes = bytes_of(ping(1)) + bytes_of(ping(2)) + bytes_of(ping(3));
    decoder.lend(bytes);
    auto first = decoder.next();
    ASSERT_TRUE(first && *first);
    decoder.keep();
    bytes.assign(bytes.size(), 'x');
    const auto second = decoder.next();
    ASSERT_TRUE(second && *second);
    EXPECT_EQ(ping_number(**second), 2U);
    decoder.keep();
    const auto third = decoder.next();
    ASSERT_TRUE(third && *third);
    EXPECT_EQ(ping_number(**third), 3U);
}

TEST(FrameDecoder, HoldsItsLimitOneBelowAtAndAbove) {
    constexpr std::size_t limit = 1000;
    for (const std::size_t length : {limit - 1, limit, limit + 1}) {
        FrameDecoder decoder(limit);
        const std::string bytes = prefix(length) + std::string(length, 'x');
        decoder.lend(bytes);
        const auto body = decoder.next();
        EXPECT_EQ(body.has_value(), length <= limit) << length;
        if (!body) {
            EXPECT_EQ(body.error().code, Errc::limit_exceeded);
        }
    }
}

TEST(FrameDecoder, RefusesALyingLengthBeforeItsBytesCome) {
    FrameDecoder decoder(limits::frame_bytes_max);
    const std::string lie = "\xFF\xFF\xFF\xFF";
    decoder.lend(lie);
    EXPECT_FALSE(decoder.next());
}

TEST(FrameDecoder, SaysWhatOfAnUnfinishedFrameIsHere) {
    FrameDecoder decoder(limits::frame_bytes_max);
    const std::string bytes = prefix(500'000) + "head";
    decoder.lend(bytes);
    const auto none = decoder.next();
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
    const auto unfinished = decoder.unfinished();
    ASSERT_TRUE(unfinished);
    EXPECT_EQ(unfinished->body_bytes, 500'000U);
    EXPECT_EQ(unfinished->head, "head");
}

TEST(FrameDecoder, TakesANewLimitFromTheNextFrameOn) {
    FrameDecoder decoder(10);
    decoder.set_limit(20);
    const std::string bytes = prefix(15) + std::string(15, 'x');
    decoder.lend(bytes);
    const auto body = decoder.next();
    ASSERT_TRUE(body && *body);
    EXPECT_EQ((*body)->size(), 15U);
}

TEST(FrameDecoder, GivesAnEmptyBodyForALengthOfZero) {
    FrameDecoder decoder(10);
    const std::string bytes = prefix(0);
    decoder.lend(bytes);
    const auto body = decoder.next();
    ASSERT_TRUE(body && *body);
    EXPECT_TRUE((*body)->empty());
    v1::Frame frame;
    EXPECT_TRUE(parse_frame(**body, frame));
    EXPECT_EQ(frame.kind_case(), v1::Frame::KIND_NOT_SET);
}

std::string submit_body(bool is_check, std::uint64_t size) {
    v1::Frame frame;
    v1::Submit& submit =
        is_check ? *frame.mutable_check()->mutable_submit() : *frame.mutable_submit();
    submit.set_submission(9);
    submit.set_content_type("application/xml");
    submit.set_size(size);
    submit.set_payload(std::string(100'000, 'p'));
    return frame.SerializeAsString();
}

TEST(Peek, FindsTheDeclaredSizeInTheHead) {
    for (const bool is_check : {false, true}) {
        const FrameHead head = peek(submit_body(is_check, 35'000'000).substr(0, 4096));
        EXPECT_EQ(head.kind, FrameHead::Kind::submission);
        EXPECT_EQ(head.declared_bytes, 35'000'000U);
    }
}

TEST(Peek, KnowsAChunkAndNothingElse) {
    v1::Frame frame;
    frame.mutable_chunk()->set_payload(std::string(100'000, 'p'));
    EXPECT_EQ(peek(frame.SerializeAsString().substr(0, 100)).kind, FrameHead::Kind::chunk);
    frame.mutable_hello()->set_software(std::string(100'000, 'p'));
    EXPECT_EQ(peek(frame.SerializeAsString().substr(0, 100)).kind, FrameHead::Kind::other);
}

TEST(Peek, HasNoSizeWhereThePayloadStandsInFront) {
    // Submit{payload, size}, in the wrong order: field 4, then field 3.
    const std::string submit = std::string("\x22\x02pp\x18\x05", 6);
    const std::string body = std::string("\x5A\x06", 2) + submit;
    const FrameHead head = peek(body);
    EXPECT_EQ(head.kind, FrameHead::Kind::submission);
    EXPECT_FALSE(head.declared_bytes);
}

TEST(Peek, SurvivesEveryTruncation) {
    const std::string body = submit_body(true, 5);
    for (std::size_t length = 0; length < 64; ++length) {
        const FrameHead head = peek(std::string_view(body).substr(0, length));
        EXPECT_TRUE(!head.declared_bytes || *head.declared_bytes == 5) << length;
    }
}

}  // namespace
}  // namespace budstikke::transport
