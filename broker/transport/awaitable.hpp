// The names of Asio that our headers need, declared and not included: a coroutine's return type and
// the context that it runs on. Promises that no header of this folder pulls Asio in.
#pragma once

namespace boost::asio {
class any_io_executor;
class io_context;
template <typename T, typename Executor>
class awaitable;
}  // namespace boost::asio

namespace budstikke::transport {

/// A coroutine of an I/O thread; the .cpp that defines or awaits one includes Asio.
template <typename T>
using Awaitable = boost::asio::awaitable<T, boost::asio::any_io_executor>;

}  // namespace budstikke::transport
