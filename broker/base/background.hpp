// How a thread yields the processors to the others of its process, where the system lets an
// ordinary process say so.
#pragma once

namespace budstikke {

/// For the calling thread, whose work may wait: from now on it goes on with what the others leave
/// (nice 5), and asks for the longest slices there are, since Linux from 6.12 on lets a thread
/// that wakes interrupt one whose slice is longer, instead of waiting for some milliseconds. Where
/// the system refuses, or who started us asked for another policy, all stays as it was.
void compute_behind_others();

}  // namespace budstikke
