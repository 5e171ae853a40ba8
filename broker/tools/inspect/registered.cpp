// The face of inspect that knows which adapters there are; everything else takes them as given.
#include <ostream>

#include "adapters/register.hpp"
#include "broker/tools/inspect/inspect.hpp"

namespace budstikke::tools {

int run_inspect(const InspectOptions& options, std::ostream& out, std::ostream& err) {
    AdapterRegistry adapters;
    if (const auto registered = register_adapters(adapters); !registered) {
        err << "inspect: " << registered.error().detail << '\n';
        return inspect_usage;
    }
    return run_inspect(options, adapters, out, err);
}

}  // namespace budstikke::tools
