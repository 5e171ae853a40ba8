// Every limit of the broker, in one place: sizes in bytes, counts, depths, times. A limit that a
// stranger can reach has a test one below, at, and one above it (tests/unit and tests/integration).
// Those that an operator may change are defaults here and named in the configuration reference.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace budstikke::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// --- Identifiers -------------------------------------------------------------------------------
inline constexpr std::size_t her_id_digits_max = 10;
inline constexpr std::size_t msg_id_bytes_max = 128;    ///< the sender's MsgId, conversation ids
inline constexpr std::size_t type_code_bytes_max = 64;  ///< message types, versions, actions
inline constexpr std::size_t reason_bytes_max = 500;    ///< reasons that people or programs give

// --- Payloads ----------------------------------------------------------------------------------
inline constexpr std::size_t payload_bytes_max = 35 * mib;  ///< default; configurable downwards
inline constexpr std::size_t chunk_bytes_max = 1 * mib;  ///< stored and sent in pieces of this size
inline constexpr std::size_t bytes_in_flight_max =
    512 * mib;                                    ///< over all connections; then reading stops
inline constexpr std::size_t receivers_max = 64;  ///< primary and copies of one message
inline constexpr std::size_t findings_max = 100;  ///< of one message; the last says "more"

// --- XML ---------------------------------------------------------------------------------------
inline constexpr std::size_t xml_depth_max = 100;
inline constexpr std::size_t xml_attributes_max = 64;   ///< of one element, namespaces included
inline constexpr std::size_t xml_namespaces_max = 256;  ///< declarations in force at one element
inline constexpr std::size_t xml_name_bytes_max = 512;
inline constexpr std::size_t xml_attribute_bytes_max = 64 * kib;
inline constexpr std::size_t fact_bytes_max = 256;  ///< a fact longer than this is a finding
inline constexpr std::size_t attachments_max = 1000;
inline constexpr std::size_t schema_files_max = 1000;  ///< of the operator's pack
inline constexpr std::size_t schema_file_bytes_max = 16 * mib;

inline constexpr std::size_t tree_elements_max = 100'000;    ///< of a document kept as a whole
inline constexpr std::size_t tree_text_bytes_max = 8 * mib;  ///< names, values and text together

// --- ebXML (ebMS 2.0 over mail and HTTP) -------------------------------------------------------
inline constexpr std::size_t mime_bytes_max = 50 * mib;  ///< the package; a payload grows by 4/3
inline constexpr std::size_t mime_parts_max = 64;        ///< leaves and multiparts of one package
inline constexpr std::size_t mime_depth_max = 4;         ///< multiparts inside each other
inline constexpr std::size_t mime_header_bytes_max = 64 * kib;  ///< of the package or of one part
inline constexpr std::size_t mime_header_fields_max = 200;      ///< of the package or of one part
inline constexpr std::size_t soap_bytes_max = 1 * mib;          ///< the SOAP part, decoded
inline constexpr std::size_t ebms_references_max = 64;          ///< of a manifest or of a signature
inline constexpr std::size_t ebms_errors_max = 100;             ///< of an ErrorList that we read
inline constexpr std::size_t ebms_violations_max = 200;  ///< of one message; the rest is left out
inline constexpr std::size_t cpa_bytes_max = 4 * mib;    ///< an agreement or a profile

// --- Exchange protocol -------------------------------------------------------------------------
inline constexpr std::size_t frame_bytes_max =
    chunk_bytes_max + 64 * kib;  ///< announced in Welcome
inline constexpr std::size_t frame_bytes_before_hello_max = 4 * kib;
inline constexpr std::size_t frame_bytes_small_max = 64 * kib;  ///< of a frame without payload
inline constexpr std::size_t software_bytes_max = 100;          ///< what a client calls itself
inline constexpr std::uint32_t submissions_pending_max = 1024;  ///< of one connection, unanswered
inline constexpr std::uint32_t credit_max = 4096;  ///< unsettled deliveries of one subscription
inline constexpr std::uint32_t credit_per_connection_max = 16'384;  ///< over all its subscriptions
inline constexpr std::uint32_t subscriptions_max = 256;             ///< HER-ids of one connection
inline constexpr std::uint32_t queries_pending_max = 64;   ///< queries and checks of one connection
inline constexpr std::uint32_t timeline_events_max = 200;  ///< of one delivery, the newest kept
inline constexpr std::size_t outbound_bytes_max =
    4 * mib;  ///< waiting for a slow reader, per connection
inline constexpr auto handshake_time_max = 10s;
inline constexpr auto hello_time_max = 10s;
inline constexpr auto frame_time_max = 60s;          ///< first to last byte of one frame
inline constexpr auto submission_time_max = 10min;   ///< first to last chunk of one payload
inline constexpr auto idle_time_max = 120s;          ///< without a frame; the client pings
inline constexpr auto write_time_max = 60s;          ///< without progress to a slow reader
inline constexpr auto closing_time_max = 5s;         ///< for the last frames to leave
inline constexpr std::uint32_t feed_rows_max = 256;  ///< status events read at a time

