// The seam for a message format. An adapter is pure: bytes in, facts and findings out; no I/O, no
// clock, no state, safe to call from any thread. Adding a format means one folder under adapters/
// and one line in adapters/register.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/message/envelope.hpp"
#include "broker/message/finding.hpp"

namespace budstikke::xml {
class SchemaSet;
}

namespace budstikke {

enum class SchemaVerdict { not_checked, valid, invalid };

struct Decoded {
    Envelope envelope;  ///< as far as it could be read, also where there are errors
    Findings findings;
    bool well_formed = false;
    SchemaVerdict schema = SchemaVerdict::not_checked;
};

/// A party as an AppRec names it (HIS 80415: HCP/Inst, HCP/Inst/Dept).
struct AppRecParty {
    std::string name;  ///< of the communication party, from the directory
    std::string her_id;
    std::string parent_name;  ///< empty where the party is an organisation itself
    std::string parent_her_id;
};

/// What an application receipt says; all texts are plain, the encoder escapes.
struct AppRecDraft {
    std::string version;       ///< `1.0` or `1.1`, Envelope::apprec_version of the original
    std::string id;            ///< MsgId of the receipt
    std::string generated_at;  ///< xs:dateTime
    AppRecParty sender;        ///< who gives the receipt: the recipient of the original
    AppRecParty receiver;      ///< the sender of the original
    ReceiverRole role = ReceiverRole::primary;  ///< which recipient of the original gives it
    AppRecStatus status = AppRecStatus::ok;
    std::vector<std::string> error_codes;  ///< 8221, at least one where rejected
    std::string error_text;                ///< required by X99, else optional
    std::string original_type;
    std::string original_issued_at;
    std::string original_id;
};

class Adapter {
 public:
    virtual ~Adapter() = default;
    /// Unique, lower case: the `format` of the envelopes it makes.
    virtual std::string_view name() const = 0;
    /// 0 (not mine) to 100 (surely mine), from the first bytes; the registry asks with up to 4 KiB.
    virtual int recognise(std::string_view head) const = 0;
    /// One pass over the bytes. With `schemas`, the same pass validates against them.
    virtual Decoded decode(std::string_view bytes, const xml::SchemaSet* schemas) const = 0;
    /// An application receipt in this format; `unavailable` where the format has none.
    virtual Result<std::string> encode(const AppRecDraft& draft) const;
};

}  // namespace budstikke
