#include "core/ranks/ranks.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <thread>

#include "core/parallel.hpp"

namespace inforelay {
namespace {

class Alone final : public Ranks {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int machine() const override { return 0; }
  int threads() const override { return thread_count(); }
  std::string place() const override { return "rank 0"; }
  void send(int, MessageKind, Bytes) override { assert(false && "there is nobody to send to"); }
  std::size_t unsent_bytes() override { return 0; }
  std::optional<Message> receive() override { return {}; }
  [[noreturn]] void abort(int code) override { std::exit(code); }
};

Ranks*& current() {
  static Alone alone;
  static Ranks* ranks = &alone;
  return ranks;
}

}  // namespace

std::unique_ptr<Ranks> one_rank() { return std::make_unique<Alone>(); }

Ranks& ranks() { return *current(); }

void set_ranks(Ranks& joined) { current() = &joined; }

void send_job(Ranks& ranks, const Bytes& bytes) {
  for (const int child : {2 * ranks.rank() + 1, 2 * ranks.rank() + 2}) {
    if (child < ranks.size()) ranks.send(child, MessageKind::job, bytes);
  }
}

int share_of_cores(int own, int all, int ranks) { return std::max(1, std::min(own, all / ranks)); }

void Backoff::wait() {
  std::this_thread::sleep_for(next_);
  next_ = std::min(2 * next_, most_);
}

}  // namespace inforelay
