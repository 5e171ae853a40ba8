// The command line of budstikked. May not read files.
#pragma once

#include <filesystem>
#include <optional>
#include <variant>

namespace budstikke::app {

struct Options {
    std::filesystem::path config = "/etc/budstikke/budstikked.toml";
    bool check_config = false;
    std::filesystem::path ports_file;  ///< empty: none
};

/// What to do, or the exit status where the command line has been answered already: 0 for --help
/// and
/// --version, 2 for a usage error.
std::variant<Options, int> parse_options(int argc, char** argv);

}  // namespace budstikke::app
