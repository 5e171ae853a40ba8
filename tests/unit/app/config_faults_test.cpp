// Every fault that a configuration can have is found, on its line.
#include <gmock/gmock.h>

#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// The minimal configuration with one of its lines replaced.
std::string with_line(std::size_t number, std::string_view text) {
    std::string result;
    std::size_t line = 1;
    std::size_t start = 0;
    while (start < minimal_config.size()) {
        const std::size_t end = minimal_config.find('\n', start);
        result += line == number ? std::string(text) : minimal_config.substr(start, end - start);
        result += '\n';
        start = end + 1;
        ++line;
    }
    return result;
}

struct OneFault {
    std::string text;
    std::string fault;  ///< how it begins
};

void PrintTo(const OneFault& fault, std::ostream* out) {
    *out << fault.fault;
}

class ConfigFault : public testing::TestWithParam<OneFault> {};

TEST_P(ConfigFault, is_found_with_line_and_cause) {
    EXPECT_THAT(faults_of(GetParam().text), ElementsAre(StartsWith(GetParam().fault)));
}

OneFault more(std::string_view text, std::string fault) {
    return {minimal_config + std::string(text), std::move(fault)};
}

OneFault line(std::size_t number, std::string_view text, std::string fault) {
    return {with_line(number, text), std::move(fault)};
}

