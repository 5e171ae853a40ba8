// How a thread yields the processors to the others of its process, or has them at once, where the
// system lets an ordinary process say so.
#pragma once

namespace budstikke {

/// For the calling thread, whose work may wait: from now on it goes on with what the others leave
/// (nice 5), and asks for the longest slices there are, since Linux from 6.12 on lets a thread
/// that wakes interrupt one whose slice is longer, instead of waiting for some milliseconds. Where
/// the system refuses, or who started us asked for another policy, all stays as it was.
void compute_behind_others();

/// For the calling thread, for whom many wait and who computes little at a time: it asks for the
/// shortest slices there are, so that it interrupts whoever computes for long when it wakes.
void interrupt_others();

}  // namespace budstikke
