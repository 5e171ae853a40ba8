// The names and namespaces of documents, each kept once and for long: what is the same text is the
// same pointer. Bounded: it refuses what would make it slow, and is emptied when it has grown.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace budstikke::xml {

struct Name {
    std::string_view text;  ///< ends in a zero that is not counted
    std::size_t hash;
    bool is_namespace = false;  ///< has been found fit to be one

    const unsigned char* bytes() const {
        return reinterpret_cast<const unsigned char*>(text.data());
    }
};

class NameTable {
 public:
    NameTable();

    /// Nothing where too many others have to be looked at, which takes names made for that. Valid
    /// until forget_if_large().
    Name* intern(std::string_view text);
    /// For the time between two documents.
    void forget_if_large();

 private:
    void grow();
    std::string_view keep(std::string_view text);

    std::vector<Name*> slots_;  ///< a power of two of them, half empty at least
    std::deque<Name> names_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t room_ = 0;  ///< in the last block
    std::size_t bytes_ = 0;
};

}  // namespace budstikke::xml
