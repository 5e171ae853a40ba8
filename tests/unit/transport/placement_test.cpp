// Where connections come to: alike work is spread, and who leaves is counted no longer.
#include "broker/transport/placement.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace budstikke::transport {
namespace {

TEST(Placement, SpreadsEachOrganisationWhateverTheOrderOfArrival) {
    Placement placement(2);
    std::vector<Placement::Place> places;
    std::vector<std::size_t> senders(2);
    std::vector<std::size_t> recipients(2);
    for (int i = 0; i < 4; ++i) {
        ++senders[places.emplace_back(placement.place("hospital")).thread()];
        ++recipients[places.emplace_back(placement.place("practice")).thread()];
    }
    const std::vector<std::size_t> evenly{2, 2};
    EXPECT_EQ(senders, evenly);
    EXPECT_EQ(recipients, evenly);
}

TEST(Placement, SpreadsThoseWhoHaveOneConnectionEach) {
    Placement placement(3);
    std::vector<Placement::Place> places;
    std::vector<std::size_t> count(3);
    for (int i = 0; i < 9; ++i) {
        ++count[places.emplace_back(placement.place("practice " + std::to_string(i))).thread()];
    }
    EXPECT_EQ(count, (std::vector<std::size_t>{3, 3, 3}));
}

TEST(Placement, CountsWhoLeftNoLonger) {
    Placement placement(2);
    std::optional first(placement.place("hospital"));
    const auto second = placement.place("hospital");
    EXPECT_NE(first->thread(), second.thread());
    const auto left = first->thread();
    first.reset();
    EXPECT_EQ(placement.place("hospital").thread(), left);
    EXPECT_EQ(placement.place("practice").thread(), left);
}

TEST(Placement, CountsAPlaceThatIsHandedOnOnce) {
    Placement placement(2);
    auto place = placement.place("hospital");
    const auto thread = place.thread();
    {
        const auto handed_on = std::move(place);
        EXPECT_EQ(handed_on.thread(), thread);
        EXPECT_NE(placement.place("hospital").thread(), thread);
    }
    EXPECT_EQ(placement.place("hospital").thread(), thread);
}

TEST(Placement, HasOneThreadForAllWhereThereIsOne) {
    Placement placement(1);
    const auto first = placement.place("hospital");
    const auto second = placement.place("hospital");
    EXPECT_EQ(first.thread(), 0U);
    EXPECT_EQ(second.thread(), 0U);
}

}  // namespace
}  // namespace budstikke::transport
