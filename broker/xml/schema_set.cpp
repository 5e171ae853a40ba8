// Compiles an operator's schema pack. The only place of the broker where libxml2 may open files,
// and only those of the pack's folder: a location is reduced to its file name and looked up there,
// so the official files with their web addresses work offline as they are.
#include "broker/xml/schema_set.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>

#include "broker/base/limits.hpp"
#include "broker/xml/schema_impl.hpp"
#include "broker/xml/writer.hpp"

namespace budstikke::xml {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view driver_name = "_driver.xsd";
constexpr std::string_view schema_namespace = "http://www.w3.org/2001/XMLSchema";

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

// libxml2's entity loader has no user data, so the folder that this thread may read from stands
// here for the time of one load.
thread_local const fs::path* folder_being_loaded = nullptr;

class LoadingScope {
 public:
    explicit LoadingScope(const fs::path& folder) { folder_being_loaded = &folder; }
    ~LoadingScope() {
        folder_being_loaded = nullptr;
        xmlSetStructuredErrorFunc(nullptr, nullptr);
    }
    LoadingScope(const LoadingScope&) = delete;
    LoadingScope& operator=(const LoadingScope&) = delete;
};

/// The last part of a schema location, unescaped; empty where it names no file.
std::string file_name_of(std::string_view location) {
    location = location.substr(location.find_last_of('/') + 1);
    if (location.empty()) {
        return {};
    }
    const std::unique_ptr<char, decltype(xmlFree)> plain(
        xmlURIUnescapeString(location.data(), static_cast<int>(location.size()), nullptr), xmlFree
    );
    const std::string name = plain == nullptr ? "" : plain.get();
    return name.contains('/') || name == "." || name == ".." ? std::string{} : name;
}

Result<std::string> read_file(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (!error && size > limits::schema_file_bytes_max) {
        return fail(Errc::limit_exceeded, path.filename().string() + " is too large for a schema");
    }
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (error || file.bad() || !file.is_open()) {
        return fail(Errc::io, path.filename().string() + " cannot be read");
    }
    return bytes;
}

xmlParserInputPtr open_in_folder(const char* url, const char* /*id*/, xmlParserCtxtPtr parser) {
    if (folder_being_loaded == nullptr || url == nullptr) {
        return nullptr;
    }
    const auto name = file_name_of(url);
    if (name.empty()) {
        return nullptr;
    }
    const auto bytes = read_file(*folder_being_loaded / name);
    if (!bytes) {
        return nullptr;
    }
    auto* const buffer = xmlParserInputBufferCreateMem(
        bytes->data(), static_cast<int>(bytes->size()), XML_CHAR_ENCODING_NONE
    );
    auto* const input = xmlNewIOInputStream(parser, buffer, XML_CHAR_ENCODING_NONE);
    if (input != nullptr) {
        input->filename = reinterpret_cast<char*>(xmlStrdup(reinterpret_cast<const xmlChar*>(url)));
    }
    return input;
}

/// One file of the pack: what it defines and which files it draws in.
struct SchemaFile {
    std::string target;
    std::vector<std::string> includes;  ///< xs:include, xs:redefine: parts of the same namespace
    std::vector<std::string> imports;
};

std::string attribute(const xmlNode* node, const char* name) {
    const std::unique_ptr<xmlChar, decltype(xmlFree)> value(
        xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name)), xmlFree
    );
    return std::string(view(value.get()));
}

Result<SchemaFile> inspect(const fs::path& path) {
    const auto bytes = read_file(path);
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    const Doc doc(xmlReadMemory(
        bytes->data(), static_cast<int>(bytes->size()), path.filename().c_str(), nullptr,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
    ));
    const auto* const root = doc == nullptr ? nullptr : xmlDocGetRootElement(doc.get());
    if (root == nullptr || root->ns == nullptr || view(root->ns->href) != schema_namespace) {
        return fail(Errc::malformed, path.filename().string() + " is not an XML Schema");
    }
    SchemaFile file{.target = attribute(root, "targetNamespace"), .includes = {}, .imports = {}};
    for (const auto* node = root->children; node != nullptr; node = node->next) {
        const auto name = node->type == XML_ELEMENT_NODE ? view(node->name) : std::string_view{};
        const bool part = name == "include" || name == "redefine";
        if (part || name == "import") {
            auto location = file_name_of(attribute(node, "schemaLocation"));
            if (!location.empty()) {
                (part ? file.includes : file.imports).push_back(std::move(location));
            }
        }
    }
    return file;
}

using Files = std::map<std::string, SchemaFile>;

Result<Files> inspect_folder(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return fail(Errc::not_found, folder.string() + " is not a folder");
    }
    Files files;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        if (at->path().extension() != ".xsd") {
            continue;
        }
        if (files.size() >= limits::schema_files_max) {
            return fail(Errc::limit_exceeded, folder.string() + " holds too many schemas");
        }
        auto file = inspect(at->path());
        if (!file) {
            return std::unexpected(file.error());
        }
        files.emplace(at->path().filename().string(), std::move(*file));
    }
    if (error) {
        return fail(Errc::io, folder.string() + " cannot be listed");
    }
    if (files.empty()) {
        return fail(Errc::not_found, folder.string() + " holds no .xsd file");
    }
    return files;
}

