// libxml2's side of a SchemaSet, shared by schema_set.cpp and reader.cpp only.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "broker/xml/schema_set.hpp"

// libxml2's own names for what its headers, which stay out of ours, call xmlDoc and so on.
// NOLINTBEGIN(bugprone-reserved-identifier)
struct _xmlDoc;
struct _xmlSchema;
struct _xmlSchemaValidCtxt;
// NOLINTEND(bugprone-reserved-identifier)

namespace budstikke::xml {

/// Once per process, before anything else of libxml2: its tables, the types of XML Schema, and an
/// entity loader that opens nothing outside SchemaSet::load.
void prepare_libxml2();

struct Free {
    void operator()(_xmlDoc* doc) const;
    void operator()(_xmlSchema* schema) const;
    void operator()(_xmlSchemaValidCtxt* validator) const;
};
using Doc = std::unique_ptr<_xmlDoc, Free>;
using Schema = std::unique_ptr<_xmlSchema, Free>;
using Validator = std::unique_ptr<_xmlSchemaValidCtxt, Free>;

struct SchemaSet::Impl {
    /// A validator for one pass; the compiled schema is only read, so threads may share it.
    Validator borrow() const;
    /// Takes back a validator that ended its pass in order.
    void give_back(Validator validator) const;

    Doc driver;  ///< libxml2 wants the in-memory driver to outlive the schema
    Schema schema;
    std::set<std::string, std::less<>> namespaces;
    std::vector<std::string> conflicts;

 private:
    mutable std::mutex mutex_;
    mutable std::vector<Validator> idle_;
};

}  // namespace budstikke::xml
