// Every limit of the broker, in one place: sizes in bytes, counts, depths, times. The comment above
// each says what it bounds, what happens beyond it, and under which key of the configuration it may
// be set; deploy/doc/limits.md is made of these comments (tests/lint/limits.py). A limit that a
// stranger can reach has a test one below, at, and one above it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace budstikke::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// --- Identifiers -------------------------------------------------------------------------------
/// Digits of a HER-id. Beyond: it is none; a message is refused, a configuration has a fault.
inline constexpr std::size_t her_id_digits_max = 10;
/// The sender's MsgId, and the ids of conversations. Beyond: `envelope.field_too_long`.
inline constexpr std::size_t msg_id_bytes_max = 128;
/// Message types, versions, actions. Beyond: `envelope.field_too_long`.
inline constexpr std::size_t type_code_bytes_max = 64;
/// Reasons that people or programs give. Beyond: the command, settlement or withdrawal is refused.
inline constexpr std::size_t reason_bytes_max = 500;
/// The code that comes with a rejection. Beyond: the settlement is refused.
inline constexpr std::size_t reason_code_bytes_max = 16;

// --- Payloads ----------------------------------------------------------------------------------
/// One payload. Beyond: `payload.too_large`. Key: `limits.payload_bytes_max`, downwards.
inline constexpr std::size_t payload_bytes_max = 35 * mib;
/// The pieces that payloads are stored and sent in. Beyond: the session ends.
inline constexpr std::size_t chunk_bytes_max = 1 * mib;
/// Payloads between socket and disk, over all connections. Beyond: reading stops until there is
/// room. Key: `delivery.bytes_in_flight_max`.
inline constexpr std::size_t bytes_in_flight_max = 512 * mib;
/// What `delivery.bytes_in_flight_max` may be set to. Beyond: a fault of the configuration.
inline constexpr std::uint64_t bytes_in_flight_configurable_max = 1024ULL * 1024 * mib;
/// A payload that finds room in the part of the bytes in flight that is kept for such. Beyond: it
/// shares the room of the large ones.
inline constexpr std::size_t flight_small_bytes_max = 64 * kib;
/// Small payloads in flight of an organisation that sends most of them while others send some, so
/// that these find processors and commits that are not full of its work. Beyond: it waits for room.
inline constexpr std::size_t flight_beside_others_bytes_max = 128 * kib;
/// What a submission counts at least, so that the bytes in flight bound their number too. Below: it
/// counts as this much.
inline constexpr std::size_t submission_bytes_min = 8 * kib;
/// A payload that is decoded or opened on its connection's thread. Beyond: a worker does it.
inline constexpr std::size_t in_place_bytes_max = 64 * kib;
/// The same where the schemas may apply. Beyond: a worker does it.
inline constexpr std::size_t schema_in_place_bytes_max = 16 * kib;
/// Payloads in memory from their acceptance to a delivery in the same write, over all connections,
/// of `in_place_bytes_max` each at most. Beyond: they are read from the store.
inline constexpr std::size_t carried_bytes_max = 32 * mib;
/// Recipients of one message, copies included, and those that a submission or a withdrawal names.
/// Beyond: `envelope.receivers_too_many`; a withdrawal is refused.
inline constexpr std::size_t receivers_max = 64;
/// Findings in the XML of one message. Beyond: `message.more_findings`, as the last of them.
inline constexpr std::size_t findings_max = 100;
/// Attachments of one message. Beyond: `envelope.attachments_too_many`.
inline constexpr std::size_t attachments_max = 1000;

