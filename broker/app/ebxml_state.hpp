// What a reload can replace of the ebXML message service: whom to believe, our keys, the address
// register with its agreements. Reads what `[ebxml]` names; may not know the running service.
#pragma once

#include <memory>
#include <vector>

#include "broker/app/config.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/revocation.hpp"
#include "broker/directory/directory.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"

namespace budstikke::app {

struct EbxmlState {
    std::shared_ptr<const ebxml::Surroundings> surroundings;
    /// For alarms and the status: our own certificates in use, and the lists.
    std::vector<crypto::PeerIdentity> certificates;
    std::vector<crypto::RevocationListFacts> lists;
};

/// `config` has `[ebxml]`. Errors name the file where they are about one.
Result<EbxmlState> load_ebxml(
    const Config& config, std::shared_ptr<const directory::Directory> directory, Timestamp now
);

}  // namespace budstikke::app