// --- Connections -------------------------------------------------------------------------------
inline constexpr std::uint32_t connections_max = 10'000;
inline constexpr std::uint32_t connections_per_address_max = 2'500;
inline constexpr std::uint32_t connections_per_organisation_max = 2'500;
inline constexpr std::uint32_t handshakes_pending_max = 512;
inline constexpr std::uint32_t handshakes_pending_per_address_max = handshakes_pending_max / 8;
inline constexpr std::uint32_t certificate_chain_depth_max = 4;
inline constexpr std::uint32_t certificate_chain_depth_configurable_max = 10;
inline constexpr std::size_t certificate_bytes_max =
    64 * kib;  ///< the whole chain a client may send
inline constexpr std::size_t tls_step_bytes_max =
    64 * kib;  ///< read of one socket before others have their turn
inline constexpr auto tls_session_time_max = std::chrono::hours(1);  ///< a ticket resumes no longer
inline constexpr std::size_t certificate_file_bytes_max = 4 * mib;   ///< certificates or CAs, PEM
inline constexpr std::size_t key_file_bytes_max = 64 * kib;
inline constexpr std::size_t crl_file_bytes_max = 64 * mib;

// --- Signatures and encryption of ebXML messages -----------------------------------------------
inline constexpr unsigned rsa_bits_min = 2048;  ///< of keys that sign or that we encrypt for
inline constexpr unsigned rsa_bits_max = 8192;  ///< a larger one only costs us time
inline constexpr std::size_t party_certificate_bytes_max = 16 * kib;  ///< DER, one certificate
inline constexpr std::size_t certificates_cached_max = 4096;          ///< of those that sign
inline constexpr std::size_t signed_envelope_elements_max = 2000;
inline constexpr std::size_t signed_envelope_namespaces_max = 64;  ///< in force at one element
inline constexpr std::size_t actor_elements_max = 16;  ///< headers for the next MSH, never signed
inline constexpr std::size_t cms_bytes_max = payload_bytes_max;  ///< one encrypted payload
inline constexpr std::size_t cms_recipients_max = 64;
inline constexpr std::size_t cms_depth_max = 24;          ///< nested ASN.1 values
inline constexpr std::size_t cms_elements_max = 100'000;  ///< ASN.1 values, pieces of content too
inline constexpr std::size_t own_keys_max = 64;  ///< decryption keys: current ones and old ones
inline constexpr std::size_t mime_header_bytes_inside_max = 8 * kib;  ///< inside a CMS

// --- Store and delivery ------------------------------------------------------------------------
inline constexpr std::size_t commit_operations_max = 1024;  ///< merged into one synced write
inline constexpr std::size_t commit_bytes_max = 8 * mib;
inline constexpr std::size_t operations_waiting_max = 65'536;    ///< in front of the commit loop
inline constexpr std::uint32_t open_deliveries_max = 8'000'000;  ///< then new messages are refused
inline constexpr std::uint32_t attempts_max = 50;                ///< default: then a dead letter
inline constexpr auto time_to_live_default = std::chrono::hours(24 * 14);
inline constexpr auto time_to_live_max = std::chrono::hours(24 * 90);
inline constexpr auto apprec_deadline_default = std::chrono::hours(96);  ///< HITS 1168
inline constexpr auto duplicate_memory_default = std::chrono::hours(24 * 90);
inline constexpr auto payload_retention_default = std::chrono::hours(24 * 30);
inline constexpr auto event_retention_default = std::chrono::hours(24 * 365);
inline constexpr double disk_free_ratio_min = 0.05;  ///< below it new messages are refused

// --- Directory and configuration ---------------------------------------------------------------
inline constexpr std::size_t config_file_bytes_max = 4 * mib;
inline constexpr std::size_t toml_depth_max = 16;   ///< nested values, and dotted parts of a key
inline constexpr std::size_t name_bytes_max = 200;  ///< of a party, an organisation, a user
inline constexpr std::size_t parties_max = 100'000;
inline constexpr std::uint32_t redirects_max = 4;  ///< followed from one HER-id

// --- Master keys -------------------------------------------------------------------------------
inline constexpr std::size_t master_keys_max = 64;  ///< in the file: the current one and old ones
inline constexpr std::size_t key_id_bytes_max = 64;

// --- Admin -------------------------------------------------------------------------------------
inline constexpr std::size_t admin_line_bytes_max = 4 * kib;
inline constexpr std::uint32_t admin_sessions_max = 16;
inline constexpr std::uint32_t listing_rows_max = 1000;
inline constexpr std::size_t admin_scan_rows_max = 1'000'000;  ///< rows that one command counts
inline constexpr auto admin_idle_time_max = 60s;
inline constexpr auto drain_time_max = 10s;  ///< for peers to finish when we stop

}  // namespace budstikke::limits
