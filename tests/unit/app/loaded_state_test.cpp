// That what was read and checked is what the broker works with: nothing is read twice, and a reload
// leaves alone what counts from start to stop.
#include "broker/app/loaded_state.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "broker/app/node.hpp"
#include "tests/unit/app/config_folder.hpp"

namespace budstikke::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class NoEvents final : public EventLog {
 public:
    void write(EventLevel, std::string_view, std::initializer_list<EventField>) override {}
};

class LoadedStateTest : public ConfigFolder {
 protected:
    void SetUp() override {
        ConfigFolder::SetUp();
        make_pack("schemas");
        write_config("schemas");
    }
    void make_pack(const std::string& name) const {
        fs::create_directory(folder_ / name);
        write(
            folder_ / name / "a.xsd",
            "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
            "targetNamespace=\"urn:invented\"><xs:element name=\"a\"/></xs:schema>"
        );
    }
    void spoil_pack(const std::string& name) const {
        write(folder_ / name / "a.xsd", "<not a schema");
    }
    void write_config(const std::string& schemas) const {
        std::string text = minimal_config;
        text.insert(text.find("directory ="), "schemas = \"" + schemas + "\"\n");
        write(file(), text);
    }
    fs::path file() const { return folder_ / "b.toml"; }
    LoadedState loaded() {
        auto state = load_state(file(), clock_);
        if (!state) {
            throw std::runtime_error(directory::to_text(state.error().front()));
        }
        return *std::move(state);
    }

    SystemClock clock_;
    NoEvents events_;
};

TEST_F(LoadedStateTest, TheBrokerStartsWithTheSchemasThatWereCheckedAndReadsThemNoMore) {
    LoadedState state = loaded();
    const xml::SchemaSet* const compiled = state.schemas.get();
    ASSERT_NE(compiled, nullptr);
    EXPECT_TRUE(compiled->covers("urn:invented"));
    fs::remove_all(folder_ / "schemas");
    const auto node = Node::open(std::move(state), clock_, events_, [](const Error&) {});
    ASSERT_TRUE(node) << node.error().detail;
    EXPECT_TRUE((*node)->has_schemas());
}

TEST_F(LoadedStateTest, AReloadCompilesNoPackThatIsInUse) {
    const fs::path in_use = loaded().config.schemas;
    spoil_pack("schemas");
    const auto again = load_state(file(), clock_, in_use);
    ASSERT_TRUE(again) << directory::to_text(again.error().front());
    EXPECT_EQ(again->schemas, nullptr);
    EXPECT_FALSE(load_state(file(), clock_)) << "a start does";
}

TEST_F(LoadedStateTest, AReloadChecksAnotherPackThanTheOneInUse) {
    const fs::path in_use = loaded().config.schemas;
    make_pack("others");
    write_config("others");
    EXPECT_TRUE(load_state(file(), clock_, in_use));
    spoil_pack("others");
    const auto next = load_state(file(), clock_, in_use);
    ASSERT_FALSE(next);
    EXPECT_THAT(texts(next.error()), ElementsAre(HasSubstr("b.toml:3: ")));
}

}  // namespace
}  // namespace budstikke::app
