// The contract suite: what store.hpp promises, for every implementation. One joins by a harness and
// INSTANTIATE_TEST_SUITE_P; the cases know nothing but the interface.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "broker/store/store.hpp"
#include "tests/unit/store/samples.hpp"

namespace budstikke::store::testing {

/// A fresh, empty store of one implementation.
class StoreHarness {
 public:
    virtual ~StoreHarness() = default;
    virtual Store& store() = 0;
    /// Closes the store and opens it again on what it kept.
    virtual void reopen() = 0;
};

struct Implementation {
    std::string name;
    std::function<std::unique_ptr<StoreHarness>()> make;
};

class StoreContract : public ::testing::TestWithParam<Implementation> {
 protected:
    StoreContract() : harness_(GetParam().make()) {}

    Store& store() { return harness_->store(); }
    void reopen() { harness_->reopen(); }

    /// Commits what `fill` puts into a batch.
    void commit(const std::function<void(Batch&)>& fill) {
        const auto batch = store().begin();
        fill(*batch);
        const auto committed = store().commit(*batch);
        ASSERT_TRUE(committed.has_value()) << committed.error().detail;
    }

 private:
    std::unique_ptr<StoreHarness> harness_;
};

}  // namespace budstikke::store::testing
