// The addresses of a message: two levels of HER-id (HIS 1153-2), who sends, who receives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/message/envelope.hpp"
#include "broker/xml/finding_list.hpp"

namespace budstikke::adapters {

/// One identifier and its type, in either order; true to HIS 1153-2 a HER-id has the type HER
/// whatever code list it is taken from (9051 or 8116).
class Identifier {
 public:
    void clear() { *this = {}; }
    void set_id(std::string_view id) { id_ = id; }
    void set_type(std::string_view type) { type_ = type; }
    bool is_her() const { return type_ == "HER" && !id_.empty(); }
    const std::string& id() const { return id_; }
    const std::string& type() const { return type_; }

 private:
    std::string id_;
    std::string type_;
};

/// A party while it is read. The first HER-id of each level counts.
class PartyBuilder {
 public:
    explicit PartyBuilder(std::uint32_t line = 0) : line_(line) {}
    void organisation(const Identifier& id) { keep(id, organisation_); }
    void unit(const Identifier& id) { keep(id, unit_); }
    std::uint32_t line() const { return line_; }
    MessageParty take() &&;

 private:
    static void keep(const Identifier& id, std::optional<std::string>& level);

    std::uint32_t line_;
    std::optional<std::string> organisation_;
    std::optional<std::string> unit_;
};

/// Where a message's parties were found, for what is said about them. Receivers stand in the order
/// of the envelope.
struct PartyLines {
    std::uint32_t sender = 0;
    std::vector<std::uint32_t> receivers;
};

/// The names of the elements that hold the parties, for locations: `/MsgHead/MsgInfo/Receiver`.
struct PartyPaths {
    std::string_view sender;
    std::string_view receiver;
    std::string_view copy;
};

/// Adds a receiver unless there are limits::receivers_max already; the primary one goes first.
void add_receiver(
    Envelope& envelope, PartyLines& lines, PartyBuilder party, ReceiverRole role,
    xml::FindingList& findings
);

/// A missing receiver is an error. What only routing refuses (no HER-id, or one that is not digits)
/// is a warning here: the official acceptance cases are older than addressing by HER-id alone, and
/// valid.
void check_parties(
    const Envelope& envelope, const PartyLines& lines, const PartyPaths& paths,
    xml::FindingList& findings
);

}  // namespace budstikke::adapters
