#include "tests/crash/world.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <utility>

#include <sys/stat.h>

#include "tests/crash/configuration.hpp"
#include "tests/crash/process.hpp"

namespace budstikke::crash {
namespace {

Result<void> write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return file ? Result<void>() : fail(Errc::io, "cannot write " + path.string());
}

Result<void> make_pki(
    const std::filesystem::path& certs, const std::filesystem::path& folder,
    std::span<const PartyRow> parties, Setting setting
) {
    const auto pki = (folder / "pki").string();
    const auto log = folder / "pki.log";
    auto made = run({"/bin/sh", (certs / "make-test-pki.sh").string(), pki}, log);
    const auto issue = [&](const std::string& name, const std::string& number,
                           const std::string& kind) {
        std::vector<std::string> words{"/bin/sh", (certs / "issue.sh").string(), pki, name, number};
        if (!kind.empty()) {
            words.push_back(kind);
        }
        if (made) {
            made = run(words, log);
        }
    };
    std::set<std::string_view> organisations;
    for (const auto& party : parties) {
        if (!organisations.insert(party.organisation).second) {
            continue;
        }
        const std::string number(party.organisation);
        issue(number, number, {});
        if (setting == Setting::ebxml) {
            issue(signing_name(number), number, "--signing");
            issue(encryption_name(number), number, "--encryption");
        }
    }
    return made;
}

/// A broker does not read outside of its directory's folder.
Result<void> copy_certificates(
    const std::filesystem::path& pki, const std::filesystem::path& directory,
    std::span<const PartyRow> parties
) {
    for (const auto& party : parties) {
        const std::string name = encryption_name(party.organisation) + ".crt";
        std::error_code failed;
        std::filesystem::copy_file(
            pki / "clients" / name, directory / name, std::filesystem::copy_options::skip_existing,
            failed
        );
        if (failed) {
            return fail(Errc::io, "cannot copy " + name + ": " + failed.message());
        }
    }
    return {};
}

Result<void> write_secrets(const std::filesystem::path& folder) {
    const auto keys = folder / "master-keys";
    auto made = write(keys, "first " + std::string(64, '1') + "\n");
    if (made && ::chmod(keys.c_str(), 0600) != 0) {
        made = fail(Errc::io, "cannot protect the master keys");
    }
    return made;
}

}  // namespace

World::World(std::filesystem::path folder, Setting setting)
    : folder_(std::move(folder)), setting_(setting) {
    if (setting_ == Setting::exchange) {
        brokers_ = {folder_};
    } else {
        brokers_ = {folder_ / "a", folder_ / "b"};
    }
}

World::World(World&& other) noexcept
    : folder_(std::exchange(other.folder_, {})),
      setting_(other.setting_),
      brokers_(std::move(other.brokers_)),
      kept_(other.kept_) {}

World::~World() {
    if (folder_.empty()) {
        return;
    }
    if (kept_) {
        std::cerr << "the brokers' folders and logs are in " << folder_.string() << '\n';
        return;
    }
    std::error_code failed;
    std::filesystem::remove_all(folder_, failed);
    if (failed) {
        std::cerr << "cannot remove " << folder_.string() << ": " << failed.message() << '\n';
    }
}

std::span<const PartyRow> World::parties() const {
    if (setting_ == Setting::exchange) {
        return exchange_parties;
    }
    return ebxml_parties;
}

Result<World> World::make(const std::filesystem::path& source, Setting setting) {
    std::string name = (std::filesystem::temp_directory_path() / "budstikke-crash-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return fail(Errc::io, "cannot make a temporary folder");
    }
    World world(std::filesystem::path(name), setting);
    const auto furnished = world.furnish(source / "certs");
    return furnished ? Result<World>(std::move(world)) : std::unexpected(furnished.error());
}

Result<void> World::furnish(const std::filesystem::path& certs) {
    if (auto made = make_pki(certs, folder_, parties(), setting_); !made) {
        return made;
    }
    EbxmlPorts ports;
    if (setting_ == Setting::ebxml) {
        auto found = free_ports(brokers_.size());
        if (!found) {
            return std::unexpected(found.error());
        }
        ports = *std::move(found);
    }
    const auto pki = folder_ / "pki";
    for (std::size_t at = 0; at < brokers_.size(); ++at) {
        const auto& broker = brokers_[at];
        const auto directory = broker / "directory";
        if ((broker != folder_ && ::mkdir(broker.c_str(), 0700) != 0) ||
            ::mkdir((broker / "data").c_str(), 0700) != 0 ||
            ::mkdir(directory.c_str(), 0700) != 0) {
            return fail(Errc::io, "cannot make the broker's folders");
        }
        const auto known = directory_text(parties(), at, ports, pki);
        auto made = known ? write(directory / "parties.toml", *known)
                          : Result<void>(std::unexpected(known.error()));
        if (made) {
            made = write(
                broker / "budstikked.toml", configuration_text(parties(), at, ports, pki.string())
            );
        }
        if (made && !ports.empty()) {
            made = copy_certificates(pki, directory, parties());
        }
        if (made) {
            made = write_secrets(broker);
        }
        if (!made) {
            return made;
        }
    }
    return {};
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
