// Ranks by MPI: the C interface, from one thread, without blocking calls.
#define OMPI_SKIP_MPICXX 1
#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <list>

#include "core/error.hpp"
#include "core/process/cores.hpp"
#include "core/ranks/ranks.hpp"

namespace inforelay {
namespace {

// MPI_Init of a process that nobody launched would start a daemon of its own.
bool was_launched() {
  constexpr std::array marks{"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "PMI_ID"};
  return std::any_of(marks.begin(), marks.end(), [](const char* mark) { return std::getenv(mark) != nullptr; });
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    if (provided < MPI_THREAD_FUNNELED) throw LostRanks("MPI: it does not allow threads (MPI_THREAD_FUNNELED)");
    check(MPI_Comm_dup(MPI_COMM_WORLD, &all_), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(all_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_rank(all_, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(all_, &size_), "MPI_Comm_size");
    share_machine();
  }

  ~MpiRanks() override {
    for (Sending& each : sending_) MPI_Wait(&each.request, MPI_STATUS_IGNORE);
    MPI_Finalize();
  }
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int machine() const override { return machine_; }
  int threads() const override { return threads_; }

  std::string place() const override {
    std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
    int length = 0;
    check(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
    return fmt::format("rank {} on {}", rank_, std::string_view(name.data(), static_cast<std::size_t>(length)));
  }

  void send(int to, MessageKind kind, Bytes bytes) override {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      throw IoError("MPI: a message of {} bytes, expected less than 2^31", bytes.size());
    }
    Sending& out = sending_.emplace_back();
    out.bytes = std::move(bytes);
    check(MPI_Isend(out.bytes.data(), static_cast<int>(out.bytes.size()), MPI_BYTE, to, static_cast<int>(kind), all_,
                    &out.request),
          "MPI_Isend");
  }

  std::size_t unsent_bytes() override {
    std::size_t bytes = 0;
    std::erase_if(sending_, [&](Sending& each) {
      if (has_ended(each.request, nullptr)) return true;
      bytes += each.bytes.size() + 1;
      return false;
    });
    return bytes;
  }

  std::optional<Message> receive() override {
    unsent_bytes();
    begin_receiving();
    // Of those that have arrived, one that no earlier one of the same rank is still on its way before.
    std::vector<int> waiting;
    for (auto each = receiving_.begin(); each != receiving_.end(); ++each) {
      const int from = each->message.from;
      if (std::find(waiting.begin(), waiting.end(), from) != waiting.end()) continue;
      if (has_ended(each->request, "MPI_Imrecv")) {
        Message message = std::move(each->message);
        receiving_.erase(each);
        return message;
      }
      waiting.push_back(from);
    }
    return {};
  }

  [[noreturn]] void abort(int code) override {
    MPI_Abort(all_, code);
    std::_Exit(code);
  }

 private:
  struct Sending {
    Bytes bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  struct Receiving {
    Message message;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  static constexpr std::size_t most_receiving = 64;

  void check(int error, const char* call) const {
    if (is_lost_) throw LostRanks("MPI has failed before");
    if (error == MPI_SUCCESS) return;
    is_lost_ = true;
    std::array<char, MPI_MAX_ERROR_STRING> text{};
    int length = 0;
    MPI_Error_string(error, text.data(), &length);
    throw LostRanks(
        fmt::format("MPI: {}: {}", call, std::string_view(text.data(), static_cast<std::size_t>(std::max(length, 0)))));
  }

  bool has_ended(MPI_Request& request, const char* call) const {
    int flag = 0;
    check(MPI_Test(&request, &flag, MPI_STATUS_IGNORE), call ? call : "MPI_Isend");
    return flag != 0;
  }

  // Large messages take both sides some time: many are taken at once.
  void begin_receiving() {
    while (receiving_.size() < most_receiving) {
      int flag = 0;
      MPI_Message found = MPI_MESSAGE_NULL;
      MPI_Status status;
      check(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, all_, &flag, &found, &status), "MPI_Improbe");
      if (flag == 0) return;
      int bytes = 0;
      check(MPI_Get_count(&status, MPI_BYTE, &bytes), "MPI_Get_count");
      Receiving& in = receiving_.emplace_back();
      in.message.from = status.MPI_SOURCE;
      in.message.kind = static_cast<MessageKind>(status.MPI_TAG);
      in.message.bytes.resize(static_cast<std::size_t>(bytes));
      check(MPI_Imrecv(in.message.bytes.data(), bytes, MPI_BYTE, &found, &in.request), "MPI_Imrecv");
    }
  }

  // A launcher may have bound each rank to cores of its own, or all to the same.
  void share_machine() {
    MPI_Comm here = MPI_COMM_NULL;
    check(MPI_Comm_split_type(all_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &here), "MPI_Comm_split_type");
    int ranks_here = 1;
    check(MPI_Comm_size(here, &ranks_here), "MPI_Comm_size");
    check(MPI_Allreduce(&rank_, &machine_, 1, MPI_INT, MPI_MIN, here), "MPI_Allreduce");
    cpu_set_t own, together;
    CPU_ZERO(&own);
    CPU_ZERO(&together);
    if (sched_getaffinity(0, sizeof own, &own) != 0) CPU_ZERO(&own);  // more than 1,024 cores: one thread a rank
    check(MPI_Allreduce(&own, &together, sizeof own, MPI_BYTE, MPI_BOR, here), "MPI_Allreduce");
    const int quota = cpu_quota();
    threads_ = share_of_cores(std::min(quota, CPU_COUNT(&own)), std::min(quota, CPU_COUNT(&together)), ranks_here);
    check(MPI_Comm_free(&here), "MPI_Comm_free");
  }

  mutable bool is_lost_ = false;
  MPI_Comm all_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1, machine_ = 0, threads_ = 1;
  std::list<Sending> sending_;
  std::list<Receiving> receiving_;  // in the order in which they were found
};

}  // namespace

std::unique_ptr<Ranks> join_ranks() { return was_launched() ? std::make_unique<MpiRanks>() : one_rank(); }

}  // namespace inforelay
