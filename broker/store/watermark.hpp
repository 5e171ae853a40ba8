// How far the store had come when it last said "durable": a number in a file of its own, beside the
// database. RocksDB cuts a damaged tail of its log off, whoever damaged it; the mark tells a torn
// tail that nobody was promised from a loss of what was acknowledged, so that the second stops the
// start (reliability.md section 2 rule 3). It also is the lock of the folder. May not know RocksDB.
#pragma once

#include <cstdint>
#include <string>

#include "broker/base/result.hpp"

namespace budstikke::store {

class Watermark {
 public:
    /// Opens the mark in `folder` and locks it, or creates it where `may_create`. `conflict` where
    /// another process, or another store of this one, holds it; `corrupt` where it is missing or
    /// does not verify.
    static Result<Watermark> open(const std::string& folder, bool may_create);
    ~Watermark();
    Watermark(Watermark&& other) noexcept;
    Watermark& operator=(Watermark&& other) noexcept;
    Watermark(const Watermark&) = delete;
    Watermark& operator=(const Watermark&) = delete;

    std::uint64_t value() const { return value_; }
    /// Call after the write that reaches `value` is durable, never before. The mark itself is
    /// synced only now and then: after a power cut it may lag behind, and then it proves less but
    /// never lies.
    Result<void> advance(std::uint64_t value);

 private:
    explicit Watermark(int file) : file_(file) {}
    Result<void> read(const std::string& path);
    Result<void> write(std::uint64_t value);
    Result<void> sync();

    int file_ = -1;
    std::uint64_t value_ = 0;
    std::uint64_t writes_ = 0;
};

}  // namespace budstikke::store
