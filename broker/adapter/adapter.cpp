// What every adapter shares: most formats have no application receipt of their own.
#include "broker/adapter/adapter.hpp"

namespace budstikke {

Result<std::string> Adapter::encode(const AppRecDraft& /*draft*/) const {
    return fail(Errc::unavailable, std::string(name()) + " has no application receipt");
}

}  // namespace budstikke
