// A correct payload message as text that tests change a piece of, and short ways to build packages.
// All of it is invented: parties, ids, certificate, content.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace budstikke::ebxml {

/// `text` with the first `from` as `to`. A test that changes nothing would prove nothing.
inline std::string changed(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    if (at == std::string::npos) {
        ADD_FAILURE() << "not there: " << from;
        return text;
    }
    return text.replace(at, from.size(), to);
}

/// The official examples, which are not part of the project.
inline std::filesystem::path standards() {
    const char* folder = std::getenv("BUDSTIKKE_STANDARDS");
    return folder != nullptr ? std::filesystem::path(folder)
                             : std::filesystem::path(BUDSTIKKE_SOURCE_DIR) / "../shared/standards";
}

inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    EXPECT_TRUE(stream) << path << " is missing; tests/README.md says where the standards lie";
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace budstikke::ebxml
