#include "broker/transport/ebxml/service/signals.hpp"

#include <utility>
#include <vector>

#include "broker/base/ids.hpp"

namespace budstikke::ebxml {
namespace {

OutgoingHeader header_of(const SignalMaker& maker, const Envelope& received, Kind kind) {
    auto header = signal_header(received, kind);
    header.message_id = MessageId::make(maker.now, maker.random).text();
    header.timestamp = maker.now;
    header.description = maker.description;
    header.test = maker.test;
    return header;
}

Result<Package> signed_package(const SignalMaker& maker, const EnvelopeText& text) {
    const auto signature = maker.signer.sign(text.before, text.after, {});
    if (!signature) {
        return std::unexpected(signature.error());
    }
    return package_signal(text.with(*signature));
}

}  // namespace

Result<Package> SignalMaker::acknowledgment(
    const Envelope& received, std::span<const crypto::xmldsig::Reference> references
) const {
    std::vector<std::string> copies;
    copies.reserve(references.size());
    for (const auto& reference : references) {
        copies.push_back(reference.xml);
    }
    return signed_package(
        *this, write_acknowledgment(
                   header_of(*this, received, Kind::acknowledgment), received.message_id, copies
               )
    );
}

Result<Package> SignalMaker::error(const Envelope& received, std::span<const EbxmlError> errors)
    const {
    return signed_package(*this, write_error(header_of(*this, received, Kind::error), errors));
}

Package fault(FaultCode code, std::string_view text, bool test) {
    return package_signal(write_fault(code, text, test));
}

}  // namespace budstikke::ebxml