INSTANTIATE_TEST_SUITE_P(
    Required, ConfigFault,
    testing::Values(
        line(2, "", "1: broker: the key `data` is missing"),
        line(3, "", "1: broker: the key `directory` is missing"),
        line(4, "", "1: broker: the key `master_keys` is missing"),
        line(6, "", "5: listener: the key `address` is missing"),
        line(7, "", "5: listener: the key `port` is missing"),
        line(9, "", "8: listener.tls: the key `certificate` is missing"),
        line(10, "", "8: listener.tls: the key `key` is missing"),
        line(11, "", "8: listener.tls: the key `client_ca` is missing"),
        line(12, "", "8: listener.tls: the key `crl` is missing"),
        more(
            "[[listener]]\naddress = \"::\"\nport = 1\n", "13: listener: the key `tls` is missing"
        ),
        OneFault{
            minimal_config.substr(0, minimal_config.find("[[")),
            "0: there is no [[listener]]: nobody could connect"
        }
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

INSTANTIATE_TEST_SUITE_P(
    Values, ConfigFault,
    testing::Values(
        line(1, "[broker", "1: not valid TOML: "),
        line(2, "data = \"\"", "2: `data` must have 1 to 4096 bytes"),
        line(2, "data = 1", "2: `data` must be text in quotes, not a whole number"),
        line(6, "address = \"localhost\"", "6: `address` must be an IPv4 or IPv6 address"),
        line(7, "port = -1", "7: `port` must be from 0 to 65535"),
        line(7, "port = 65536", "7: `port` must be from 0 to 65535"),
        line(7, "port = 0\nprotocol = \"smtp\"", "8: `protocol` is `smtp`, but must be one of"),
        line(11, "client_ca = []", "11: `client_ca` must name at least one file"),
        line(12, "crl = []", "12: `crl` must name at least one file: without a list every client"),
        line(12, "crl = \"a\"", "12: `crl` must be a list of texts in quotes, not text"),
        line(12, "crl = [\"a\",\n\"\"]", "13: `crl` must name files"),
        more("stale_crl = \"ignore\"", "13: `stale_crl` is `ignore`, but must be one of `refuse`"),
        more("tls12 = \"yes\"", "13: `tls12` must be true or false"),
        more("[admin]\nmode = \"0666\"", "14: `mode` must be octal"),
        more("[admin]\nmode = \"0460\"", "14: `mode` must be octal"),
        more("[admin]\nmode = \"0760\"", "14: `mode` must be octal"),
        more("[admin]\nmode = \"00660\"", "14: `mode` must be octal"),
        more("[admin]\nmode = \"0668\"", "14: `mode` must be octal"),
        more("[admin]\nmode = 660", "14: `mode` must be text in quotes"),
        more(
            "[admin]\nsocket = \"" + std::string(101, 'a') + "\"",
            "14: the path of the admin socket is longer than 107 bytes"
        ),
        more(
            "[admin.roles]\nviewer = [\"user:a\",\n\"kari\"]",
            "15: `viewer` must name users and groups as `user:NAME`"
        ),
        more("[admin.roles]\nadmin = [\"uid:kari\"]", "14: `admin` must name"),
        more("[admin.roles]\nadmin = [\"user:1000\"]", "14: `admin` must name"),
        more("[admin.roles]\nadmin = [\"gid:4294967296\"]", "14: `admin` must name"),
        more("[admin.roles]\nadmin = [\"user:\"]", "14: `admin` must name"),
        more("[delivery]\nretry = [\"1m\", 5]", "14: `retry` must be a duration in quotes"),
        more("[delivery]\nretry = [\"1m\",\n\"soon\"]", "15: `retry` is `soon`, but must be"),
        more("[delivery]\nretry = [\"999ms\"]\n", "14: `retry` must be from 1s to 30d"),
        more("[delivery]\njitter_percent = 91", "14: `jitter_percent` must be from 0 to 90"),
        more("[delivery]\nattempts_max = 0", "14: `attempts_max` must be from 1 to 1000"),
        more("[delivery]\ntime_to_live = \"91d\"", "14: `time_to_live` must be from 1s to 90d"),
        more("[delivery]\ntime_to_live = \"999ms\"", "14: `time_to_live` must be from 1s to 90d"),
        more("[retention]\npayload = \"999ms\"", "14: `payload` must be from 1s to 7300d"),
        more("[retention]\nevents = \"999ms\"", "14: `events` must be from 1s to 7300d"),
        more("[retention]\nduplicates = \"999ms\"", "14: `duplicates` must be from 1s to 7300d"),
        more("[apprec]\ndeadline = \"999ms\"", "14: `deadline` must be from 1s to 7300d"),
        more(
            "[delivery]\nbytes_in_flight_max = \"1023KiB\"",
            "14: `bytes_in_flight_max` must be bytes"
        ),
        more("[limits]\npayload_bytes_max = \"36MiB\"", "14: `payload_bytes_max` must be bytes"),
        more("[limits]\nopen_deliveries_max = 0", "14: `open_deliveries_max` must be from 1 to"),
        more("[limits]\ndisk_free_percent_min = 91", "14: `disk_free_percent_min` must be from 0"),
        more("[limits]\nconnections_max = 10001", "14: `connections_max` must be from 1 to 10000"),
        more("[log]\nlevel = \"loud\"", "14: `level` is `loud`, but must be one of `debug`"),
        more("[threads]\nio = 257", "14: `io` must be from 0 to 256"),
        more("[threads]\nworkers = 1.5", "14: `workers` must be a whole number")
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

INSTANTIATE_TEST_SUITE_P(
    Together, ConfigFault,
    testing::Values(
        more("[delivery]\nretry = []", "14: `retry` must have at least one wait"),
        more("[delivery]\nretry = [\"5m\", \"1m\"]", "14: the waits of `retry` must not become"),
        more(
            "[delivery]\nretry = [\"2h\"]\ntime_to_live = \"2h\"",
            "14: the first wait of `retry` must be shorter than `delivery.time_to_live` (2h)"
        ),
        more(
            "[retention]\npayload = \"13d\"",
            "14: `payload` must be at least `delivery.time_to_live` (14d)"
        ),
        more(
            "[retention]\nduplicates = \"13d\"",
            "14: `duplicates` must be at least `delivery.time_to_live` (14d)"
        ),
        more("[retention]\nevents = \"29d\"", "14: `events` must be at least `payload` (30d)"),
        more(
            "[apprec]\ndeadline = \"366d\"", "0: `events` must be at least `apprec.deadline` (366d)"
        ),
        more(
            "[delivery]\nbytes_in_flight_max = \"34MiB\"",
            "14: `bytes_in_flight_max` must be at least `limits.payload_bytes_max`"
        ),
        more(
            "[limits]\nconnections_max = 100\nconnections_per_address_max = 101",
            "15: `connections_per_address_max` must not be above `connections_max` (100)"
        ),
        more(
            "[limits]\nconnections_max = 100\nconnections_per_organisation_max = 101",
            "15: `connections_per_organisation_max` must not be above `connections_max` (100)"
        ),
        OneFault{
            with_line(7, "port = 5671") +
                "[[listener]]\naddress = \"127.0.0.1\"\nport = 5671\n"
                "tls = { certificate = \"c\", key = \"k\", client_ca = [\"a\"], crl = [\"l\"] }",
            "15: address and port are already those of the listener at line 5"
        }
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

INSTANTIATE_TEST_SUITE_P(
    UnknownKeys, ConfigFault,
    testing::Values(
        more("[borker]\n", "13: configuration: unknown key `borker`; did you mean `broker`?"),
        line(
            2, "data = \"d\"\ndate = \"d\"", "3: broker: unknown key `date`; did you mean `data`?"
        ),
        line(7, "port = 0\nprot = 1", "8: listener: unknown key `prot`; did you mean `port`?"),
        more("tls13 = true", "13: listener.tls: unknown key `tls13`; did you mean `tls12`?"),
        more("[admin]\ngruop = \"x\"", "14: admin: unknown key `gruop`; did you mean `group`?"),
        more(
            "[admin.roles]\nviewers = []",
            "14: admin.roles: unknown key `viewers`; did you mean `viewer`?"
        ),
        more("[delivery]\nretries = []", "14: delivery: unknown key `retries`"),
        more("[retention]\npayloads = \"1d\"", "14: retention: unknown key `payloads`"),
        more("[limits]\nconnection_max = 1", "14: limits: unknown key `connection_max`"),
        more("[apprec]\ndedline = \"1d\"", "14: apprec: unknown key `dedline`"),
        more("[log]\nlevle = \"info\"", "14: log: unknown key `levle`"),
        more("[threads]\nios = 1", "14: threads: unknown key `ios`; did you mean `io`?")
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

TEST(ConfigFaults, all_of_them_are_told_in_the_order_of_the_file) {
    EXPECT_THAT(
        faults_of(with_line(7, "port = \"x\"") + "[log]\nlevel = 1\n[thread]\n"),
        ElementsAre(StartsWith("7: `port`"), StartsWith("14: `level`"), HasSubstr("`thread`"))
    );
}

TEST(ConfigFaults, an_empty_file_misses_what_is_required) {
    EXPECT_THAT(
        faults_of(""), ElementsAre(
                           HasSubstr("`data`"), HasSubstr("`directory`"),
                           HasSubstr("`master_keys`"), HasSubstr("[[listener]]")
                       )
    );
}

TEST(ConfigFaults, bounds_that_meet_are_accepted) {
    parsed(
        minimal_config +
        "[retention]\npayload = \"14d\"\nevents = \"14d\"\nduplicates = \"14d\"\n"
        "[delivery]\nbytes_in_flight_max = \"35MiB\"\n"
    );
    parsed(minimal_config + "[admin]\nsocket = \"" + std::string(100, 'a') + "\"");
}

}  // namespace
}  // namespace budstikke::app
