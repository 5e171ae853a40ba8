// The table of all commands, in the order of the help. A new command is a row here and a function
// in the file of its group. Whom a command admits is written out: the ladder is in the peer's
// roles.
#include <algorithm>
#include <array>

#include "broker/admin/command.hpp"
#include "broker/admin/command_functions.hpp"

namespace budstikke::admin {

namespace {

constexpr RoleSet everybody{Role::viewer, Role::auditor};
constexpr RoleSet viewers{Role::viewer};
constexpr RoleSet operators{Role::operator_};
constexpr RoleSet admins{Role::admin};
constexpr RoleSet auditors{Role::admin, Role::auditor};

constexpr std::array<OptionSpec, 1> help_options{{{.name = "--lang", .value = "en|no"}}};
constexpr std::array<OptionSpec, 2> page_options{
    {{.name = "--after", .value = "ID"}, {.name = "--limit", .value = "N"}}
};
constexpr std::array<OptionSpec, 2> audit_options{
    {{.name = "--after", .value = "N"}, {.name = "--limit", .value = "N"}}
};
constexpr std::array<OptionSpec, 1> message_options{{{.name = "--sender", .value = "HER-ID"}}};
constexpr std::array<OptionSpec, 2> file_page_options{
    {{.name = "--after", .value = "FILE"}, {.name = "--limit", .value = "N"}}
};
constexpr std::array<OptionSpec, 1> way_options{{{.name = "--apprec", .value = ""}}};
constexpr std::array<OptionSpec, 1> drain_options{{{.name = "--off", .value = ""}}};

constexpr CommandSpec about[] = {
    {.name = "help",
     .arguments = "[COMMAND]",
     .arguments_min = 0,
     .arguments_max = 2,
     .options = help_options,
     .admits = everybody,
     .text_en = "lists all commands, or explains one",
     .text_no = "lister alle kommandoer, eller forklarer én",
     .run = run::help},
    {.name = "status",
     .admits = everybody,
     .text_en = "the broker now: version, counters, sessions, disk, certificates, holds and pauses",
     .text_no = "megleren nå: versjon, tellere, økter, disk, sertifikater, sperrer og pauser",
     .run = run::status},
    {.name = "sessions",
     .admits = viewers,
     .text_en = "the connections of parties",
     .text_no = "partenes forbindelser",
     .run = run::sessions},
    {.name = "keys",
     .admits = viewers,
     .text_en = "the master keys' ids and how many payload keys each wraps",
     .text_no = "hovednøklenes id-er og hvor mange innholdsnøkler hver av dem pakker inn",
     .run = run::keys},
};

constexpr CommandSpec party[] = {
    {.name = "parties",
     .options = page_options,
     .admits = viewers,
     .text_en = "the same as parties list",
     .text_no = "det samme som parties list",
     .run = run::parties_list},
    {.name = "parties list",
     .options = page_options,
     .admits = viewers,
     .text_en = "the parties of the directory in HER-id order",
     .text_no = "partene i katalogen, ordnet etter HER-id",
     .run = run::parties_list},
    {.name = "parties show",
     .arguments = "HER-ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = viewers,
     .text_en = "one party: owner, validity, redirect, what it accepts",
     .text_no = "én part: eier, gyldighet, videresending, hva den tar imot",
     .run = run::parties_show},
    {.name = "party hold",
     .arguments = "HER-ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = operators,
     .changing = true,
     .text_en = "stops a party at once, its live sessions included; what waits for it stays",
     .text_no = "stanser en part straks, også åpne økter; det som venter på den, blir liggende",
     .run = run::party_hold},
    {.name = "party release",
     .arguments = "HER-ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = operators,
     .changing = true,
     .text_en = "ends a hold",
     .text_no = "opphever en sperre",
     .run = run::party_release},
};

constexpr CommandSpec queue[] = {
    {.name = "queue list",
     .admits = viewers,
     .text_en = "every queue that has open deliveries or is paused",
     .text_no = "alle køer som har åpne leveranser eller er satt på pause",
     .run = run::queue_list},
    {.name = "queue show",
     .arguments = "HER-ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .options = std::span(page_options).subspan(1),
     .admits = viewers,
     .text_en = "what waits for one party, in the order of acceptance",
     .text_no = "hva som venter på én part, i den rekkefølgen det ble mottatt",
     .run = run::queue_show},
    {.name = "queue pause",
     .arguments = "HER-ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = operators,
     .changing = true,
     .text_en = "stops deliveries to a party; messages for it are still accepted",
     .text_no = "stanser leveranser til en part; meldinger til den tas fortsatt imot",
     .run = run::queue_pause},
    {.name = "queue resume",
     .arguments = "HER-ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = operators,
     .changing = true,
     .text_en = "ends a pause",
     .text_no = "avslutter en pause",
     .run = run::queue_resume},
};

constexpr CommandSpec message[] = {
    {.name = "message show",
     .arguments = "ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .options = message_options,
     .admits = everybody,
     .text_en = "a message's timeline per recipient; ID is the broker's, with --sender the MsgId",
     .text_no =
         "en meldings tidslinje for hver mottaker; ID er meglerens, eller med --sender MsgId",
     .run = run::message_show},
    {.name = "deadletter list",
     .options = page_options,
     .admits = viewers,
     .text_en = "the deliveries that were given up, with cause",
     .text_no = "leveransene som er gitt opp, med årsak",
     .run = run::deadletter_list},
    {.name = "deadletter retry",
     .arguments = "ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = operators,
     .changing = true,
     .text_en = "queues a dead letter or an expired delivery again",
     .text_no = "legger en leveranse som er gitt opp eller utløpt, i kø igjen",
     .run = run::deadletter_retry},
    {.name = "deadletter discard",
     .arguments = "ID",
     .arguments_min = 1,
     .arguments_max = 1,
     .admits = admins,
     .changing = true,
     .text_en = "cancels a dead letter for good",
     .text_no = "avlyser en leveranse som er gitt opp, for godt",
     .run = run::deadletter_discard},
};

constexpr CommandSpec ebxml[] = {
    {.name = "ebxml status",
     .admits = everybody,
     .text_en = "the ebXML message service now: age of its agreements, attempts done and failed",
     .text_no = "ebXML-meldingstjeneren nå: avtalenes alder, forsøk som gikk og ikke gikk",
     .run = run::ebxml_status},
    {.name = "ebxml agreements",
     .options = file_page_options,
     .admits = viewers,
     .text_en = "agreements and profiles (CPA, CPP): parties, period, file",
     .text_no = "avtaler og profiler (CPA, CPP): parter, periode, fil",
     .run = run::ebxml_agreements},
    {.name = "ebxml way",
     .arguments = "FROM TO TYPE",
     .arguments_min = 3,
     .arguments_max = 3,
     .options = way_options,
     .admits = viewers,
     .text_en = "may FROM send TYPE (EPIKRISE) to TO by ebXML, and if not, why; or its AppRec",
     .text_no = "kan FROM sende TYPE (EPIKRISE) til TO med ebXML, og hvis ikke, hvorfor; "
                "eller svarkvitteringen på den",
     .run = run::ebxml_way},
    {.name = "ebxml waiting",
     .options = page_options,
     .admits = viewers,
     .text_en = "the messages that wait for their acknowledgement",
     .text_no = "meldingene som venter på transportkvittering",
     .run = run::ebxml_waiting},
    {.name = "ebxml partners",
     .options = page_options,
     .admits = viewers,
     .text_en = "the parties that are reached by ebXML, and what software they say they run",
     .text_no = "partene som nås med ebXML, og hvilken programvare de sier at de bruker",
     .run = run::ebxml_partners},
};

constexpr CommandSpec control[] = {
    {.name = "audit list",
     .options = audit_options,
     .admits = auditors,
     .text_en = "who changed what, when and why; --after goes on behind a position",
     .text_no = "hvem som endret hva, når og hvorfor; --after fortsetter etter en posisjon",
     .run = run::audit_list},
    {.name = "reload",
     .admits = admins,
     .changing = true,
     .text_en = "reads directory, certificates, revocation lists and keys again: all or nothing",
     .text_no = "leser katalog, sertifikater, sperrelister og nøkler på nytt: alt eller ingenting",
     .run = run::reload},
    {.name = "drain",
     .options = drain_options,
     .admits = operators,
     .changing = true,
     .text_en = "accepts no new messages, deliveries go on; --off accepts again",
     .text_no = "tar ikke imot nye meldinger, leveranser fortsetter; --off tar imot igjen",
     .run = run::drain},
    {.name = "stop",
     .admits = admins,
     .changing = true,
     .text_en = "ends the broker in order; what is accepted is delivered after the next start",
     .text_no = "avslutter megleren i orden; det som er mottatt, leveres etter neste start",
     .run = run::stop},
};

constexpr auto table = [] {
    constexpr std::size_t count = std::size(about) + std::size(party) + std::size(queue) +
                                  std::size(message) + std::size(ebxml) + std::size(control);
    std::array<CommandSpec, count> all{};
    auto* end = all.data();
    for (const auto& group :
         {std::span<const CommandSpec>(about), std::span<const CommandSpec>(party),
          std::span<const CommandSpec>(queue), std::span<const CommandSpec>(message),
          std::span<const CommandSpec>(ebxml), std::span<const CommandSpec>(control)}) {
        end = std::ranges::copy(group, end).out;
    }
    return all;
}();

}  // namespace

std::span<const CommandSpec> commands() {
    return table;
}

}  // namespace budstikke::admin
