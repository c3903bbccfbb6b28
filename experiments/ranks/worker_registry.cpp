#include "experiments/ranks/worker_registry.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/error.hpp"
#include "experiments/ranks/scan_messages.hpp"

namespace inforelay {

std::optional<Message> WorkerRegistry::receive() {
  std::optional<Message> message = ranks_.receive();
  if (!message) return message;
  if (message->from < 1 || message->from >= ranks_.size())
    throw DataError("a message between ranks has an invalid sender");
  Worker& worker = workers_[static_cast<std::size_t>(message->from)];
  if (message->kind == MessageKind::ready || message->kind == MessageKind::failed) worker.has_joined = true;
  if (message->kind == MessageKind::ended) worker.has_ended = true;
  if (message->kind == MessageKind::failed) throw_failure(message->bytes);
  return message;
}

void WorkerRegistry::refuse(const Message& message) {
  throw DataError(
      fmt::format("rank {} sent an unexpected message of kind {}", message.from, static_cast<int>(message.kind)));
}

void WorkerRegistry::dismiss(const std::function<bool()>& receive_all) {
  Backoff patience(std::chrono::milliseconds(1));
  while (!stop()) {
    if (receive_all()) {
      patience.reset();
    } else {
      patience.wait();
    }
  }
}

bool WorkerRegistry::stop() {
  bool all_ended = true;
  for (int rank = 1; rank < ranks_.size(); ++rank) {
    Worker& worker = workers_[static_cast<std::size_t>(rank)];
    if (worker.has_joined && !std::exchange(worker.was_stopped, true)) ranks_.send(rank, MessageKind::stop, {});
    all_ended = all_ended && worker.has_ended;
  }
  return all_ended;
}

}  // namespace inforelay
