// A program of ours as a process of its own, with its output in files. A test that root runs starts
// it as an ordinary user, because budstikked refuses root. Kills what is left behind, by its id.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace budstikke::admin {

class ChildProcess {
 public:
    /// `environment` is added to ours.
    ChildProcess(
        const std::vector<std::string>& arguments, std::filesystem::path output_folder,
        const std::vector<std::string>& environment = {}
    );
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// The exit status, or 128 and the signal's number. Once.
    int wait();
    std::string standard_output() const;
    std::string standard_error() const;

 private:
    std::filesystem::path folder_;
    std::string name_;
    pid_t pid_ = -1;
};

/// The user that the programs run as.
uid_t ordinary_user();
/// Gives the folder and all in it to that user.
void give_to_ordinary_user(const std::filesystem::path& folder);
std::string contents(const std::filesystem::path& file);

}  // namespace budstikke::admin
