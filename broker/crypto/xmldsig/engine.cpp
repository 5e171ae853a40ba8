// See engine.hpp.
#include "broker/crypto/xmldsig/engine.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include <libxml/c14n.h>
#include <libxml/tree.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
// These need xmlsec.h before them.
#include <xmlsec/base64.h>
#include <xmlsec/buffer.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/keys.h>
#include <xmlsec/list.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include "broker/crypto/xmldsig/profile_transforms.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

struct FreeContext {
    void operator()(xmlSecDSigCtx* context) const { xmlSecDSigCtxDestroy(context); }
};
using Context = std::unique_ptr<xmlSecDSigCtx, FreeContext>;

/// What xmlsec may open during one call: the next part, and only in the order of the references.
struct Call {
    xmlSecDSigCtx* context = nullptr;
    std::span<const Target> targets;
    std::size_t begun = 0;    ///< references that xmlsec has begun with
    std::size_t opened = 0;   ///< parts that were handed out
    std::string_view rest{};  ///< of the part that is open
};

// xmlsec's input callbacks have no user data, so what this thread's call may open stands here for
// the time of that call.
thread_local Call* current_call = nullptr;

class CallScope {
 public:
    explicit CallScope(Call& call) { current_call = &call; }
    ~CallScope() { current_call = nullptr; }
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;
};

const Target* next_part(const Call& call, const char* uri) {
    const auto is_part = [](const Target& target) { return !target.uri.empty(); };
    std::size_t index = 0;
    for (const Target& target : call.targets) {
        if (is_part(target) && index++ == call.opened) {
            return target.uri == uri ? &target : nullptr;
        }
    }
    return nullptr;
}

int match_part(const char* uri) {
    return current_call != nullptr && next_part(*current_call, uri) != nullptr ? 1 : 0;
}

void* open_part(const char* uri) {
    const Target* part = current_call == nullptr ? nullptr : next_part(*current_call, uri);
    if (part == nullptr) return nullptr;
    ++current_call->opened;
    current_call->rest = part->bytes;
    return current_call;
}

int read_part(void* context, char* buffer, int length) {
    std::string_view& rest = static_cast<Call*>(context)->rest;
    const auto given = std::min(rest.size(), static_cast<std::size_t>(std::max(length, 0)));
    std::memcpy(buffer, rest.data(), given);
    rest.remove_prefix(given);
    return static_cast<int>(given);
}

int close_part(void*) {
    return 0;
}

// A payload of 35 MB need not be kept twice: only the envelope's digested bytes are stored.
void store_only_envelope(Call& call) {
    const bool store = call.begun < call.targets.size() && call.targets[call.begun].uri.empty();
    call.context->flags = store ? XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES : 0;
}

// xmlsec asks just before it works on a reference, when it has looked at the flags for this one.
int before_reference(xmlSecTransformCtxPtr) {
    ++current_call->begun;
    store_only_envelope(*current_call);
    return 0;
}

[[noreturn]] void give_up(const char* what) {
    static_cast<void>(std::fprintf(stderr, "budstikke: xmlsec cannot %s; giving up\n", what));
    std::abort();
}

void drop_message(const char*, int, const char*, const char*, const char*, int, const char*) {}

/// The lists of xmlsec are those of the process: what is not in them cannot be reached by any
/// message, whatever a policy says.
void keep_only_the_profiles_algorithms() {
    const std::array transforms = {
        static_cast<xmlSecTransformId>(actor_filter_klass()),
        xmlSecTransformEnvelopedGetKlass(),
        xmlSecTransformInclC14NGetKlass(),
        xmlSecTransformExclC14NGetKlass(),
        xmlSecOpenSSLTransformSha1GetKlass(),
        xmlSecOpenSSLTransformSha256GetKlass(),
        xmlSecOpenSSLTransformSha384GetKlass(),
        xmlSecOpenSSLTransformSha512GetKlass(),
        xmlSecOpenSSLTransformRsaSha1GetKlass(),
        xmlSecOpenSSLTransformRsaSha256GetKlass(),
        xmlSecOpenSSLTransformRsaSha384GetKlass(),
        xmlSecOpenSSLTransformRsaSha512GetKlass(),
    };
    xmlSecPtrListEmpty(xmlSecTransformIdsGet());
    for (const xmlSecTransformId id : transforms) {
        if (xmlSecTransformIdsRegister(id) != 0) give_up("register an algorithm");
    }
    // No file, no HTTP: the parts of the message are all that a URI can mean.
    xmlSecIOCleanupCallbacks();
    if (xmlSecIORegisterCallbacks(match_part, open_part, read_part, close_part) != 0) {
        give_up("register the parts");
    }
    // One line: a line end inside a value would come out as something else where CR is added.
    xmlSecBase64SetDefaultLineSize(0);
    xmlSecErrorsSetCallback(drop_message);
}

Context make_context(evp_pkey_st& key, Call& call) {
    Context context(xmlSecDSigCtxCreate(nullptr));
    if (context == nullptr) throw std::bad_alloc();
    auto held = key_for_xmlsec(key);
    if (held == nullptr) return nullptr;
    // Set here, it is the key: xmlsec then never looks into KeyInfo for one.
    context->signKey = held.release();
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeRemote;
    context->referencePreExecuteCallback = before_reference;
    call.context = context.get();
    store_only_envelope(call);
    return context;
}

