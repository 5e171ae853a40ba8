// libxml2's side of a SchemaSet, shared by schema_set.cpp and reader.cpp only.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include "broker/xml/schema_set.hpp"

namespace budstikke::xml {

/// Once per process, before anything else of libxml2: its tables, the types of XML Schema, and an
/// entity loader that opens nothing outside SchemaSet::load.
void prepare_libxml2();

struct FreeDoc {
    void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
};
struct FreeSchema {
    void operator()(xmlSchema* schema) const { xmlSchemaFree(schema); }
};
struct FreeValidator {
    void operator()(xmlSchemaValidCtxt* validator) const { xmlSchemaFreeValidCtxt(validator); }
};
using Doc = std::unique_ptr<xmlDoc, FreeDoc>;
using Schema = std::unique_ptr<xmlSchema, FreeSchema>;
using Validator = std::unique_ptr<xmlSchemaValidCtxt, FreeValidator>;

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
