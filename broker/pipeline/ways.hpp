// Whether the broker can reach a recipient that no consumer fetches for: asked of the part that
// carries messages to such parties, so that a sender is told at once what that part knows. Promises
// an answer at once, from any thread. May not know which part answers, or how it carries.
#pragma once

#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/directory/directory.hpp"
#include "broker/message/envelope.hpp"

namespace budstikke::pipeline {

struct WayQuestion {
    const directory::Directory& directory;  ///< that the message is routed by
    const HerId& from;
    const HerId& to;           ///< the recipient, or its successor
    const Envelope& envelope;  ///< an AppRec that names no original: is asked of AppRecs at large
    std::string_view content_type;  ///< empty: of a message that is not there yet
    Timestamp now;
};

class Ways {
 public:
    Ways() = default;
    Ways(const Ways&) = delete;
    Ways& operator=(const Ways&) = delete;
    virtual ~Ways() = default;

    /// What stands in the way to a party of the directory; nullptr where nothing is known to do so.
    /// An error: operations or the sender must change something before it can go out. A warning:
    /// it may go out by and by, and waits until then.
    virtual const FindingSpec* obstacle(const WayQuestion& question) const = 0;
};

}  // namespace budstikke::pipeline
