// A new format is a folder beside this file and one line in the list below.
#include "adapters/register.hpp"

#include <memory>

#include "adapters/apprec/apprec_adapter.hpp"
#include "adapters/hcp/hcp_adapter.hpp"
#include "adapters/msghead/msghead_adapter.hpp"

namespace budstikke {

Result<void> register_adapters(AdapterRegistry& registry) {
    std::vector<std::unique_ptr<Adapter>> all;
    all.push_back(std::make_unique<adapters::MsgHeadAdapter>());
    all.push_back(std::make_unique<adapters::HcpAdapter>());
    all.push_back(std::make_unique<adapters::AppRecAdapter>());
    for (auto& adapter : all) {
        if (auto added = registry.add(std::move(adapter)); !added) {
            return added;
        }
    }
    return {};
}

}  // namespace budstikke
