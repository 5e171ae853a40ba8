// `budstikke`: the vendor's client. Reads the command line, the environment and a TOML file with
// the connection, and runs one command. The commands are in the files beside this one.
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "broker/tools/budstikke/commands.hpp"
#include "broker/tools/budstikke/print.hpp"
#include "broker/tools/ebxml/check.hpp"
#include "broker/tools/inspect/inspect.hpp"

namespace budstikke::tools {

namespace {

struct Options {
    ServerOptions server;
    SendOptions send;
    SendOptions check;
    ReceiveOptions receive;
    StatusOptions status;
    MayISendOptions may_i_send;
    WithdrawOptions withdraw;
    InspectOptions inspect;
    EbxmlCheckOptions ebxml;
    bool json = false;
    std::string language;
};

using Command = std::function<int(client::ExchangeClient&, const Terminal&)>;

void add_server(CLI::App& app, Options& options) {
    ServerOptions& server = options.server;
    app.add_option("-s,--server,--to", server.server, "The broker: host:port")
        ->envname("BUDSTIKKE_SERVER");
    app.add_option("--ca", server.ca, "CA certificates that the broker's must come from (PEM)")
        ->envname("BUDSTIKKE_CA");
    app.add_option("--cert", server.certificate, "Our certificate with its issuers (PEM)")
        ->envname("BUDSTIKKE_CERT");
    app.add_option("--key", server.key, "Its private key (PEM, mode 0600)")
        ->envname("BUDSTIKKE_KEY");
    app.add_option("--server-name", server.server_name, "The name in the broker's certificate")
        ->envname("BUDSTIKKE_SERVER_NAME");
    app.add_option("--timeout", server.timeout_seconds, "Seconds to wait for an answer")
        ->capture_default_str();
    app.set_config("--config", "", "TOML file with any of these options")
        ->envname("BUDSTIKKE_CONFIG");
}

void add_submission(CLI::App& command, SendOptions& options) {
    command.add_option("files", options.files, "Message files")->required();
    command.add_option("--content-type", options.content_type, "Default: by the file's name");
    command.add_option("--priority", options.priority)
        ->check(CLI::IsMember({"low", "normal", "high"}))
        ->capture_default_str();
    command
        .add_option(
            "--expires",
            [&options](const CLI::results_t& given) {
                const auto seconds = parse_duration(given.front());
                options.expires_after = seconds.value_or(std::chrono::seconds(0));
                return seconds.has_value();
            },
            "Time to live: 90s, 30m, 72h, 14d"
        )
        ->type_name("DURATION");
    command
        .add_option(
            "--recipient", options.recipients, "Only these HER-ids of those that the message names"
        )
        ->allow_extra_args(false);
    command.add_flag(
        "--allow-partial", options.allow_partial, "Accept for those who can be reached"
    );
    const std::string group = "Declared facts, for payloads that the broker may not read";
    command.add_option("--msg-id", options.message_id)->group(group);
    command.add_option("--sender", options.sender, "HER-id")->group(group);
    command.add_option("--receiver", options.declared_recipients, "HER-id, the primary one first")
        ->allow_extra_args(false)
        ->group(group);
    command.add_option("--type", options.type)->group(group);
    command.add_option("--message-version", options.version, "Of the standard, for example 1.2")
        ->group(group);
    command.add_option("--conversation", options.conversation)->group(group);
    command.add_option("--parent", options.parent)->group(group);
}

void add_send(CLI::App& app, Options& options, Command& chosen) {
    CLI::App* send = app.add_subcommand("send", "Hand messages over / lever meldinger");
    add_submission(*send, options.send);
    send->callback([&] {
        chosen = [&](auto& broker, auto& terminal) {
            return run_send(broker, options.send, terminal);
        };
    });
    CLI::App* check =
        app.add_subcommand("check", "What would send be answered? / hva ville send svart?");
    add_submission(*check, options.check);
    check->callback([&] {
        chosen = [&](auto& broker, auto& terminal) {
            return run_check(broker, options.check, terminal);
        };
    });
}

void add_receive(CLI::App& app, Options& options, Command& chosen) {
    CLI::App* command = app.add_subcommand("receive", "Take deliveries / motta meldinger");
    ReceiveOptions& to = options.receive;
    command->add_option("--her", to.her_ids, "HER-id to receive for")->required();
    command->add_option("--count", to.count, "Stop after so many; 0: go on");
    command->add_option("--wait", to.wait_seconds, "Give up after so many idle seconds; 0: never");
    command->add_option("--out", to.out, "Folder for the payloads")->check(CLI::ExistingDirectory);
    command->add_option("--settle", to.settle)
        ->check(CLI::IsMember({"accepted", "rejected", "released"}))
        ->capture_default_str();
    command->add_option("--reason-code", to.reason_code, "Of rejected, for example T99");
    command->add_option("--reason", to.reason, "Of rejected and released; no patient data");
    command->add_option("--apprec", to.apprec, "Answer each message with an AppRec")
        ->check(CLI::IsMember({"ok", "reject"}));
    command->add_option("--apprec-code", to.apprec_code, "Of reject, codesystem 8221")
        ->capture_default_str();
    command->add_option("--apprec-text", to.apprec_text, "Of reject; no patient data");
    command->add_option("--name", to.name, "Of the party, for the AppRec");
    command->callback([&] {
        chosen = [&](auto& broker, auto& terminal) {
            return run_receive(broker, options.receive, terminal);
        };
    });
}

void add_status(CLI::App& app, Options& options, Command& chosen) {
    CLI::App* command = app.add_subcommand("status", "Where is the message? / hvor er meldingen?");
    StatusOptions& to = options.status;
    auto* id = command->add_option("id", to.id, "The broker's id, or the MsgId with --sender");
    auto* sender = command->add_option("--sender", to.sender, "HER-id of the sender");
    command->add_option("--watch-until", to.watch_until, "Wait for this state of every recipient")
        ->check(CLI::IsMember({"delivered", "confirmed", "rejected", "dead_lettered", "expired"}));
    auto* follow = command->add_flag("--follow", to.follow, "Stream the sender's status events");
    follow->needs(sender)->excludes(id);
    command->add_option("--after", to.after, "Resume after this position")->needs(follow);
    command->add_option("--count", to.count, "Stop after so many events")->needs(follow);
    command->callback([&] {
        if (options.status.id.empty() && !options.status.follow) {
            throw CLI::RequiredError("id");
        }
        chosen = [&](auto& broker, auto& terminal) {
            return run_status(broker, options.status, terminal);
        };
    });
}

void add_questions(CLI::App& app, Options& options, Command& chosen) {
    CLI::App* may = app.add_subcommand("may-i-send", "May A send to B? / kan A sende til B?");
    may->add_option("--sender", options.may_i_send.sender, "HER-id")->required();
    may->add_option("--recipient", options.may_i_send.recipient, "HER-id")->required();
    may->add_option("--type", options.may_i_send.type, "ebXML Action, for example EPIKRISE")
        ->required();
    may->add_option("--message-version", options.may_i_send.version, "Of the standard");
    may->add_option("--format", options.may_i_send.format);
    may->callback([&] {
        chosen = [&](auto& broker, auto& terminal) {
            return run_may_i_send(broker, options.may_i_send, terminal);
        };
    });
    CLI::App* withdraw = app.add_subcommand("withdraw", "Cancel what has not left / trekk tilbake");
    withdraw->add_option("id", options.withdraw.id, "The broker's id, or the MsgId with --sender")
        ->required();
    withdraw->add_option("--sender", options.withdraw.sender, "HER-id of the sender");
    withdraw->add_option("--recipient", options.withdraw.recipients, "Only for these HER-ids")
        ->allow_extra_args(false);
    withdraw->add_option("--reason", options.withdraw.reason, "No patient data")->required();
    withdraw->callback([&] {
        chosen = [&](auto& broker, auto& terminal) {
            return run_withdraw(broker, options.withdraw, terminal);
        };
    });
}

CLI::App* add_inspect(CLI::App& app, Options& options) {
    CLI::App* command =
        app.add_subcommand("inspect", "What are these files? / hva er disse filene?");
    command->add_option("files", options.inspect.files, "Message files")->required();
    command->add_option("--schemas", options.inspect.schemas, "Folder of the official schemas");
    return command;
}

struct EbxmlCommands {
    const CLI::App* check;
    const CLI::App* rules;
};

EbxmlCommands add_ebxml(CLI::App& app, Options& options) {
    CLI::App* ebxml = app.add_subcommand("ebxml", "ebXML messages / ebXML-meldinger");
    ebxml->require_subcommand(1)->fallthrough();
    CLI::App* check = ebxml->add_subcommand("check", "Against HITS 1172 / mot reglene i HITS 1172");
    check->add_option("files", options.ebxml.files, "MIME messages or SOAP envelopes")->required();
    check->add_option("--schemas", options.ebxml.schemas, "Folder of the official schemas");
    check->add_option("--directory", options.ebxml.directory, "Folder of parties and agreements");
    check->add_option("--decrypt-certificate", options.ebxml.certificates, "The recipient's (PEM)")
        ->allow_extra_args(false);  // what follows is a file
    check
        ->add_option(
            "--decrypt-key", options.ebxml.keys, "Its private key (PEM), for what is inside"
        )
        ->allow_extra_args(false);
    CLI::App* rules =
        ebxml->add_subcommand("rules", "The rules of HITS 1172 / reglene i HITS 1172");
    // Also before the command; here so that its help names it.
    check->add_flag("--json", options.json, "One JSON object per line");
    rules->add_flag("--json", options.json, "One JSON array");
    return {check, rules};
}

/// What was asked for, else the language of the environment.
Tongue tongue_of(const std::string& language) {
    const char* environment = std::getenv("LANG");
    const std::string wanted = language.empty() && environment != nullptr ? environment : language;
    const std::string head = wanted.substr(0, 2);
    return head == "no" || head == "nb" || head == "nn" ? Tongue::norwegian : Tongue::english;
}

Language findings_language(const Options& options) {
    if (options.language.empty()) {
        return Language::both;
    }
    return tongue_of(options.language) == Tongue::norwegian ? Language::norwegian
                                                            : Language::english;
}

int inspect(Options& options) {
    options.inspect.json = options.json;
    options.inspect.language = findings_language(options);
    return run_inspect(options.inspect, std::cout, std::cerr);
}

int check_ebxml(Options& options) {
    options.ebxml.json = options.json;
    options.ebxml.language = findings_language(options);
    return run_ebxml_check(options.ebxml, std::cout, std::cerr);
}

int ask_broker(const Options& options, const Command& command) {
    const Terminal terminal{
        .out = std::cout,
        .err = std::cerr,
        .json = options.json,
        .tongue = tongue_of(options.language),
    };
    const auto connection = client_options(options.server);
    if (!connection) {
        std::cerr << "budstikke: "
                  << terminal.say(
                         "oppgi megleren med --server vert:port eller BUDSTIKKE_SERVER",
                         "name the broker with --server host:port or BUDSTIKKE_SERVER"
                     )
                  << '\n';
        return exit_usage;
    }
    auto broker = client::ExchangeClient::connect(*connection);
    if (!broker) {
        print_error(broker.error(), terminal);
        return exit_no_connection;
    }
    const int status = command(**broker, terminal);
    if ((*broker)->alive()) {
        if (const auto closed = (*broker)->close(); !closed) {
            print_error(closed.error(), terminal);
        }
    }
    // A reader that went away (a full disk, a closed pipe) must not look like a clean result.
    if (!std::cout.flush()) {
        std::cerr << "budstikke: "
                  << terminal.say("svaret kunne ikke skrives", "the output could not be written")
                  << '\n';
        return exit_usage;
    }
    return status;
}

int run(int argc, char** argv) {
    Options options;
    Command chosen;
    CLI::App app(
        "The client of Budstikke, the broker of health messages.\n"
        "Exit status: 0 done, 1 the answer is no, 2 usage or files, 3 no connection to the broker.",
        "budstikke"
    );
    app.set_version_flag("--version", BUDSTIKKE_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", options.json, "One JSON object per line");
    app.add_option(
           "--lang", options.language, "no or en; default: from LANG, and findings of files in both"
    )
        ->check(CLI::IsMember({"no", "nb", "nn", "en"}));
    add_server(app, options);
    add_send(app, options, chosen);
    add_receive(app, options, chosen);
    add_status(app, options, chosen);
    add_questions(app, options, chosen);
    const CLI::App* inspecting = add_inspect(app, options);
    const EbxmlCommands ebxml = add_ebxml(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    }
    if (*ebxml.check) {
        return check_ebxml(options);
    }
    if (*ebxml.rules) {
        return run_ebxml_rules(options.json, std::cout);
    }
    return *inspecting ? inspect(options) : ask_broker(options, chosen);
}

}  // namespace

}  // namespace budstikke::tools

int main(int argc, char** argv) {
    try {
        return budstikke::tools::run(argc, argv);
    } catch (const std::exception& error) {
        // Of our own making or the system's; nothing of a message is in it.
        std::cerr << "budstikke: " << error.what() << '\n';
        return budstikke::tools::exit_usage;
    }
}
