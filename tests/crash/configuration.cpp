#include "tests/crash/configuration.hpp"

#include <set>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/crypto/peer_identity.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::crash {
namespace {

constexpr std::uint16_t first_port = 20'000;
constexpr std::uint16_t ports_tried = 12'000;

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

bool is_free(std::uint16_t port) {
    const transport::SocketHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The type that bind() wants; the address is of a sockaddr_in's own kind.
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    return socket && ::bind(socket.get(), generic, sizeof(address)) == 0;
}

Result<std::string> how_to_reach(
    const PartyRow& party, std::uint16_t port, const std::filesystem::path& pki
) {
    const auto signing = pki / "clients" / (signing_name(party.organisation) + ".crt");
    const auto certificate = crypto::read_peer_identity(signing);
    if (!certificate) {
        return std::unexpected(certificate.error());
    }
    return "\nendpoint = \"ebxml\"\nebxml_url = \"https://localhost:" + std::to_string(port) +
           "/ebxml\"\nencryption_certificate = " +
           in_quotes(encryption_name(party.organisation) + ".crt") + "\nsigning_certificates = [" +
           in_quotes(crypto::to_hex(certificate->fingerprint)) + "]\n\n";
}

std::set<std::string_view> organisations_of(std::span<const PartyRow> parties, std::size_t broker) {
    std::set<std::string_view> numbers;
    for (const auto& party : parties) {
        if (party.broker == broker) {
            numbers.insert(party.organisation);
        }
    }
    return numbers;
}

std::string tls_text(const std::string& pki) {
    return "\n[listener.tls]\ncertificate = \"" + pki + "/server.crt\"\nkey = \"" + pki +
           "/server.key\"\nclient_ca = [\"" + pki + "/ca.crt\"]\ncrl = [\"" + pki +
           "/root-ca.crl\", \"" + pki + "/issuing-ca.crl\"]\n";
}

std::string key_pair(const std::string& names, const std::string& pki, const std::string& name) {
    const std::string file = pki + "/clients/" + name;
    return names + "certificate = \"" + file + ".crt\"\n" + names + "key = \"" + file + ".key\"\n";
}

/// So many attempts that none expires, however long its partner is down.
std::string ebxml_text(
    const std::set<std::string_view>& ours, std::uint16_t port, const std::string& pki
) {
    std::string text = "\n[[listener]]\naddress = \"127.0.0.1\"\nport = " + std::to_string(port) +
                       "\nprotocol = \"ebxml\"\n" + tls_text(pki) + "\n[ebxml]\ntrust = [\"" + pki +
                       "/ca.crt\"]\ncrl = [\"" + pki + "/root-ca.crl\", \"" + pki +
                       "/issuing-ca.crl\"]\nretries = 100\nretry_interval = \"1s\"\n";
    for (const auto number : ours) {
        text += "[[ebxml.identity]]\norganisation = " + in_quotes(number) + "\n" +
                key_pair("signing_", pki, signing_name(number)) +
                "[[ebxml.identity.decryption]]\n" + key_pair("", pki, encryption_name(number));
    }
    return text + "[ebxml.https]\nca = \"" + pki + "/ca.crt\"\n" +
           key_pair("", pki, std::string(*ours.begin()));
}

}  // namespace

std::string signing_name(std::string_view organisation) {
    return "sign-" + std::string(organisation);
}

std::string encryption_name(std::string_view organisation) {
    return "crypt-" + std::string(organisation);
}

Result<EbxmlPorts> free_ports(std::size_t count) {
    EbxmlPorts ports;
    const auto from = static_cast<std::uint16_t>(::getpid()) % ports_tried;
    for (std::uint16_t tried = 0; tried < ports_tried && ports.size() < count; ++tried) {
        const auto port = static_cast<std::uint16_t>(first_port + (from + tried) % ports_tried);
        if (is_free(port)) {
            ports.push_back(port);
        }
    }
    return ports.size() == count ? Result<EbxmlPorts>(std::move(ports))
                                 : fail(Errc::unavailable, "there are not enough free ports");
}

Result<std::string> directory_text(
    std::span<const PartyRow> parties, std::size_t broker, const EbxmlPorts& ports,
    const std::filesystem::path& pki
) {
    std::string text;
    std::set<std::string_view> organisations;
    for (const auto& party : parties) {
        organisations.insert(party.organisation);
        text += "[[party]]\nher_id = " + in_quotes(party.her_id) +
                "\norganisation = " + in_quotes(party.organisation) +
                "\nname = " + in_quotes("Part " + std::string(party.her_id)) +
                "\nkind = " + in_quotes(party.kind);
        if (party.broker == broker) {
            text += "\nendpoint = \"exchange\"\n\n";
            continue;
        }
        const auto reached = how_to_reach(party, ports.at(party.broker), pki);
        if (!reached) {
            return reached;
        }
        text += *reached;
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

// Released deliveries come again after a second, the least that may be set, so that a round need
// not wait long for them.
std::string configuration_text(
    std::span<const PartyRow> parties, std::size_t broker, const EbxmlPorts& ports,
    const std::string& pki
) {
    return R"([broker]
data = "data"
directory = "directory"
master_keys = "master-keys"

[[listener]]
address = "127.0.0.1"
port = 0
)" + tls_text(pki) +
           R"(
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
)" +
           (ports.empty() ? std::string{}
                          : ebxml_text(organisations_of(parties, broker), ports.at(broker), pki));
}

}  // namespace budstikke::crash
