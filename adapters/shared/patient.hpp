// Whether a patient can be told from others (HIS 80415, code E36): a name with an official number,
// or a name with date of birth and sex. Remembers that data were there, never the data.
#pragma once

#include <string_view>

#include "broker/message/envelope.hpp"

namespace budstikke::adapters {

class PatientFacts {
 public:
    void mentioned() { mentioned_ = true; }
    void name() { name_ = true; }
    void birth() { birth_ = true; }
    /// Codesystem 3101; unknown (0) and not specified (9) tell nobody apart.
    void sex(std::string_view code) { sex_ = code != "0" && code != "9"; }
    /// An identifier and its type of codesystem 8116. Only FNR, DNR and FHN count, with 11 digits;
    /// the control digits are not checked, since new series will not keep them.
    void identifier(std::string_view type, std::string_view id);

    bool is_mentioned() const { return mentioned_; }
    PatientIdentity judge() const;

 private:
    bool mentioned_ = false;
    bool name_ = false;
    bool birth_ = false;
    bool sex_ = false;
    bool number_ = false;
};

}  // namespace budstikke::adapters
