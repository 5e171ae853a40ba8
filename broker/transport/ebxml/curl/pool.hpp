// Handles that wait with their connections for the next transfer. Promises one handle to one thread
// at a time, and to who asks for a server the handle that was there last. Internal to the carriers.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "broker/transport/ebxml/curl/easy.hpp"

namespace budstikke::ebxml {

/// Holds as many handles as were ever out at once.
class EasyPool {
 public:
    /// `origin` names the server, in any way that is always the same.
    Easy borrow(std::string_view origin);
    void give_back(Easy easy, std::string_view origin);

 private:
    struct Kept {
        Easy easy;
        std::string origin;
    };
    std::mutex mutex_;
    std::vector<Kept> kept_;
};

}  // namespace budstikke::ebxml
