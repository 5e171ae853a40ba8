// The names of carrier.hpp.
#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

std::string_view name(CarrierFault fault) {
    switch (fault) {
        case CarrierFault::unreachable:
            return "unreachable";
        case CarrierFault::untrusted:
            return "untrusted";
        case CarrierFault::refused_for_now:
            return "refused_for_now";
        case CarrierFault::refused:
            return "refused";
        case CarrierFault::too_large:
            return "too_large";
        case CarrierFault::not_supported:
            return "not_supported";
        case CarrierFault::interrupted:
            return "interrupted";
    }
    return "unreachable";
}

}  // namespace budstikke::ebxml
