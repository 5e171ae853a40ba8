// The catalogue as a table, in the order of the documentation; the rows themselves are in
// finding_rows_content.cpp and finding_rows_way.cpp.
#include "broker/message/finding_catalogue.hpp"

#include <algorithm>
#include <array>

namespace budstikke {
namespace {

constexpr std::array<const FindingSpec*, 59> catalogue{
    &finding::xml_not_well_formed,
    &finding::xml_doctype,
    &finding::xml_limit,
    &finding::xml_encoding,
    &finding::payload_too_large,
    &finding::payload_empty,
    &finding::content_type_unsupported,
    &finding::format_unknown,
    &finding::standard_unknown,
    &finding::type_unknown,
    &finding::type_mismatch,
    &finding::schema_invalid,
    &finding::schema_missing,
    &finding::field_missing,
    &finding::field_too_long,
    &finding::ambiguous,
    &finding::message_id_missing,
    &finding::message_id_not_uuid,
    &finding::apprec_id_not_uuid,
    &finding::generated_at_invalid,
    &finding::sender_her_missing,
    &finding::sender_her_not_digits,
    &finding::receiver_missing,
    &finding::receiver_her_missing,
    &finding::receiver_her_not_digits,
    &finding::address_unroutable,
    &finding::copy_her_missing,
    &finding::receivers_too_many,
    &finding::attachments_too_many,
    &finding::receiver_duplicate,
    &finding::patient_insufficient,
    &finding::apprec_original_missing,
    &finding::apprec_status_unknown,
    &finding::more_findings,
    &finding::sender_not_allowed,
    &finding::sender_unknown,
    &finding::sender_not_valid_now,
    &finding::sender_held,
    &finding::declared_mismatch,
    &finding::declared_missing,
    &finding::recipient_not_named,
    &finding::expiry_invalid,
    &finding::identity_conflict,
    &finding::recipient_unknown,
    &finding::recipient_not_valid_now,
    &finding::recipient_held,
    &finding::recipient_redirect_loop,
    &finding::recipient_refuses_type,
    &finding::recipient_refuses_version,
    &finding::recipient_refuses_format,
    &finding::recipient_unreachable,
    &finding::recipient_no_service,
    &finding::recipient_not_agreed,
    &finding::recipient_no_certificate,
    &finding::recipient_certificate_not_trusted,
    &finding::recipient_no_way,
    &finding::recipient_way_not_open,
    &finding::broker_full,
    &finding::broker_draining,
};

}  // namespace

std::span<const FindingSpec* const> finding_catalogue() {
    return catalogue;
}

const FindingSpec* find_finding(std::string_view code) {
    const auto* const row =
        std::ranges::find(catalogue, code, [](const FindingSpec* spec) { return spec->code; });
    return row == catalogue.end() ? nullptr : *row;
}

}  // namespace budstikke