std::string_view bytes_of(xmlSecBufferPtr buffer) {
    if (buffer == nullptr || xmlSecBufferGetData(buffer) == nullptr) return {};
    return {
        reinterpret_cast<const char*>(xmlSecBufferGetData(buffer)), xmlSecBufferGetSize(buffer)
    };
}

/// True where xmlsec has digested exactly what it was handed, in that order.
bool did_all(const Call& call, xmlSecDSigCtx& context) {
    const auto parts =
        std::ranges::count_if(call.targets, [](const Target& t) { return !t.uri.empty(); });
    return call.begun == call.targets.size() && call.opened == static_cast<std::size_t>(parts) &&
           call.rest.empty() &&
           xmlSecPtrListGetSize(&context.signedInfoReferences) == call.targets.size() &&
           xmlSecPtrListGetSize(&context.manifestReferences) == 0;
}

void note_references(xmlSecDSigCtx& context, const Call& call, Processed& processed) {
    const std::size_t size = std::min<std::size_t>(
        xmlSecPtrListGetSize(&context.signedInfoReferences), call.targets.size()
    );
    for (std::size_t i = 0; i < size; ++i) {
        auto* const reference = static_cast<xmlSecDSigReferenceCtx*>(
            xmlSecPtrListGetItem(&context.signedInfoReferences, static_cast<xmlSecSize>(i))
        );
        processed.digest_good.push_back(reference->status == xmlSecDSigStatusSucceeded);
        if (call.targets[i].uri.empty() && reference->preDigestMemBufMethod != nullptr) {
            processed.envelope = bytes_of(xmlSecDSigReferenceCtxGetPreDigestBuffer(reference));
        }
    }
}

}  // namespace

void prepare_xmlsec() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (xmlSecInit() != 0 || xmlSecOpenSSLInit() != 0) give_up("start");
        keep_only_the_profiles_algorithms();
    });
}

void FreeKey::operator()(xmlSecKey* key) const {
    xmlSecKeyDestroy(key);
}

std::unique_ptr<xmlSecKey, FreeKey> key_for_xmlsec(evp_pkey_st& key) {
    if (EVP_PKEY_up_ref(&key) != 1) throw std::bad_alloc();
    xmlSecKeyDataPtr value = xmlSecOpenSSLEvpKeyAdopt(&key);
    if (value == nullptr) {
        EVP_PKEY_free(&key);
        return nullptr;
    }
    std::unique_ptr<xmlSecKey, FreeKey> held(xmlSecKeyCreate());
    if (held == nullptr || xmlSecKeySetValue(held.get(), value) != 0) {
        xmlSecKeyDataDestroy(value);
        return nullptr;
    }
    return held;
}

Processed verify_with(Node& signature, std::span<const Target> targets, evp_pkey_st& key) {
    prepare_xmlsec();
    Call call;
    call.targets = targets;
    const CallScope scope(call);
    Processed processed;
    const Context context = make_context(key, call);
    const bool ran = context != nullptr && xmlSecDSigCtxVerify(context.get(), &signature) == 0;
    ERR_clear_error();
    if (context == nullptr) return processed;
    note_references(*context, call, processed);
    const bool digests_good =
        processed.digest_good.size() == targets.size() &&
        std::ranges::all_of(processed.digest_good, [](bool good) { return good; });
    if (!processed.digest_good.empty() && !digests_good) {
        processed.outcome = Outcome::digest_mismatch;
    } else if (ran && digests_good && context->status == xmlSecDSigStatusSucceeded &&
               did_all(call, *context) && !processed.envelope.empty()) {
        processed.outcome = Outcome::good;
    }
    return processed;
}

bool sign_with(Node& signature, std::span<const Target> targets, evp_pkey_st& key) {
    prepare_xmlsec();
    Call call;
    call.targets = targets;
    const CallScope scope(call);
    const Context context = make_context(key, call);
    const bool signed_all = context != nullptr &&
                            xmlSecDSigCtxSign(context.get(), &signature) == 0 &&
                            context->status == xmlSecDSigStatusSucceeded && did_all(call, *context);
    ERR_clear_error();
    return signed_all;
}

std::string standalone(Node& element, const std::vector<std::string>& prefixes) {
    std::vector<xmlChar*> names;
    names.reserve(prefixes.size() + 1);
    for (const std::string& prefix : prefixes) {
        // libxml2 takes no const; it only reads.
        names.push_back(reinterpret_cast<xmlChar*>(const_cast<char*>(prefix.c_str())));
    }
    names.push_back(nullptr);
    const auto visible = [](void* root, xmlNodePtr node, xmlNodePtr parent) -> int {
        if (node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE) node = parent;
        while (node != nullptr && node != root)
            node = node->parent;
        return node == root ? 1 : 0;
    };
    const std::unique_ptr<xmlOutputBuffer, decltype(&xmlOutputBufferClose)> output(
        xmlAllocOutputBuffer(nullptr), xmlOutputBufferClose
    );
    if (output == nullptr) throw std::bad_alloc();
    const int length = xmlC14NExecute(
        element.doc, visible, &element, XML_C14N_EXCLUSIVE_1_0, names.data(), 0, output.get()
    );
    if (length < 0 || xmlOutputBufferFlush(output.get()) < 0) return {};
    return {
        reinterpret_cast<const char*>(xmlOutputBufferGetContent(output.get())),
        xmlOutputBufferGetSize(output.get())
    };
}

}  // namespace budstikke::crypto::xmldsig
