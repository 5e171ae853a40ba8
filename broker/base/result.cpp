#include "broker/base/result.hpp"

namespace budstikke {

std::string_view name(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "invalid_argument";
        case Errc::malformed:
            return "malformed";
        case Errc::limit_exceeded:
            return "limit_exceeded";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "conflict";
        case Errc::denied:
            return "denied";
        case Errc::unauthenticated:
            return "unauthenticated";
        case Errc::unavailable:
            return "unavailable";
        case Errc::corrupt:
            return "corrupt";
        case Errc::io:
            return "io";
        case Errc::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace budstikke