// --- XML ---------------------------------------------------------------------------------------
/// Elements inside each other. Beyond: `xml.limit`.
inline constexpr std::size_t xml_depth_max = 100;
/// Attributes of one element, declarations of namespaces included. Beyond: `xml.limit`.
inline constexpr std::size_t xml_attributes_max = 64;
/// Declarations of namespaces in force at one element. Beyond: `xml.limit`.
inline constexpr std::size_t xml_namespaces_max = 256;
/// The name of an element or attribute. Beyond: `xml.limit`.
inline constexpr std::size_t xml_name_bytes_max = 512;
/// The value of one attribute. Beyond: `xml.limit`.
inline constexpr std::size_t xml_attribute_bytes_max = 64 * kib;
/// How far the XML declaration is looked through for the encoding. Beyond: it counts as absent.
inline constexpr std::size_t xml_declaration_bytes_max = 1 * kib;
/// A document that the parser reads where it lies. Beyond: it is given to it in pieces.
inline constexpr std::size_t xml_in_place_bytes_max = 64 * kib;
/// Names of documents that a thread keeps for the next one. Beyond: they are made anew.
inline constexpr std::size_t xml_names_kept_max = 4096;
/// The room that they take. Beyond: they are made anew.
inline constexpr std::size_t xml_names_kept_bytes_max = 256 * kib;
/// The head of a message that its format is recognised by. Beyond: its root element is looked for.
inline constexpr std::size_t format_head_bytes_max = 4 * kib;
/// A fact that the broker keeps of a message. Beyond: `envelope.field_too_long`.
inline constexpr std::size_t fact_bytes_max = 256;
/// The path in a finding. Beyond: it is cut.
inline constexpr std::size_t finding_path_bytes_max = 400;
/// One name in that path. Beyond: it is cut.
inline constexpr std::size_t finding_path_name_bytes_max = 64;
/// Schemas in the operator's pack. Beyond: the pack is refused.
inline constexpr std::size_t schema_files_max = 1000;
/// One schema; libxml2 itself takes ten million bytes. Beyond: the pack is refused.
inline constexpr std::size_t schema_file_bytes_max = 8 * mib;
/// Validators of one schema that are kept for the next message. Beyond: they are made anew.
inline constexpr std::size_t validators_kept_max = 32;
/// Elements of a document that is kept as a whole. Beyond: it is refused.
inline constexpr std::size_t tree_elements_max = 100'000;
/// Names, values and text of such a document together. Beyond: it is refused.
inline constexpr std::size_t tree_text_bytes_max = 8 * mib;

// --- ebXML (ebMS 2.0 over mail and HTTP) -------------------------------------------------------
/// The package; a payload grows by a third in it. Beyond: it is refused.
inline constexpr std::size_t mime_bytes_max = 50 * mib;
/// Leaves and multiparts of one package. Beyond: it is refused.
inline constexpr std::size_t mime_parts_max = 64;
/// Multiparts inside each other. Beyond: the package is refused.
inline constexpr std::size_t mime_depth_max = 4;
/// The header of the package or of one part. Beyond: the package is refused.
inline constexpr std::size_t mime_header_bytes_max = 64 * kib;
/// Fields of that header. Beyond: the package is refused.
inline constexpr std::size_t mime_header_fields_max = 200;
/// The SOAP part, decoded. Beyond: the message is refused.
inline constexpr std::size_t soap_bytes_max = 1 * mib;
/// The head of a part that its root element is looked for in. Beyond: it is no SOAP part.
inline constexpr std::size_t soap_head_bytes_max = 8 * kib;
/// References of a manifest or of a signature. Beyond: left out.
inline constexpr std::size_t ebms_references_max = 64;
/// Errors of an ErrorList that we read. Beyond: left out.
inline constexpr std::size_t ebms_errors_max = 100;
/// Broken rules that are reported of one message. Beyond: left out.
inline constexpr std::size_t ebms_violations_max = 200;
/// An agreement or a profile (CPA, CPP). Beyond: it is refused.
inline constexpr std::size_t cpa_bytes_max = 4 * mib;
/// How old what was read of agreements may be. Beyond: they are read again (HISD 1177: 12 hours).
inline constexpr std::chrono::hours ebxml_agreements_age_max = 12h;
/// Attempts after the first one where no agreement says. Beyond: the delivery expires (HIS 1037
/// 5.2). Key: `ebxml.retries`.
inline constexpr std::uint32_t ebxml_retries_default = 5;
/// What an agreement or `ebxml.retries` may ask for. Beyond: this many are made.
inline constexpr std::uint32_t ebxml_retries_max = 100;
/// Time between two attempts where no agreement says. Beyond: the next one is made. Key:
/// `ebxml.retry_interval`.
inline constexpr std::chrono::seconds ebxml_retry_interval_default = 12h;
/// What an agreement or `ebxml.retry_interval` may ask for. Below: it counts as this much.
inline constexpr std::chrono::seconds ebxml_retry_interval_min = 1s;
/// Deliveries that one partner has not acknowledged. Beyond: more of them wait in their queue.
inline constexpr std::uint32_t ebxml_unacknowledged_max = 256;
/// Signals that wait to be sent. Beyond: one is left out, and goes when its message is sent again.
inline constexpr std::size_t ebxml_signals_waiting_max = 10000;
/// A mail address that a Fault may go to (RFC 5321 4.5.3.1.3). Beyond: none goes.
inline constexpr std::size_t mail_address_bytes_max = 254;
/// How long a message that came is remembered with its signal. Beyond: the broker's own memory of
/// duplicates stands alone.
inline constexpr std::chrono::hours ebxml_inbound_memory = 24h * 30;
/// One attempt, from the connection to the answer. Beyond: it failed.
inline constexpr std::chrono::seconds ebxml_exchange_time_max = 60s;
/// Headers of an HTTP request. Beyond: 431.
inline constexpr std::size_t https_header_bytes_max = 16 * kib;
/// Requests of ebXML that wait for a worker, over all listeners. Beyond: 503.
inline constexpr std::size_t https_requests_waiting_max = 64;
/// How long a connection may say nothing between two requests. Beyond: it is closed.
inline constexpr std::chrono::seconds https_idle_time_max = 60s;
/// How long the headers of a request may take. Beyond: the connection is closed.
inline constexpr std::chrono::seconds https_header_time_max = 20s;
/// How long the body of a request may take. Beyond: the connection is closed.
inline constexpr std::chrono::minutes https_body_time_max = 5min;
/// A command line of LMTP (RFC 5321 4.5.3.1.4). Beyond: 500.
inline constexpr std::size_t lmtp_line_bytes_max = 512;
/// Recipients of one mail by LMTP. Beyond: 452.
inline constexpr std::size_t lmtp_recipients_max = 100;
/// Connections by LMTP at once. Beyond: 421.
inline constexpr std::uint32_t lmtp_connections_max = 64;
/// How long an LMTP client may say nothing. Beyond: the connection is closed (RFC 5321 4.5.3.2.7).
inline constexpr std::chrono::minutes lmtp_idle_time_max = 5min;
/// Mails that one look into a mailbox takes. Beyond: the next look takes them.
inline constexpr std::size_t mailbox_messages_max = 100;
/// Time between two looks into a mailbox. Beyond: the next one is made. Key:
/// `ebxml.mailbox.interval`.
inline constexpr std::chrono::seconds mailbox_interval_default = 30s;

