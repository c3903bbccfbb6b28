#include "python/module/background.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace inforelay::python {
namespace py = pybind11;
namespace {

constexpr std::chrono::milliseconds between_reports(50);

/// A thread that runs one task at a time.
class Worker {
 public:
  Worker() {
    std::thread([this] { serve(); }).detach();
  }

  void begin(const std::function<void()>& task) {
    const std::lock_guard lock(mutex_);
    task_ = &task;
    changed_.notify_all();
  }

  /// Whether the task has ended.
  bool wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return task_ == nullptr; });
  }

 private:
  [[noreturn]] void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return task_ != nullptr; });
      const std::function<void()>& task = *task_;
      lock.unlock();
      task();
      lock.lock();
      task_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* task_ = nullptr;
};

struct IdleWorkers {
  std::mutex mutex;
  std::vector<Worker*> workers;
};

// Never destroyed: its threads end with the process. A forked process has none of them.
IdleWorkers* idle_workers = nullptr;

Worker& take_worker() {
  static std::once_flag once;
  std::call_once(once, [] {
    idle_workers = new IdleWorkers;
    pthread_atfork(nullptr, nullptr, [] { idle_workers = new IdleWorkers; });
  });
  const std::lock_guard lock(idle_workers->mutex);
  if (idle_workers->workers.empty()) return *new Worker;
  Worker& worker = *idle_workers->workers.back();
  idle_workers->workers.pop_back();
  return worker;
}

void give_back(Worker& worker) {
  const std::lock_guard lock(idle_workers->mutex);
  idle_workers->workers.push_back(&worker);
}

/// The latest report, read by another thread.
class SharedProgress final : public Progress {
 public:
  void report(std::uint64_t done, std::uint64_t total) override {
    const std::lock_guard lock(mutex_);
    latest_ = Report{done, total};
  }
  bool stop_requested() const override { return stop_; }
  void stop() { stop_ = true; }

  /// Calls `progress` with the latest report if there is a new one. Needs the GIL.
  void pass_on(const py::object& progress) {
    std::optional<Report> latest;
    {
      const std::lock_guard lock(mutex_);
      latest.swap(latest_);
    }
    if (latest && !progress.is_none()) progress(latest->done, latest->total);
  }

 private:
  struct Report {
    std::uint64_t done, total;
  };
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::optional<Report> latest_;
};

}  // namespace

void run_in_background(const py::object& progress, const std::function<void(Progress&)>& work) {
  SharedProgress reports;
  std::exception_ptr failure;                      // of the work
  std::optional<py::error_already_set> exception;  // of Python
  const std::function<void()> task = [&] {
    try {
      work(reports);
    } catch (...) {
      failure = std::current_exception();
    }
  };
  const auto look_after = [&] {
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      reports.pass_on(progress);
    } catch (py::error_already_set& error) {
      exception = std::move(error);
      reports.stop();
    }
  };
  {
    const py::gil_scoped_release release;
    Worker& worker = take_worker();
    worker.begin(task);
    while (!worker.wait(between_reports)) {
      if (exception) continue;
      const py::gil_scoped_acquire acquire;
      look_after();
    }
    give_back(worker);
  }
  if (!exception && !failure) look_after();
  if (exception) throw std::move(*exception);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace inforelay::python
