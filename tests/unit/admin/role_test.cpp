// Who may do what, as a table: every command against every role. A new command has no line here and
// fails the test until somebody decides.
#include "broker/admin/role.hpp"

#include <map>

#include <gtest/gtest.h>

#include "broker/admin/command.hpp"

namespace budstikke::admin {
namespace {

struct Verdicts {
    bool viewer, operator_, admin, auditor;
};

// clang-format off
const std::map<std::string_view, Verdicts> matrix{
    // command               viewer operator admin auditor
    {"help",                {true,  true,    true,  true}},
    {"status",              {true,  true,    true,  true}},
    {"sessions",            {true,  true,    true,  false}},
    {"keys",                {true,  true,    true,  false}},
    {"parties",             {true,  true,    true,  false}},
    {"parties list",        {true,  true,    true,  false}},
    {"parties show",        {true,  true,    true,  false}},
    {"party hold",          {false, true,    true,  false}},
    {"party release",       {false, true,    true,  false}},
    {"queue list",          {true,  true,    true,  false}},
    {"queue show",          {true,  true,    true,  false}},
    {"queue pause",         {false, true,    true,  false}},
    {"queue resume",        {false, true,    true,  false}},
    {"message show",        {true,  true,    true,  true}},
    {"deadletter list",     {true,  true,    true,  false}},
    {"deadletter retry",    {false, true,    true,  false}},
    {"deadletter discard",  {false, false,   true,  false}},
    {"ebxml status",        {true,  true,    true,  true}},
    {"ebxml agreements",    {true,  true,    true,  false}},
    {"ebxml way",           {true,  true,    true,  false}},
    {"ebxml waiting",       {true,  true,    true,  false}},
    {"ebxml partners",      {true,  true,    true,  false}},
    {"audit list",          {false, false,   true,  true}},
    {"reload",              {false, false,   true,  false}},
    {"drain",               {false, true,    true,  false}},
    {"stop",                {false, false,   true,  false}},
};
// clang-format on

Peer kari() {
    return {.uid = 1001, .pid = 1, .user = "kari", .groups = {"drift", "200", "kari", "1001"}};
}

TEST(Roles, EveryCommandAgainstEveryRole) {
    EXPECT_EQ(matrix.size(), commands().size());
    for (const CommandSpec& spec : commands()) {
        const auto row = matrix.find(spec.name);
        ASSERT_NE(row, matrix.end()) << spec.name;
        const Verdicts& expected = row->second;
        EXPECT_EQ(with_lower(Role::viewer).meets(spec.admits), expected.viewer) << spec.name;
        EXPECT_EQ(with_lower(Role::operator_).meets(spec.admits), expected.operator_) << spec.name;
        EXPECT_EQ(with_lower(Role::admin).meets(spec.admits), expected.admin) << spec.name;
        EXPECT_EQ(with_lower(Role::auditor).meets(spec.admits), expected.auditor) << spec.name;
        EXPECT_FALSE(RoleSet{}.meets(spec.admits)) << spec.name;
    }
}

TEST(Roles, ViewersAndAuditorsChangeNothing) {
    for (const CommandSpec& spec : commands()) {
        if (!spec.changing) continue;
        EXPECT_FALSE(spec.admits.has(Role::viewer)) << spec.name;
        EXPECT_FALSE(spec.admits.has(Role::auditor)) << spec.name;
    }
}

TEST(Roles, ComeFromUsersAndGroupsByNameAndNumber) {
    const auto of = [](std::vector<std::string> users, std::vector<std::string> groups) {
        return roles_of(kari(), {{.role = Role::operator_, .users = users, .groups = groups}});
    };
    EXPECT_EQ(of({"kari"}, {}), with_lower(Role::operator_));
    EXPECT_EQ(of({"1001"}, {}), with_lower(Role::operator_));
    EXPECT_EQ(of({}, {"drift"}), with_lower(Role::operator_));
    EXPECT_EQ(of({}, {"200"}), with_lower(Role::operator_));
    EXPECT_TRUE(of({"ola", "100", ""}, {"other", "kar"}).empty());
    EXPECT_TRUE(of({}, {}).empty());
}

TEST(Roles, AddUpOverRules) {
    const std::vector<RoleRule> rules{
        {.role = Role::viewer, .users = {}, .groups = {"drift"}},
        {.role = Role::auditor, .users = {"kari"}, .groups = {}},
    };
    EXPECT_EQ(roles_of(kari(), rules), (RoleSet{Role::viewer, Role::auditor}));
}

TEST(Roles, AUserWithoutNameIsNotEverybodyWithoutName) {
    const Peer nameless{.uid = 7, .pid = 1, .user = "", .groups = {"7"}};
    EXPECT_TRUE(roles_of(nameless, {{.role = Role::admin, .users = {""}, .groups = {}}}).empty());
    EXPECT_EQ(nameless.text(), "uid 7");
    EXPECT_EQ(kari().text(), "kari (uid 1001)");
}

TEST(Roles, AreRecordedByTheForemost) {
    EXPECT_EQ(foremost(with_lower(Role::admin)), Role::admin);
    EXPECT_EQ(foremost(with_lower(Role::operator_)), Role::operator_);
    EXPECT_EQ(foremost({Role::viewer, Role::auditor}), Role::viewer);
    EXPECT_EQ(foremost({Role::auditor}), Role::auditor);
}

}  // namespace
}  // namespace budstikke::admin