// --- Exchange protocol -------------------------------------------------------------------------
/// One frame; announced in Welcome. Beyond: the session ends.
inline constexpr std::size_t frame_bytes_max = chunk_bytes_max + 64 * kib;
/// One frame before Hello was taken. Beyond: the session ends.
inline constexpr std::size_t frame_bytes_before_hello_max = 4 * kib;
/// A frame without a payload. Beyond: the session ends.
inline constexpr std::size_t frame_bytes_small_max = 64 * kib;
/// What a client calls itself. Beyond: the session ends.
inline constexpr std::size_t software_bytes_max = 100;
/// Submissions of one connection that have no answer yet. Beyond: reading stops until they have.
inline constexpr std::uint32_t submissions_pending_max = 1024;
/// Deliveries of one subscription that are not settled. Beyond: the credit is refused.
inline constexpr std::uint32_t credit_max = 4096;
/// Deliveries of one connection that are not settled, and its settlements that have no answer yet.
/// Beyond: the credit is refused; reading stops.
inline constexpr std::uint32_t credit_per_connection_max = 16'384;
/// HER-ids that one connection subscribes to; the same for those it follows. Beyond: refused.
inline constexpr std::uint32_t subscriptions_max = 256;
/// Queries and withdrawals of one connection that have no answer yet. A check is answered before
/// anything else is read. Beyond: reading stops.
inline constexpr std::uint32_t queries_pending_max = 64;
/// Statuses of one connection that are read at a time, and pages of its feeds. Beyond: they wait.
inline constexpr std::uint32_t status_reads_max = 2;
/// Status events that are read at a time. Beyond: the next page has them.
inline constexpr std::uint32_t feed_rows_max = 256;
/// Bytes that wait for a slow reader, of one connection. Beyond: reading and deliveries stop.
inline constexpr std::size_t outbound_bytes_max = 4 * mib;
/// The same of all connections. Beyond: each is full at `outbound_bytes_scarce_max`.
inline constexpr std::size_t outbound_bytes_total_max = 64 * mib;
/// The same of all connections of one organisation. Beyond: each of them is full at
/// `outbound_bytes_scarce_max`, and larger deliveries and pages of feeds wait.
inline constexpr std::size_t outbound_bytes_per_organisation_max = outbound_bytes_total_max / 2;
/// The same of one connection, while that of all or of its organisation is beyond its limit.
/// Beyond: reading and deliveries stop.
inline constexpr std::size_t outbound_bytes_scarce_max = 16 * kib;
/// A buffer that is kept after a write. Beyond: its memory is given back.
inline constexpr std::size_t write_buffer_kept_bytes_max = 256 * kib;
/// A buffer that is kept for the rest of a frame. Beyond: its memory is given back.
inline constexpr std::size_t read_buffer_kept_bytes_max = 4 * kib;
/// Room that is made at once for a frame that has begun. Beyond: it grows with what comes.
inline constexpr std::size_t read_buffer_reserved_bytes_max = 16 * kib;
/// Room for calls to a session that is kept. Beyond: its memory is given back.
inline constexpr std::size_t tasks_kept_max = 64;
/// From the connection to the end of the TLS handshake. Beyond: the connection is closed.
inline constexpr auto handshake_time_max = 10s;
/// From the handshake to Hello. Beyond: the session ends.
inline constexpr auto hello_time_max = 10s;
/// From the first to the last byte of one frame. Beyond: the session ends.
inline constexpr auto frame_time_max = 60s;
/// From the first to the last chunk of one payload. Beyond: the session ends.
inline constexpr auto submission_time_max = 5min;
/// How far a payload may be behind the rate below. Beyond: the session ends.
inline constexpr auto upload_grace = 30s;
/// What comes of one payload in a second. Below: the session ends, after the grace.
inline constexpr std::size_t upload_bytes_per_second_min = 64 * kib;
/// Without a frame; the client pings. Beyond: the session ends.
inline constexpr auto idle_time_max = 120s;
/// Without progress to a slow reader. Beyond: the connection is closed.
inline constexpr auto write_time_max = 60s;
/// For the last frames to leave. Beyond: the connection is closed.
inline constexpr auto closing_time_max = 5s;

