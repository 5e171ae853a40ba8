// budstikke_hot: the hot pieces by themselves (Google Benchmark): the pass that reads the facts,
// that pass with schemas, sealing and opening, frames, one synced commit. Reads the messages that
// messages.py wrote in the folder that BUDSTIKKE_BENCH_MESSAGES names, and the official schemas.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <benchmark/benchmark.h>
#include <budstikke/v1/exchange.pb.h>

#include "adapters/register.hpp"
#include "broker/adapter/registry.hpp"
#include "broker/crypto/master_keys.hpp"
#include "broker/store/payload_codec.hpp"
#include "broker/store/rocksdb_store.hpp"
#include "broker/transport/exchange/frame.hpp"
#include "broker/xml/schema_set.hpp"
#include "tests/unit/store/ledger.hpp"

namespace {

using namespace budstikke;
using store::testing::TempFolder;

std::filesystem::path folder_of(const char* variable) {
    const char* const value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

/// A discharge note of 8 KiB (0-0), or a dialogue of 2 KiB.
std::string message(std::int64_t bytes) {
    const auto folder = folder_of("BUDSTIKKE_BENCH_MESSAGES") / std::to_string(bytes);
    std::ifstream file(folder / "0-0.xml", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void done_with(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(state.iterations());
}

void read_message(benchmark::State& state, const xml::SchemaSet* schemas) {
    AdapterRegistry registry;
    const std::string payload = message(state.range(0));
    if (payload.empty() || !register_adapters(registry)) {
        return state.SkipWithError("no message to read");
    }
    for (auto _ : state) {
        const Decoded decoded = registry.decode(payload, schemas);
        if (!decoded.well_formed || decoded.schema == SchemaVerdict::invalid ||
            (schemas != nullptr && decoded.schema != SchemaVerdict::valid)) {
            return state.SkipWithError("the message is not what it should be");
        }
    }
    done_with(state, payload.size());
}

void facts(benchmark::State& state) {
    read_message(state, nullptr);
}

void facts_and_schema(benchmark::State& state) {
    static const auto schemas =
        xml::SchemaSet::load(folder_of("BUDSTIKKE_STANDARDS") / "_all" / "schema");
    if (!schemas) {
        return state.SkipWithError("no schemas");
    }
    read_message(state, schemas->get());
}

std::optional<store::PayloadCodec> codec(const TempFolder& folder) {
    const auto file = folder.path() / "keys";
    std::ofstream(file) << "first " << std::string(64, '1') << '\n';
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    auto keys = crypto::MasterKeys::load(file);
    if (!keys) {
        return std::nullopt;
    }
    return std::make_optional<store::PayloadCodec>(
        std::make_shared<const crypto::MasterKeys>(std::move(*keys))
    );
}

void seal(benchmark::State& state) {
    const TempFolder folder;
    const auto sealing = codec(folder);
    const std::string payload = message(state.range(0));
    const auto id = store::testing::message_id(1);
    for (auto _ : state) {
        const auto sealed = sealing->seal(id, payload);
        if (!sealed) {
            return state.SkipWithError("does not seal");
        }
        benchmark::DoNotOptimize(sealed->chunks.front().data());
    }
    done_with(state, payload.size());
}

void open(benchmark::State& state) {
    const TempFolder folder;
    const auto sealing = codec(folder);
    const std::string payload = message(state.range(0));
    const auto id = store::testing::message_id(1);
    const auto sealed = sealing->seal(id, payload);
    for (auto _ : state) {
        const auto opened = sealing->open(id, sealed->wrap, 0, sealed->chunks.front());
        if (!opened || opened->size() != payload.size()) {
            return state.SkipWithError("does not open");
        }
    }
    done_with(state, payload.size());
}

v1::Frame submission(std::int64_t bytes) {
    v1::Frame frame;
    frame.mutable_submit()->set_submission(1);
    frame.mutable_submit()->set_content_type("application/xml");
    frame.mutable_submit()->set_payload(message(bytes));
    frame.mutable_submit()->set_size(frame.submit().payload().size());
    return frame;
}

void frame_out(benchmark::State& state) {
    const v1::Frame frame = submission(state.range(0));
    std::string out;
    for (auto _ : state) {
        out.clear();
        transport::append_frame(out, frame);
        benchmark::DoNotOptimize(out.data());
    }
    done_with(state, out.size());
}

void frame_in(benchmark::State& state) {
    std::string bytes;
    transport::append_frame(bytes, submission(state.range(0)));
    transport::FrameDecoder decoder(limits::frame_bytes_max);
    for (auto _ : state) {
        decoder.lend(bytes);
        const auto body = decoder.next();
        v1::Frame frame;
        if (!body || !*body || !transport::parse_frame(**body, frame) || !frame.has_submit()) {
            return state.SkipWithError("is no frame");
        }
        decoder.keep();
    }
    done_with(state, bytes.size());
}

/// The rows of as many acceptances as the argument says, in one synced write.
void commit(benchmark::State& state) {
    const TempFolder folder;
    auto rows = store::open_rocksdb({.path = (folder.path() / "store").string()});
    if (!rows) {
        return state.SkipWithError("no store");
    }
    std::uint64_t number = 0;
    for (auto _ : state) {
        const auto batch = (*rows)->begin();
        for (std::int64_t at = 0; at < state.range(0); ++at) {
            store::testing::accept(*batch, ++number);
        }
        if (!(*rows)->commit(*batch)) {
            return state.SkipWithError("does not commit");
        }
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(number));
}

constexpr std::int64_t small = 2048;
constexpr std::int64_t large = 8192;
BENCHMARK(facts)->Arg(small)->Arg(large);
BENCHMARK(facts_and_schema)->Arg(small)->Arg(large);
BENCHMARK(seal)->Arg(small)->Arg(large);
BENCHMARK(open)->Arg(small)->Arg(large);
BENCHMARK(frame_out)->Arg(small)->Arg(large);
BENCHMARK(frame_in)->Arg(small)->Arg(large);
BENCHMARK(commit)->Arg(1)->Arg(64)->Arg(256)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
