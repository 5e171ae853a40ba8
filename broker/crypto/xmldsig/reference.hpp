// One ds:Reference of a signature: what it points at, through which transforms, with which digest.
// Internal to xmldsig, a part of structure.hpp.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>

#include "broker/crypto/xmldsig/node.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"

namespace budstikke::crypto::xmldsig {

struct Structure;

inline constexpr std::size_t envelope_target = std::numeric_limits<std::size_t>::max();

/// Adds the reference to `out`, with a finding for all that is wrong with it. Gives the index of
/// the part that it points at, or envelope_target; nothing where it points at neither.
std::optional<std::size_t> read_reference(
    Node& node, std::span<const Part> parts, const Policy& policy, Structure& out
);

/// True where a canonicalization has no content, or, if exclusive, one short InclusiveNamespaces.
bool has_plain_c14n_content(const Node& method, bool exclusive);

}  // namespace budstikke::crypto::xmldsig
