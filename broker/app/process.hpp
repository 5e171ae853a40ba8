// What the process is to the machine: its rights, its dumps, its umask, its supervisor and the file
// that tells its ports. Promises that nothing of a payload can end in a core file. May not know the
// broker.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"

namespace budstikke::app {

/// Files of ours for nobody else; no core dumps, not readable by debuggers of the same user
/// (security.md T9): memory holds payloads and keys. Errc::io where the system refuses.
Result<void> harden_process();

bool is_root();

/// As many open files as the machine lets this user have: the soft limit becomes the hard one.
/// Whether that is enough for the configuration is for check_config.hpp. Errc::io where the system
/// refuses.
Result<void> raise_open_files_limit();

/// Tells systemd (sd_notify(3)): `READY=1`, `STOPPING=1`, ... Nothing happens without a supervisor;
/// Errc::io where it does not listen.
Result<void> notify_supervisor(std::string_view state);
/// `RELOADING=1` with the stamp that Type=notify-reload wants.
Result<void> notify_reloading();

/// The whole file or the old one, never a part.
Result<void> write_atomically(const std::filesystem::path& file, std::string_view text);

}  // namespace budstikke::app
