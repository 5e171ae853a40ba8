// The threads of threads.hpp.
#include "broker/transport/threads.hpp"

#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

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

IoThreads::IoThreads(std::size_t count) : impl_(std::make_unique<Impl>()) {
    for (std::size_t i = 0; i < count; ++i) {
        IoThread& thread = *impl_->threads.emplace_back(std::make_unique<IoThread>());
        thread.thread = std::jthread([&thread] { thread.context.run(); });
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
    asio::thread_pool pool;
};

Workers::Workers(std::size_t count) : impl_(std::make_unique<Impl>(count)) {}

Workers::~Workers() {
    stop();
}

void Workers::post(std::move_only_function<void()> task) {
    asio::post(impl_->pool, std::move(task));
}

void Workers::stop() {
    impl_->pool.join();
}

}  // namespace budstikke::transport
