#include "broker/transport/ebxml/service/opening_room.hpp"

#include <algorithm>

namespace budstikke::ebxml {

OpeningRoom::Share::Share(OpeningRoom& room, std::size_t bytes)
    : room_(room), bytes_(std::min(bytes, room.bytes_max_)) {
    std::unique_lock lock(room_.mutex_);
    room_.given_back_.wait(lock, [this] { return room_.free_ >= bytes_; });
    room_.free_ -= bytes_;
}

void OpeningRoom::Share::shrink_to(std::size_t bytes) {
    if (bytes >= bytes_) {
        return;
    }
    {
        const std::scoped_lock lock(room_.mutex_);
        room_.free_ += bytes_ - bytes;
    }
    bytes_ = bytes;
    room_.given_back_.notify_all();
}

}  // namespace budstikke::ebxml