// --- Connections -------------------------------------------------------------------------------
/// Open connections of one listener. Beyond: closed at once. Key: `limits.connections_max`,
/// downwards.
inline constexpr std::uint32_t connections_max = 10'000;
/// Open connections of one network address. Beyond: closed at once. Key:
/// `limits.connections_per_address_max`.
inline constexpr std::uint32_t connections_per_address_max = 2'500;
/// Open connections of one organisation. Beyond: the session ends. Key:
/// `limits.connections_per_organisation_max`.
inline constexpr std::uint32_t connections_per_organisation_max = 2'500;
/// Connections that the kernel keeps for us to accept. Beyond: the kernel lets them wait.
inline constexpr int connections_backlog_max = 1024;
/// From one line in the log about connections of an address that were accepted, or refused for one
/// reason, to the next. Below: they are counted, and the next line says how many.
inline constexpr auto refusal_log_time_min = 10s;
/// Addresses and reasons that have such lines of their own at a time. Beyond: the line of a reason
/// stands for all other addresses.
inline constexpr std::size_t refusal_log_addresses_max = 256;
/// TLS handshakes under way. Beyond: closed at once.
inline constexpr std::uint32_t handshakes_pending_max = 512;
/// TLS handshakes of one network address. Beyond: closed at once.
inline constexpr std::uint32_t handshakes_pending_per_address_max = handshakes_pending_max / 8;
/// TLS handshakes that one network address begins in a second, over time. Beyond: they wait for
/// their turn. Key: `limits.handshakes_per_second_per_address`.
inline constexpr std::uint32_t handshakes_per_second_per_address = 200;
/// What that key may be set to at least, so that whoever waits still comes in within
/// `handshake_time_max`. Below: a fault of the configuration.
inline constexpr std::uint32_t handshakes_per_second_min = 10;
/// What that key may be set to. Beyond: a fault of the configuration.
inline constexpr std::uint32_t handshakes_per_second_max = 100'000;
/// The time whose handshakes an address has saved up when it comes after a pause. Beyond: what it
/// did not use is lost.
inline constexpr auto handshakes_saved_time_max = 2s;
/// Addresses whose last handshakes are remembered. Beyond: those that have saved up all they may
/// are forgotten, which changes nothing for them.
inline constexpr std::size_t handshake_addresses_kept_max = 4096;
/// What a session may read and handle in a row, to the end of the frame. Beyond: the others of its
/// thread have their turn first, and of them each organisation's as much.
inline constexpr auto session_turn_time_max = 250us;
/// Certificates from a client's own up to the CA that is trusted. Beyond: the handshake fails.
inline constexpr std::uint32_t certificate_chain_depth_max = 4;
/// The depth of chains that TLS settings may ask for. Beyond: they are refused.
inline constexpr std::uint32_t certificate_chain_depth_configurable_max = 10;
/// The chain that a client sends. Beyond: the handshake fails.
inline constexpr std::size_t certificate_bytes_max = 64 * kib;
/// What is read of one socket in a row. Beyond: the others have their turn first.
inline constexpr std::size_t tls_step_bytes_max = 64 * kib;
/// The age of a ticket. Beyond: it resumes nothing; a whole handshake is made.
inline constexpr auto tls_session_time_max = std::chrono::hours(1);
/// The name of a server that a client asks for (RFC 1035, 2.3.4). Beyond: the settings are refused.
inline constexpr std::size_t server_name_bytes_max = 255;
/// The name of a protocol in TLS (RFC 7301, 3.1). Beyond: the settings are refused.
inline constexpr std::size_t alpn_name_bytes_max = 255;
/// A file of certificates or CAs. Beyond: it is not loaded, a fault of the configuration.
inline constexpr std::size_t certificate_file_bytes_max = 4 * mib;
/// A file with a private key, or with the master keys. Beyond: it is not loaded.
inline constexpr std::size_t key_file_bytes_max = 64 * kib;
/// A revocation list. Beyond: it is not loaded, a fault of the configuration.
inline constexpr std::size_t crl_file_bytes_max = 64 * mib;

