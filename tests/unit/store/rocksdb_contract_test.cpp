// The store on RocksDB, held to the contract suite.
#include <stdexcept>

#include "tests/unit/store/contract/store_contract.hpp"

namespace budstikke::store::testing {
namespace {

class RocksDbHarness final : public StoreHarness {
 public:
    RocksDbHarness() { reopen(); }
    Store& store() override { return *store_; }
    void reopen() override {
        store_.reset();  // the lock of the folder goes with it
        auto opened = open_rocksdb({.path = (folder_.path() / "store").string()});
        if (!opened) {
            throw std::runtime_error(opened.error().detail);
        }
        store_ = *std::move(opened);
    }

 private:
    TempFolder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(
    rocksdb, StoreContract,
    ::testing::Values(Implementation{
        .name = "rocksdb", .make = [] { return std::make_unique<RocksDbHarness>(); }
    }),
    [](const auto& case_) { return case_.param.name; }
);

}  // namespace
}  // namespace budstikke::store::testing
