// budstikke_ceilings: what the machine could do at most, without any broker: synced writes, libxml2
// reading and validating, TLS's cipher. Prints JSON. Reads the messages that messages.py wrote.
#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "broker/transport/socket_handle.hpp"

namespace {

/// Of this thread's CPU, or of the wall, since other work may share the machine.
enum class Time { of_cpu, of_wall };

double now(Time time) {
    timespec moment{};
    ::clock_gettime(time == Time::of_cpu ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &moment);
    return static_cast<double>(moment.tv_sec) + static_cast<double>(moment.tv_nsec) / 1e9;
}

struct Asked {
    std::filesystem::path messages;
    std::filesystem::path schema;
    double seconds = 1;
};

/// How often a second `once` can be done.
template <typename Once>
double per_second(Time time, double seconds, Once once) {
    const double begin = now(time);
    double elapsed = 0;
    double count = 0;
    while (elapsed < seconds) {
        if (!once()) {
            std::cerr << "a ceiling cannot be measured\n";
            std::exit(EXIT_FAILURE);
        }
        ++count;
        elapsed = now(time) - begin;
    }
    return count / elapsed;
}

double synced_writes(double seconds, std::size_t bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "ceiling-XXXXXX").string();
    const budstikke::transport::SocketHandle file(::mkstemp(name.data()));
    ::unlink(name.c_str());
    const std::string block(bytes, 'x');
    return per_second(Time::of_wall, seconds, [&] {
        return ::write(file.get(), block.data(), block.size()) ==
                   static_cast<ssize_t>(block.size()) &&
               ::fdatasync(file.get()) == 0;
    });
}

double sax(double seconds, const std::string& text) {
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    // One that does nothing, so that names and attributes are made.
    handler.startElementNs = [](void*, const xmlChar*, const xmlChar*, const xmlChar*, int,
                                const xmlChar**, int, int, const xmlChar**) {};
    handler.characters = [](void*, const xmlChar*, int) {};
    return per_second(Time::of_cpu, seconds, [&] {
        return xmlSAXUserParseMemory(
                   &handler, nullptr, text.data(), static_cast<int>(text.size())
               ) == 0;
    });
}

double validation(double seconds, const std::filesystem::path& driver, const std::string& text) {
    const std::unique_ptr<xmlSchemaParserCtxt, decltype(&xmlSchemaFreeParserCtxt)> parser(
        xmlSchemaNewParserCtxt(driver.c_str()), &xmlSchemaFreeParserCtxt
    );
    const std::unique_ptr<xmlSchema, decltype(&xmlSchemaFree)> schema(
        xmlSchemaParse(parser.get()), &xmlSchemaFree
    );
    const std::unique_ptr<xmlSchemaValidCtxt, decltype(&xmlSchemaFreeValidCtxt)> context(
        xmlSchemaNewValidCtxt(schema.get()), &xmlSchemaFreeValidCtxt
    );
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    return per_second(Time::of_cpu, seconds, [&] {
        xmlParserInputBuffer* const input = xmlParserInputBufferCreateMem(
            text.data(), static_cast<int>(text.size()), XML_CHAR_ENCODING_UTF8
        );
        return xmlSchemaValidateStream(
                   context.get(), input, XML_CHAR_ENCODING_UTF8, &handler, nullptr
               ) == 0;
    });
}

double sealed_records(double seconds) {
    constexpr int record_bytes = 16 * 1024;
    const std::array<unsigned char, 32> key{};
    const std::array<unsigned char, 12> nonce{};
    std::vector<unsigned char> plain(record_bytes);
    std::vector<unsigned char> sealed(record_bytes);
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
        EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free
    );
    return per_second(Time::of_cpu, seconds, [&] {
        int length = 0;
        std::array<unsigned char, 16> tag{};
        return EVP_EncryptInit_ex(
                   cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()
               ) == 1 &&
               EVP_EncryptUpdate(
                   cipher.get(), sealed.data(), &length, plain.data(), record_bytes
               ) == 1 &&
               EVP_EncryptFinal_ex(cipher.get(), sealed.data(), &length) == 1 &&
               EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data()) == 1;
    });
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
    Asked asked;
    CLI::App app("What the machine could do at most");
    app.add_option("--messages", asked.messages)->required();
    app.add_option("--schema", asked.schema, "that validates them")->required();
    app.add_option("--seconds", asked.seconds, "for each");
    CLI11_PARSE(app, argc, argv);
    xmlInitParser();
    const std::string text = read(asked.messages / "0-0.xml");
    constexpr std::size_t kib = 1024;
    constexpr double records_per_gb = 1e9 / (16.0 * kib);
    std::cout << "{\"synced_4k_per_s\": " << synced_writes(asked.seconds, 4 * kib)
              << ", \"synced_64k_per_s\": " << synced_writes(asked.seconds, 64 * kib)
              << ", \"synced_1m_per_s\": " << synced_writes(asked.seconds, kib * kib)
              << ", \"sax_us\": " << 1e6 / sax(asked.seconds, text)
              << ", \"schema_us\": " << 1e6 / validation(asked.seconds, asked.schema, text)
              << ", \"tls_gb_per_s\": " << sealed_records(asked.seconds) / records_per_gb << "}"
              << std::endl;
    return EXIT_SUCCESS;
}
