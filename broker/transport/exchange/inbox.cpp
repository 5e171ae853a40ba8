// The hand-over of inbox.hpp.
#include "broker/transport/exchange/inbox.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

void Inbox::put(Task task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        if (std::exchange(scheduled_, true)) {
            return;
        }
    }
    boost::asio::post(context_, [this] { run_batch(); });
}

void Inbox::run_batch() {
    {
        const std::lock_guard lock(mutex_);
        scheduled_ = false;
        batch_.swap(tasks_);
    }
    for (Task& task : batch_) {
        task();
    }
    if (batch_.capacity() > limits::tasks_kept_max) {
        std::vector<Task>().swap(batch_);
    }
    batch_.clear();
    after_batch_();
}

}  // namespace budstikke::transport
