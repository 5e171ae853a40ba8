// The admin line as a stranger may send it: whatever the tokenizer accepts survives quoting, and
// the parser either refuses without quoting the line or gives a command that fits its row of the
// table.
#include <cstdint>
#include <string_view>

#include "broker/admin/parse.hpp"
#include "broker/admin/tokenizer.hpp"
#include "broker/base/limits.hpp"
#include "tests/fuzz/must.hpp"

namespace {

namespace admin = budstikke::admin;
namespace limits = budstikke::limits;

using budstikke::fuzz::must;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const auto words = admin::tokenize(line);
    if (!words) return 0;
    const std::string quoted = admin::quote(*words);
    if (quoted.size() <= limits::admin_line_bytes_max) {
        const auto again = admin::tokenize(quoted);
        must(again.has_value() && *again == *words);
    }
    const auto invocation = admin::parse(*words);
    if (!invocation) {
        must(!invocation.error().detail.empty());
        return 0;
    }
    const admin::CommandSpec& spec = *invocation->spec;
    must(invocation->arguments.size() >= spec.arguments_min);
    must(invocation->arguments.size() <= spec.arguments_max);
    must(invocation->reason.size() <= limits::reason_bytes_max);
    must(!spec.changing || invocation->dry_run || !invocation->reason.empty());
    must(spec.changing || (!invocation->dry_run && invocation->reason.empty()));
    return 0;
}
