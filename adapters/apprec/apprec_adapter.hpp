// The application receipt, AppRec 1.0 and 1.1 (HIS 80415): the versions differ by namespace and by
// the codes of the roles, not by structure. Reads both and writes both.
#pragma once

#include "broker/adapter/adapter.hpp"

namespace budstikke::adapters {

class AppRecAdapter final : public Adapter {
 public:
    std::string_view name() const override { return "apprec"; }
    int recognise(std::string_view head) const override;
    Decoded decode(std::string_view bytes, const xml::SchemaSet* schemas) const override;
    /// `invalid_argument` where the draft lacks what the standard requires: ids, times, a known
    /// version, an error code where rejected, a text where the code is X99.
    Result<std::string> encode(const AppRecDraft& draft) const override;
};

}  // namespace budstikke::adapters