// --- Signatures and encryption of ebXML messages -----------------------------------------------
/// An RSA key that signs, or that is encrypted for. Below: the key is refused.
inline constexpr unsigned rsa_bits_min = 2048;
/// An RSA key that signs, or that is encrypted for; a larger one only costs time. Beyond: the key
/// is refused.
inline constexpr unsigned rsa_bits_max = 8192;
/// The certificate of a party, in DER. Beyond: it is refused.
inline constexpr std::size_t party_certificate_bytes_max = 16 * kib;
/// Certificates of signers that are kept. Beyond: the oldest is read again.
inline constexpr std::size_t certificates_cached_max = 4096;
/// Elements of an envelope that is signed. Beyond: it is refused.
inline constexpr std::size_t signed_envelope_elements_max = 2000;
/// Declarations of namespaces in force at one element of it. Beyond: it is refused.
inline constexpr std::size_t signed_envelope_namespaces_max = 64;
/// Transforms of one reference that are read. Beyond: the signature is refused.
inline constexpr std::size_t transforms_read_max = 8;
/// The list of prefixes of an exclusive canonicalisation. Beyond: the signature is refused.
inline constexpr std::size_t prefix_list_bytes_max = 256;
/// Headers for the next MSH, which are never signed. Beyond: the message is refused.
inline constexpr std::size_t actor_elements_max = 16;
/// One encrypted payload. Beyond: it is refused.
inline constexpr std::size_t cms_bytes_max = payload_bytes_max;
/// What the envelope around an encrypted payload may take, with the longest key. Beyond: nothing is
/// encrypted.
inline constexpr std::size_t cms_overhead_bytes_max = 4 * kib;
/// The length of one ASN.1 value, as a number. Beyond: the payload is refused.
inline constexpr std::size_t cms_length_bytes_max = 4;
/// Recipients of one encrypted payload. Beyond: it is refused.
inline constexpr std::size_t cms_recipients_max = 64;
/// ASN.1 values inside each other. Beyond: the payload is refused.
inline constexpr std::size_t cms_depth_max = 24;
/// ASN.1 values of one payload, pieces of content too. Beyond: it is refused.
inline constexpr std::size_t cms_elements_max = 100'000;
/// Decryption keys of one party, current and old. Beyond: they are not loaded.
inline constexpr std::size_t own_keys_max = 64;
/// The answer of an OCSP responder. Beyond: it is refused.
inline constexpr std::size_t ocsp_bytes_max = 64 * kib;
/// A line of the MIME header inside an encrypted payload. Beyond: it is refused.
inline constexpr std::size_t mime_header_bytes_inside_max = 8 * kib;

