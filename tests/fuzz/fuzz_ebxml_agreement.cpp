// Any bytes as an agreement or a profile. Beyond the absence of a crash: what it says of every pair
// of its parties and every message has one answer, with retries and times that can be used.
#include <cstdint>
#include <string_view>

#include <openssl/crypto.h>

#include "broker/transport/ebxml/agreement/register.hpp"
#include "broker/transport/ebxml/agreement/terms.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke;

constexpr std::size_t roles_tried_max = 20;

using budstikke::fuzz::must;

void check_terms(const ebxml::Agreement& agreement, std::string_view from, std::string_view to) {
    for (const auto& party : agreement.parties) {
        for (std::size_t i = 0; i < party.roles.size() && i < roles_tried_max; ++i) {
            for (const auto& action : party.roles[i].actions) {
                const ebxml::ServiceAction what{
                    .service = party.roles[i].service,
                    .action = action.action,
                    .from_role = party.roles[i].role,
                    .to_role = party.roles[i].role,
                };
                const auto terms = ebxml::terms_of(agreement, from, to, what, Timestamp{});
                must(terms ? terms->retry_interval.count() >= 0 : !name(terms.error()).empty());
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    // The settings of OpenSSL are read once by each process, as with the broker's first TLS
    // context.
    must(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr) == 1);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto minutes = ebxml::parse_iso_duration(bytes)) {
        must(minutes->count() >= 0 && minutes->count() <= 3660 * 24 * 60);
    }
    const auto agreement = ebxml::read_agreement(bytes);
    if (!agreement) {
        return 0;
    }
    const auto known = ebxml::make_register(directory::Directory{}, std::span(&*agreement, 1));
    must(known.agreements.size() <= 1);
    if (known.parties.size() >= 2) {
        check_terms(*agreement, known.parties.begin()->first, known.parties.rbegin()->first);
    }
    return 0;
}
