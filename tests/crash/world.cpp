#include "tests/crash/world.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <utility>

#include <sys/stat.h>

#include "tests/crash/process.hpp"

namespace budstikke::crash {
namespace {

Result<void> write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return file ? Result<void>() : fail(Errc::io, "cannot write " + path.string());
}

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

std::string directory_text() {
    std::string text;
    std::set<std::string_view> organisations;
    for (const auto& party : parties) {
        organisations.insert(party.organisation);
        text += "[[party]]\nher_id = " + in_quotes(party.her_id) +
                "\norganisation = " + in_quotes(party.organisation) +
                "\nname = " + in_quotes("Part " + std::string(party.her_id)) +
                "\nkind = " + in_quotes(party.kind) + "\nendpoint = \"exchange\"\n\n";
    }
    for (const auto organisation : organisations) {
        std::string acts_for;
        for (const auto& party : parties) {
            if (party.organisation == organisation) {
                acts_for += (acts_for.empty() ? "" : ", ") + in_quotes(party.her_id);
            }
        }
        text += "[[organisation]]\nnumber = " + in_quotes(organisation) +
                "\nname = " + in_quotes("Virksomhet " + std::string(organisation)) +
                "\nacts_for = [" + acts_for + "]\n\n";
    }
    return text;
}

/// Released deliveries come again after a second, the least that may be set, so that a round need
/// not wait long for them.
std::string configuration_text() {
    return R"([broker]
data = "data"
directory = "directory"
master_keys = "master-keys"

[[listener]]
address = "127.0.0.1"
port = 0

[listener.tls]
certificate = "pki/server.crt"
key = "pki/server.key"
client_ca = ["pki/ca.crt"]
crl = ["pki/root-ca.crl", "pki/issuing-ca.crl"]

[admin]
socket = "admin.sock"

[delivery]
retry = ["1s"]
jitter_percent = 0
attempts_max = 1000

[limits]
disk_free_percent_min = 0

[log]
level = "warning"

[threads]
io = 2
workers = 1
)";
}

Result<void> make_pki(const std::filesystem::path& certs, const std::filesystem::path& folder) {
    const auto pki = (folder / "pki").string();
    const auto log = folder / "pki.log";
    auto made = run({"/bin/sh", (certs / "make-test-pki.sh").string(), pki}, log);
    std::set<std::string_view> organisations;
    for (const auto& party : parties) {
        organisations.insert(party.organisation);
    }
    for (const auto organisation : organisations) {
        if (made) {
            const std::string number(organisation);
            made = run({"/bin/sh", (certs / "issue.sh").string(), pki, number, number}, log);
        }
    }
    return made;
}

}  // namespace

World::World(World&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), kept_(other.kept_) {}

World::~World() {
    if (folder_.empty()) {
        return;
    }
    if (kept_) {
        std::cerr << "the broker's folder and log are in " << folder_.string() << '\n';
        return;
    }
    std::error_code failed;
    std::filesystem::remove_all(folder_, failed);
    if (failed) {
        std::cerr << "cannot remove " << folder_.string() << ": " << failed.message() << '\n';
    }
}

Result<World> World::make(const std::filesystem::path& source) {
    std::string name = (std::filesystem::temp_directory_path() / "budstikke-crash-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return fail(Errc::io, "cannot make a temporary folder");
    }
    World world{std::filesystem::path(name)};
    const auto& folder = world.folder_;
    if (::mkdir((folder / "data").c_str(), 0700) != 0 ||
        ::mkdir((folder / "directory").c_str(), 0700) != 0) {
        return fail(Errc::io, "cannot make the broker's folders");
    }
    auto made = write(folder / "directory" / "parties.toml", directory_text());
    if (made) {
        made = write(folder / "budstikked.toml", configuration_text());
    }
    if (made) {
        made = write(folder / "master-keys", "first " + std::string(64, '1') + "\n");
    }
    if (made && ::chmod((folder / "master-keys").c_str(), 0600) != 0) {
        made = fail(Errc::io, "cannot protect the master keys");
    }
    if (made) {
        made = make_pki(source / "certs", folder);
    }
    return made ? Result<World>(std::move(world)) : std::unexpected(made.error());
}

client::ClientOptions World::client_options(std::string_view organisation, std::uint16_t port)
    const {
    const std::string name(organisation);
    client::ClientOptions options;
    options.port = port;
    options.ca = folder_ / "pki" / "ca.crt";
    options.certificate = folder_ / "pki" / "clients" / (name + ".crt");
    options.key = folder_ / "pki" / "clients" / (name + ".key");
    options.server_name = "localhost";
    options.software = "budstikke-crash";
    return options;
}

}  // namespace budstikke::crash
