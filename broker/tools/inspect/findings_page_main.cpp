// findings_page: writes the page of findings, or checks that the committed one is up to date.
//   findings_page --write FILE | --check FILE
// A build tool: it is not installed and reads nothing but that file.
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>

#include "broker/tools/inspect/findings_page.hpp"

namespace {

int check(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string committed(std::istreambuf_iterator<char>(stream), {});
    if (stream && committed == budstikke::tools::findings_page()) return 0;
    std::cerr << file << " differs from the catalogue; run: findings_page --write " << file << '\n';
    return 1;
}

int write(const std::string& file) {
    std::ofstream stream(file, std::ios::binary);
    stream << budstikke::tools::findings_page();
    if (stream.flush()) return 0;
    std::cerr << file << " cannot be written\n";
    return 1;
}

}  // namespace

int main(int count, char** arguments) {
    const std::span<char*> words(arguments, static_cast<std::size_t>(count));
    const std::string mode = words.size() == 3 ? words[1] : "";
    if (mode == "--check") return check(words[2]);
    if (mode == "--write") return write(words[2]);
    std::cerr << "usage: findings_page --write FILE | --check FILE\n";
    return 2;
}
