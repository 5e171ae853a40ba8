// fork, drop rights, exec.
#include "tests/unit/admin/child_process.hpp"

#include <atomic>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace budstikke::admin {

namespace {

constexpr uid_t nobody = 65534;

void redirect(const std::string& file, int descriptor) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || ::dup2(fd, descriptor) < 0) ::_exit(125);
    ::close(fd);
}

void drop_rights() {
    if (::geteuid() != 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) {
        ::_exit(126);
    }
}

}  // namespace

uid_t ordinary_user() {
    return ::geteuid() == 0 ? nobody : ::geteuid();
}

void give_to_ordinary_user(const std::filesystem::path& folder) {
    if (::geteuid() != 0) return;
    const auto give = [](const std::filesystem::path& path) {
        if (::lchown(path.c_str(), nobody, nobody) != 0)
            throw std::runtime_error("cannot give away");
    };
    give(folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        give(entry.path());
    }
}

std::string contents(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

ChildProcess::ChildProcess(
    const std::vector<std::string>& arguments, std::filesystem::path output_folder,
    const std::vector<std::string>& environment
)
    : folder_(std::move(output_folder)) {
    static std::atomic<int> count{0};
    name_ = "process-" + std::to_string(++count);
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const std::string out = (folder_ / (name_ + ".out")).string();
    const std::string err = (folder_ / (name_ + ".err")).string();
    pid_ = ::fork();
    if (pid_ != 0) return;
    redirect(out, STDOUT_FILENO);
    redirect(err, STDERR_FILENO);
    for (const std::string& variable : environment)
        ::putenv(const_cast<char*>(variable.c_str()));
    drop_rights();
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

ChildProcess::~ChildProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) const {
    ::kill(pid_, number);
}

int ChildProcess::wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ChildProcess::standard_output() const {
    return contents(folder_ / (name_ + ".out"));
}
std::string ChildProcess::standard_error() const {
    return contents(folder_ / (name_ + ".err"));
}

}  // namespace budstikke::admin
