#include "experiments/sweep/remote_runs.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/process/memory.hpp"
#include "experiments/ranks/scan_messages.hpp"

namespace inforelay {

RemoteRuns::RemoteRuns(Ranks& ranks, double max_memory) : ranks_(ranks), workers_(ranks) {
  if (ranks.size() > 1) send_job(ranks, begin_job(JobKind::runs).number(max_memory).take());
}

RemoteRuns::~RemoteRuns() {
  try {
    dismiss();
  } catch (const LostRanks&) {
    // Reported again with the next message.
  }
}

void RemoteRuns::receive(const Ready& ready, const Ended& ended) {
  while (const std::optional<Message> message = workers_.receive()) {
    MessageReader content(message->bytes);
    switch (message->kind) {
      case MessageKind::ready: {
        const int threads = content.number<int>(1, 1 << 16, "a number of threads");
        const int machine = content.number<int>(0, ranks_.size() - 1, "a machine");
        ready(message->from, {.threads = threads, .machine = machine, .bytes = content.number<double>()});
        break;
      }
      case MessageKind::run_ended: {
        const auto number = static_cast<std::size_t>(content.number<std::uint64_t>());
        ended({number, content.text()});
        break;
      }
      case MessageKind::ended:
        break;
      default:
        WorkerRegistry::refuse(*message);
    }
  }
}

void RemoteRuns::start(int rank, std::size_t number, const RunJob& job, int threads) {
  MessageWriter message;
  message.number(static_cast<std::uint64_t>(number)).text(job.folder.string()).texts(job.arguments).number(threads);
  ranks_.send(rank, MessageKind::begin_run, message.take());
}

void RemoteRuns::signal(int signal) {
  for (int rank = 1; rank < ranks_.size(); ++rank) {
    if (workers_.has_joined(rank)) ranks_.send(rank, MessageKind::signal, MessageWriter().number(signal).take());
  }
}

void RemoteRuns::dismiss() {
  workers_.dismiss([this] {
    try {
      receive([](int, const WorkerCapacity&) {}, [](const ChildRuns::End&) {});
    } catch (const LostRanks&) {
      throw;
    } catch (const Error&) {
      // Another rank has failed; the job ends nevertheless.
    }
    return false;
  });
}

void start_runs(MessageReader& job, Ranks& ranks) {
  const auto max_memory = job.number<double>();
  job.finish();
  const auto bytes = [](std::optional<std::uint64_t> asked) { return static_cast<double>(memory_limit(asked).bytes); };
  const double here = max_memory > 0 ? bytes(static_cast<std::uint64_t>(max_memory)) : bytes(std::nullopt) * 2 / 3;
  ranks.send(0, MessageKind::ready, MessageWriter().number(thread_count()).number(ranks.machine()).number(here).take());
  const auto report = [&](const ChildRuns::End& end) {
    ranks.send(0, MessageKind::run_ended,
               MessageWriter().number(static_cast<std::uint64_t>(end.job)).text(end.failure).take());
  };
  ChildRuns children;
  Backoff backoff(std::chrono::milliseconds(10));
  while (true) {
    for (const ChildRuns::End& end : children.collect()) report(end);
    const std::optional<Message> message = ranks.receive();
    if (!message) {
      backoff.wait();
      continue;
    }
    backoff.reset();
    MessageReader content(message->bytes);
    switch (message->kind) {
      case MessageKind::begin_run: {
        const auto number = static_cast<std::size_t>(content.number<std::uint64_t>());
        RunJob run;
        run.folder = content.text();
        run.arguments = content.texts();
        try {
          children.start(number, run, content.number<int>(1, 1 << 16, "a number of threads"));
        } catch (const IoError& error) {
          report({number, error.what()});  // only this run has failed
        }
        break;
      }
      case MessageKind::signal:
        children.signal(content.number<int>());
        break;
      case MessageKind::stop:
        return;
      default:
        throw DataError(fmt::format("unexpected message of kind {} during runs", static_cast<int>(message->kind)));
    }
  }
}

}  // namespace inforelay
