// The counting of admission.hpp.
#include "broker/transport/admission.hpp"

namespace budstikke::transport {

std::string_view event_id(AdmissionRefusal refusal) {
    switch (refusal) {
        case AdmissionRefusal::connections:
            return "connection_refused_total";
        case AdmissionRefusal::address:
            return "connection_refused_address";
        case AdmissionRefusal::handshakes:
            return "connection_refused_handshakes";
        case AdmissionRefusal::address_handshakes:
            return "connection_refused_address_handshakes";
        case AdmissionRefusal::organisation:
            return "session_refused_organisation_connections";
    }
    return "connection_refused_total";
}

Admission::Seat::Seat(Seat&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)),
      address_(std::move(other.address_)),
      organisation_(std::move(other.organisation_)),
      in_handshake_(other.in_handshake_) {}

Admission::Seat::~Seat() {
    if (admission_ == nullptr) {
        return;
    }
    const std::lock_guard lock(admission_->mutex_);
    --admission_->connections_;
    admission_->end_handshake(*this);
    decrease(admission_->by_address_, address_);
    if (!organisation_.empty()) {
        decrease(admission_->by_organisation_, organisation_);
    }
}

void Admission::Seat::handshake_done() {
    const std::lock_guard lock(admission_->mutex_);
    admission_->end_handshake(*this);
}

bool Admission::Seat::join(std::string organisation) {
    const std::lock_guard lock(admission_->mutex_);
    std::uint32_t& count = admission_->by_organisation_[organisation];
    if (count >= admission_->limits_.connections_per_organisation_max) {
        return false;
    }
    ++count;
    organisation_ = std::move(organisation);
    return true;
}

std::expected<Admission::Seat, AdmissionRefusal> Admission::admit(std::string address) {
    const std::lock_guard lock(mutex_);
    if (connections_ >= limits_.connections_max) {
        return std::unexpected(AdmissionRefusal::connections);
    }
    if (handshakes_ >= limits_.handshakes_pending_max) {
        return std::unexpected(AdmissionRefusal::handshakes);
    }
    if (count_of(by_address_, address) >= limits_.connections_per_address_max) {
        return std::unexpected(AdmissionRefusal::address);
    }
    if (count_of(handshakes_by_address_, address) >= limits_.handshakes_pending_per_address_max) {
        return std::unexpected(AdmissionRefusal::address_handshakes);
    }
    ++by_address_[address];
    ++handshakes_by_address_[address];
    ++connections_;
    ++handshakes_;
    return Seat(*this, std::move(address));
}

std::uint32_t Admission::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

std::uint32_t Admission::count_of(const Counts& counts, const std::string& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
}

void Admission::end_handshake(Seat& seat) {
    if (std::exchange(seat.in_handshake_, false)) {
        --handshakes_;
        decrease(handshakes_by_address_, seat.address_);
    }
}

void Admission::decrease(Counts& counts, const std::string& key) {
    const auto found = counts.find(key);
    if (found != counts.end() && --found->second == 0) {
        counts.erase(found);
    }
}

}  // namespace budstikke::transport