/// The namespaces that are defined once `name` is loaded with all that it draws in.
void add_namespaces(
    const Files& files, const std::string& name, std::set<std::string>& visited,
    std::set<std::string, std::less<>>& namespaces
) {
    std::vector<std::string> waiting{name};
    while (!waiting.empty()) {
        const auto at = files.find(waiting.back());
        waiting.pop_back();
        if (at == files.end() || !visited.insert(at->first).second) {
            continue;
        }
        if (!at->second.target.empty()) {
            namespaces.insert(at->second.target);
        }
        std::ranges::copy(at->second.includes, std::back_inserter(waiting));
        std::ranges::copy(at->second.imports, std::back_inserter(waiting));
    }
}

/// Imports for a pack without a driver: the first file, by name, of each target namespace that is
/// not a part of another one.
std::string build_driver(const Files& files, std::vector<std::string>& conflicts) {
    std::set<std::string> parts;
    for (const auto& [name, file] : files) {
        for (const auto& include : file.includes) {
            const auto other = files.find(include);
            const bool both_ways =
                other != files.end() &&
                std::ranges::find(other->second.includes, name) != other->second.includes.end();
            if (!both_ways || name < include) {
                parts.insert(include);
            }
        }
    }
    std::map<std::string, std::string> chosen;
    Writer writer;
    writer.open("xs:schema", {{"xmlns:xs", schema_namespace}});
    for (const auto& [name, file] : files) {
        if (file.target.empty() || parts.contains(name)) {
            continue;
        }
        const auto [at, first] = chosen.emplace(file.target, name);
        if (!first) {
            conflicts.push_back(name + " (" + at->second + " has the same target namespace)");
            continue;
        }
        writer.empty("xs:import", {{"namespace", file.target}, {"schemaLocation", name}});
    }
    writer.close();
    return std::move(writer).take();
}

/// Keeps the first error, with the file and the line it names.
void remember_error(void* context, xmlErrorPtr error) {
    auto& first = *static_cast<std::string*>(context);
    if (!first.empty() || error->level < XML_ERR_ERROR) {
        return;
    }
    first = file_name_of(error->file == nullptr ? "" : error->file);
    first += " line " + std::to_string(error->line) + ": ";
    first += error->message == nullptr ? "unknown error" : error->message;
    std::erase(first, '\n');
}

}  // namespace

void Free::operator()(_xmlDoc* doc) const {
    xmlFreeDoc(doc);
}
void Free::operator()(_xmlSchema* schema) const {
    xmlSchemaFree(schema);
}
void Free::operator()(_xmlSchemaValidCtxt* validator) const {
    xmlSchemaFreeValidCtxt(validator);
}

void prepare_libxml2() {
    static const bool ready = [] {
        xmlInitParser();
        xmlSchemaInitTypes();
        xmlSetExternalEntityLoader(open_in_folder);
        return true;
    }();
    (void)ready;
}

Validator SchemaSet::Impl::borrow() const {
    {
        const std::scoped_lock lock(mutex_);
        if (!idle_.empty()) {
            auto validator = std::move(idle_.back());
            idle_.pop_back();
            return validator;
        }
    }
    Validator validator(xmlSchemaNewValidCtxt(schema.get()));
    if (validator == nullptr) {
        throw std::bad_alloc();
    }
    return validator;
}

void SchemaSet::Impl::give_back(Validator validator) const {
    const std::scoped_lock lock(mutex_);
    if (idle_.size() < limits::validators_kept_max) {
        idle_.push_back(std::move(validator));
    }
}

Result<std::unique_ptr<SchemaSet>> SchemaSet::load(const fs::path& folder) {
    prepare_libxml2();
    const auto files = inspect_folder(folder);
    if (!files) {
        return std::unexpected(files.error());
    }
    auto impl = std::make_unique<Impl>();
    const auto driver = files->find(std::string(driver_name));
    const auto built = driver == files->end() ? build_driver(*files, impl->conflicts)
                                              : read_file(folder / driver_name).value_or("");
    std::string first_error;
    const LoadingScope scope(folder);
    xmlSetStructuredErrorFunc(&first_error, remember_error);
    impl->driver.reset(xmlReadMemory(
        built.data(), static_cast<int>(built.size()), std::string(driver_name).c_str(), nullptr,
        XML_PARSE_NONET
    ));
    const std::unique_ptr<xmlSchemaParserCtxt, decltype(&xmlSchemaFreeParserCtxt)> parser(
        impl->driver == nullptr ? nullptr : xmlSchemaNewDocParserCtxt(impl->driver.get()),
        xmlSchemaFreeParserCtxt
    );
    if (parser != nullptr) {
        xmlSchemaSetParserStructuredErrors(parser.get(), remember_error, &first_error);
        impl->schema.reset(xmlSchemaParse(parser.get()));
    }
    if (impl->schema == nullptr) {
        return fail(Errc::malformed, folder.string() + ": " + first_error);
    }
    std::set<std::string> visited;
    for (const auto& [name, file] : *files) {
        const bool left_out = std::ranges::any_of(impl->conflicts, [&](const auto& conflict) {
            return conflict.starts_with(name + " (");
        });
        if (driver == files->end() ? !left_out : name == driver_name) {
            add_namespaces(*files, name, visited, impl->namespaces);
        }
    }
    return std::unique_ptr<SchemaSet>(new SchemaSet(std::move(impl)));
}

SchemaSet::SchemaSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SchemaSet::~SchemaSet() = default;

bool SchemaSet::covers(std::string_view xml_namespace) const {
    return impl_->namespaces.contains(xml_namespace);
}

const std::vector<std::string>& SchemaSet::conflicts() const {
    return impl_->conflicts;
}

}  // namespace budstikke::xml