// --- Store and delivery ------------------------------------------------------------------------
/// Operations that are merged into one synced write. Beyond: the next write has them.
inline constexpr std::size_t commit_operations_max = 8192;
/// The bytes of one synced write. Beyond: the next write has them.
inline constexpr std::size_t commit_bytes_max = 8 * mib;
/// What waits for the commit thread. Beyond: nothing more is read from any connection, frame by
/// frame, until there is room; what was read is done.
inline constexpr std::size_t operations_waiting_max = 65'536;
/// Deliveries that have not ended. Beyond: `broker.full`. Key: `limits.open_deliveries_max`,
/// downwards.
inline constexpr std::uint32_t open_deliveries_max = 8'000'000;
/// Attempts of one delivery. Beyond: a dead letter. Key: `delivery.attempts_max`.
inline constexpr std::uint32_t attempts_max = 50;
/// What `delivery.attempts_max` may be set to. Beyond: a fault of the configuration.
inline constexpr std::uint32_t attempts_configurable_max = 1000;
/// The shortest wait of `delivery.retry`. Below: a fault of the configuration.
inline constexpr auto retry_wait_min = 1s;
/// The longest wait of `delivery.retry`. Beyond: a fault of the configuration.
inline constexpr auto retry_wait_max = std::chrono::hours(24 * 30);
/// What `delivery.jitter_percent` may be set to. Beyond: a fault of the configuration.
inline constexpr std::uint32_t retry_jitter_percent_max = 90;
/// How long a delivery is tried, where its sender does not say. Beyond: it expires. Key:
/// `delivery.time_to_live`.
inline constexpr auto time_to_live_default = std::chrono::hours(24 * 14);
/// What a sender or `delivery.time_to_live` may ask for. Beyond: `submission.expiry_invalid`, or a
/// fault of the configuration.
inline constexpr auto time_to_live_max = std::chrono::hours(24 * 90);
/// How long an application receipt may take (HITS 1168). Beyond: it is noted as overdue. Key:
/// `apprec.deadline`.
inline constexpr auto apprec_deadline_default = std::chrono::hours(96);
/// How long a repetition is known for what it is. Beyond: it is a new message. Key:
/// `retention.duplicates`.
inline constexpr auto duplicate_memory_default = std::chrono::hours(24 * 90);
/// How long a payload is kept. Beyond: it is erased. Key: `retention.payload`.
inline constexpr auto payload_retention_default = std::chrono::hours(24 * 30);
/// How long the timeline of a message is kept. Beyond: it is erased. Key: `retention.events`.
inline constexpr auto event_retention_default = std::chrono::hours(24 * 365);
/// The shortest time of `[retention]`, `apprec.deadline` and `delivery.time_to_live`. Below: a
/// fault of the configuration.
inline constexpr auto retention_min = 1s;
/// The longest time of `[retention]` and `apprec.deadline`. Beyond: a fault of the configuration.
inline constexpr auto retention_max = std::chrono::hours(24 * 365 * 20);
/// Events in the timeline of one delivery. Beyond: the oldest is dropped.
inline constexpr std::uint32_t timeline_events_max = 200;
/// The part of the disk that must be free. Below: `broker.full`. Key:
/// `limits.disk_free_percent_min`.
inline constexpr double disk_free_ratio_min = 0.05;
/// What `limits.disk_free_percent_min` may be set to. Beyond: a fault of the configuration.
inline constexpr std::uint32_t disk_free_percent_max = 90;
/// Deliveries kept in memory after they were written. Beyond: the oldest are read from disk again.
inline constexpr std::size_t deliveries_kept_max = 8'192;
/// Messages kept in memory after they were written. Beyond: the oldest are read from disk again.
inline constexpr std::size_t messages_kept_max = 1'024;
/// Rows that each duty of the housekeeping looks at in a tick. Beyond: the next tick goes on.
inline constexpr std::size_t tick_rows_max = 256;
/// Wrapped payload keys that are read at a time. Beyond: the next page has them.
inline constexpr std::size_t wraps_page_rows_max = 1000;
/// The write-ahead log of the store. Beyond: it is emptied into files.
inline constexpr std::size_t store_log_bytes_max = 64 * mib;
/// Files that the store keeps open. Beyond: the one that was not used for longest is closed.
inline constexpr std::uint32_t store_open_files_max = 512;

