// A request is read in one way only, or refused with the status that says why.
#include <gtest/gtest.h>

#include "broker/transport/ebxml/https/request.hpp"

namespace budstikke::ebxml {
namespace {

using State = RequestReader::State;

struct Read {
    State state;
    unsigned status;
    std::string package;
    std::size_t used;
};

Read read(const std::string& bytes) {
    const HttpsLimits limits;
    RequestReader reader("/ebxml", limits);
    const std::size_t used = reader.take(bytes);
    return {reader.state(), reader.status(), reader.take_package(), used};
}

std::string post(const std::string& fields, const std::string& rest = "<a/>") {
    return "POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n" + fields + "\r\n" + rest;
}

void expect_refused(const std::string& bytes, unsigned status) {
    const Read it = read(bytes);
    EXPECT_EQ(it.state, State::refused) << bytes;
    EXPECT_EQ(it.status, status) << bytes;
}

TEST(HttpsRequest, EndsWhereItsLengthSaysAndLeavesTheRest) {
    const std::string bytes = post("Content-Length: 4\r\n");
    const Read it = read(bytes + "POST");
    EXPECT_EQ(it.state, State::whole);
    EXPECT_EQ(it.used, bytes.size());
    EXPECT_EQ(it.package, "Content-Type: text/xml\r\n\r\n<a/>");
}

TEST(HttpsRequest, TakesAHeaderUpToItsLimitHoweverItsBytesCome) {
    constexpr std::size_t max = limits::https_header_bytes_max;
    const std::string start =
        "POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
        "Content-Length: 1\r\nX: ";
    for (const std::size_t size : {max - 1, max, max + 1}) {
        const std::string header = start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
        for (const std::size_t piece : {1UZ, 1000UZ, size - 2, size - 1, size}) {
            const HttpsLimits limits;
            RequestReader reader("/ebxml", limits);
            std::string waiting;
            for (std::size_t at = 0; at < size; at += piece) {
                waiting += header.substr(at, piece);
                waiting.erase(0, reader.take(waiting));
            }
            EXPECT_EQ(reader.state(), size <= max ? State::body : State::refused) << size;
            EXPECT_EQ(reader.status(), size <= max ? 0U : 431U) << piece;
        }
    }
}

TEST(HttpsRequest, TakesAnAbsoluteTargetAndAnEmptyBody) {
    const Read it = read(
        "POST https://broker.example/ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
        "Content-Length: 0\r\n\r\n"
    );
    EXPECT_EQ(it.state, State::whole);
    EXPECT_EQ(it.package, "Content-Type: text/xml\r\n\r\n");
}

TEST(HttpsRequest, RefusesEveryLengthThatTwoReadersCouldReadInTwoWays) {
    const std::string chunks = "4\r\n<a/>\r\n0\r\n\r\n";
    expect_refused(post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", chunks), 400);
    expect_refused(post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", chunks), 400);
    expect_refused(post("Content-Length: 4\r\nContent-Length: 5\r\n"), 400);
    expect_refused(post("Content-Length: 4\r\nContent-Length: 4\r\n"), 400);
    expect_refused(post("Content-Length: 4, 4\r\n"), 400);
    expect_refused(post("Content-Length: +4\r\n"), 400);
    expect_refused(post("Content-Length: -4\r\n"), 400);
    expect_refused(post("Content-Length: 0x4\r\n"), 400);
    expect_refused(post("Content-Length: 4 4\r\n"), 400);
    expect_refused(post("Content-Length : 4\r\n"), 400);
    expect_refused(post("Content-Length: 99999999999999999999999\r\n"), 400);
    expect_refused(
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunks), 400
    );
    expect_refused(post("Transfer-Encoding: chunked, identity\r\n", chunks), 501);
    expect_refused(post("Transfer-Encoding: gzip, chunked\r\n", chunks), 501);
    expect_refused(post("Transfer-Encoding: xchunked\r\n", chunks), 501);
    expect_refused(post("Transfer-Encoding : chunked\r\n", chunks), 400);
    expect_refused(post("Transfer-Encoding: chunked\r\n", "x\r\n"), 400);
    expect_refused(post("Transfer-Encoding: chunked\r\n", "-1\r\n"), 400);
    expect_refused(post("Transfer-Encoding: chunked\r\n", "4\n<a/>\r\n0\r\n\r\n"), 400);
    expect_refused(post("Transfer-Encoding: chunked\r\n", "4\r\n<a/>XX0\r\n\r\n"), 400);
    expect_refused(post("Transfer-Encoding: chunked\r\n", "10000000000000004\r\n<a/>\r\n"), 400);
}

TEST(HttpsRequest, RefusesLinesThatEndInTheirOwnWay) {
    expect_refused("POST /ebxml HTTP/1.1\nHost: a\nContent-Length: 4\n\n<a/>", 505);
    expect_refused(post("Content-Length: 4\n"), 400);
    expect_refused(post("X: a\rb\r\nContent-Length: 4\r\n"), 400);
    expect_refused(post(std::string("X: a\0b\r\nContent-Length: 4\r\n", 27)), 400);
    expect_refused(post("X y: a\r\nContent-Length: 4\r\n"), 400);
}

TEST(HttpsRequest, NamesWhatIsWrongWithTheRequest) {
    const std::string rest = "Host: a\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>";
    expect_refused("POST /other HTTP/1.1\r\n" + rest, 404);
    expect_refused("POST /ebxml/ HTTP/1.1\r\n" + rest, 404);
    expect_refused("POST /ebxml?x=1 HTTP/1.1\r\n" + rest, 404);
    expect_refused("POST * HTTP/1.1\r\n" + rest, 404);
    expect_refused("POST https://broker.example HTTP/1.1\r\n" + rest, 404);
    expect_refused("GET /ebxml HTTP/1.1\r\n" + rest, 405);
    expect_refused("CONNECT /ebxml HTTP/1.1\r\n" + rest, 405);
    expect_refused("POST /ebxml HTTP/2.0\r\n" + rest, 505);
    expect_refused("POST /ebxml HTTP/1.1\r\nHost: b\r\n" + rest, 400);
    expect_refused(post(""), 411);
    expect_refused(post("Content-Length: 4\r\nExpect: more\r\n"), 417);
    expect_refused(post("Content-Length: 4\r\nContent-Encoding: gzip\r\n"), 415);
    expect_refused(post("Content-Length: 4\r\nContent-Type: text/xml\r\n"), 415);
    const std::string start = "POST /ebxml HTTP/1.1\r\nHost: a\r\n";
    expect_refused(start + "Content-Length: 4\r\n\r\n<a/>", 415);
    expect_refused(start + "Content-Type: text/html\r\nContent-Length: 4\r\n\r\n<a/>", 415);
    expect_refused(
        "POST /ebxml HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n", 400
    );
    expect_refused(
        "POST /ebxml HTTP/1.0\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n", 400
    );
}

TEST(HttpsRequest, TakesTheTypesThatPackagesHave) {
    for (const char* type :
         {"multipart/related; type=\"text/xml\"; boundary=x", "text/xml; charset=UTF-8",
          "application/xml", "application/soap+xml", "MULTIPART/Mixed; boundary=x"}) {
        const Read it = read(
            "POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Type: " +
            std::string(type) + "\r\n\r\n<a/>"
        );
        EXPECT_EQ(it.state, State::whole) << type;
    }
}

}  // namespace
}  // namespace budstikke::ebxml
