// The command line of budstikked, by CLI11.
#include "broker/app/options.hpp"

#include <CLI/CLI.hpp>

namespace budstikke::app {

std::variant<Options, int> parse_options(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Budstikke carries health messages: what it has accepted, it carries on.\n"
        "Exit status: 0 stopped in order, 1 configuration or start failed, 2 usage,\n"
        "70 the store failed and the process ended rather than acknowledge."
    };
    app.name("budstikked");
    app.set_version_flag("--version", "budstikked " BUDSTIKKE_VERSION);
    app.add_option("--config", options.config, "The configuration")->capture_default_str();
    app.add_flag(
        "--check-config", options.check_config,
        "Check the configuration and all that it names, print every fault, and end"
    );
    app.add_option(
        "--ports-file", options.ports_file,
        "Write `PROTOCOL ADDRESS PORT` of every listener to this file once ready"
    );
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return options;
}

}  // namespace budstikke::app