// --- Directory and configuration ---------------------------------------------------------------
/// The configuration, and each file of the directory. Beyond: a fault.
inline constexpr std::size_t config_file_bytes_max = 4 * mib;
/// Nested values, and dotted parts of a key. Beyond: a fault.
inline constexpr std::size_t toml_depth_max = 16;
/// The name of a party, an organisation, a user or a group. Beyond: a fault.
inline constexpr std::size_t name_bytes_max = 200;
/// A path in the configuration. Beyond: a fault.
inline constexpr std::size_t config_path_bytes_max = 4096;
/// Any duration that is written as text. Beyond: it is none, a fault.
inline constexpr auto duration_max = std::chrono::hours(24 * 365 * 100);
/// What an operator wrote and a fault quotes. Beyond: it is cut.
inline constexpr std::size_t quoted_bytes_max = 64;
/// Parties of the directory. Beyond: a fault.
inline constexpr std::size_t parties_max = 100'000;
/// Redirects that are followed from one HER-id. Beyond: a fault; `recipient.redirect_loop`.
inline constexpr std::uint32_t redirects_max = 4;
/// Threads of a kind, `threads.io` and `threads.workers`. Beyond: a fault of the configuration.
inline constexpr std::uint32_t threads_max = 256;
/// Open files apart from connections and the store: logs, listeners, the admin socket. Beyond:
/// `--check-config` has noted it where the machine gives fewer.
inline constexpr std::uint32_t other_open_files_max = 128;

// --- Master keys -------------------------------------------------------------------------------
/// Keys in the file, the current one and old ones. Beyond: the file is refused.
inline constexpr std::size_t master_keys_max = 64;
/// The id of a master key. Beyond: the file is refused.
inline constexpr std::size_t key_id_bytes_max = 64;

// --- Admin -------------------------------------------------------------------------------------
/// One command. Beyond: refused, and the session ends.
inline constexpr std::size_t admin_line_bytes_max = 4 * kib;
/// Sessions on the admin socket. Beyond: refused.
inline constexpr std::uint32_t admin_sessions_max = 16;
/// Connections that the kernel keeps for the admin socket. Beyond: the kernel lets them wait.
inline constexpr int admin_backlog_max = 64;
/// Rows of one listing. Beyond: cut, and marked so.
inline constexpr std::uint32_t listing_rows_max = 1000;
/// Rows that one command counts. Beyond: the count is marked as incomplete.
inline constexpr std::size_t admin_scan_rows_max = 1'000'000;
/// Without a whole line, and without progress to a slow reader. Beyond: the session ends.
inline constexpr auto admin_idle_time_max = 60s;
/// For peers to finish when the broker stops. Beyond: their sessions end.
inline constexpr auto drain_time_max = 10s;
/// The path of the admin socket; what `sockaddr_un` holds. Beyond: a fault of the configuration.
inline constexpr std::size_t socket_path_bytes_max = 107;
/// One entry of the machine's users and groups. Beyond: the user or group is unknown.
inline constexpr std::size_t account_entry_bytes_max = 1 * mib;
/// Commands that a wrong word is answered with. Beyond: the nearest are named.
inline constexpr std::size_t suggestions_max = 3;
/// Letters in which such a command may differ. Beyond: it is not named.
inline constexpr std::size_t suggestion_distance_max = 3;
/// So much of a wrong word is compared. Beyond: it is cut.
inline constexpr std::size_t suggestion_bytes_max = 64;

// --- Programs ----------------------------------------------------------------------------------
/// What `budstikkectl` takes for an answer. Beyond: it says that this is no broker.
inline constexpr std::size_t admin_answer_bytes_max = 64 * mib;
/// The first line of that answer. Beyond: it says that this is no broker.
inline constexpr std::size_t admin_answer_head_bytes_max = 100;
/// What waits to leave the client of `budstikke`. Beyond: its sender waits.
inline constexpr std::size_t client_waiting_bytes_max = 16 * mib;
/// What that client reads at a time. Beyond: it reads again.
inline constexpr std::size_t client_read_bytes_max = 64 * kib;

}  // namespace budstikke::limits
