// The threads of threads.hpp.
#include "broker/transport/threads.hpp"

#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "broker/base/background.hpp"
#include "broker/base/turn_queue.hpp"

namespace budstikke::transport {

namespace asio = boost::asio;

namespace {

struct IoThread {
    // One thread runs it: Asio may leave its locks out.
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::jthread thread;
};

}  // namespace

struct IoThreads::Impl {
    std::vector<std::unique_ptr<IoThread>> threads;
};

IoThreads::IoThreads(std::size_t count, ThreadKind kind) : impl_(std::make_unique<Impl>()) {
    for (std::size_t i = 0; i < count; ++i) {
        IoThread& thread = *impl_->threads.emplace_back(std::make_unique<IoThread>());
        thread.thread = std::jthread([&thread, kind] {
            if (kind == ThreadKind::behind_others) {
                compute_behind_others();
            }
            thread.context.run();
        });
    }
}

IoThreads::~IoThreads() {
    stop();
}

std::size_t IoThreads::size() const {
    return impl_->threads.size();
}

asio::io_context& IoThreads::context(std::size_t index) {
    return impl_->threads[index]->context;
}

void IoThreads::post(std::size_t index, std::move_only_function<void()> task) {
    asio::post(context(index), std::move(task));
}

void IoThreads::stop() {
    for (const auto& thread : impl_->threads) {
        thread->work.reset();
        thread->context.stop();
    }
    for (const auto& thread : impl_->threads) {
        if (thread->thread.joinable()) {
            thread->thread.join();
        }
    }
}

struct Workers::Impl {
    explicit Impl(std::size_t count) : pool(count) {}

    std::mutex mutex;
    TurnQueue<std::move_only_function<void()>> waiting;
    asio::thread_pool pool;
};

Workers::Workers(std::size_t count) : impl_(std::make_unique<Impl>(count)) {}

Workers::~Workers() {
    stop();
}

void Workers::post(const std::string& owner, std::move_only_function<void()> task) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->waiting.push(owner, std::move(task));
    }
    // One for each that waits, whichever of them it will be.
    asio::post(impl_->pool, [impl = impl_.get()] {
        std::unique_lock lock(impl->mutex);
        auto next = impl->waiting.pop();
        lock.unlock();
        next();
    });
}

void Workers::stop() {
    impl_->pool.join();
}

}  // namespace budstikke::transport
