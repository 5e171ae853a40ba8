// The official schema pack of an operator, compiled once and shared by all threads. The broker
// ships no schema (decision 6): the operator names a folder. A `_driver.xsd` there is used as it
// is; without one the imports are built from the target namespaces of the files, and conflicts are
// listed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"

namespace budstikke::xml {

class SchemaSet {
 public:
    /// Compiles the pack. Reads only files of that folder; never the network. `not_found`, `io` or
    /// `malformed` with the file and the cause.
    static Result<std::unique_ptr<SchemaSet>> load(const std::filesystem::path& folder);
    ~SchemaSet();
    SchemaSet(const SchemaSet&) = delete;
    SchemaSet& operator=(const SchemaSet&) = delete;

    /// Whether the pack has a schema for elements of this namespace.
    bool covers(std::string_view xml_namespace) const;
    /// Files left out because another one has the same target namespace: for --check-config.
    const std::vector<std::string>& conflicts() const;

    struct Impl;  ///< libxml2's side of it, private to this folder
    const Impl& impl() const { return *impl_; }

 private:
    explicit SchemaSet(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::xml
