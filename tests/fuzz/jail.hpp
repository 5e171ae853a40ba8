// A process that may use memory, the time and its way out, and nothing else: no file, no socket, no
// other program. A parser that tries dies of it. For tests; Linux on x86-64 and ARM64.
#pragma once

#include <functional>

namespace budstikke::fuzz {

/// Forks; the child locks itself in (seccomp) and runs `work`. True where it came to its end. What
/// killed it is printed to stderr: the signal, and for a forbidden system call its number.
/// Nothing that the child did is seen here, its exit handlers do not run.
bool ends_in_jail(const std::function<void()>& work);

}  // namespace budstikke::fuzz
