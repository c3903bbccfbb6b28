// What rank 0 asks the other ranks to share in: the bytes of its jobs, of scans and their results.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "core/random.hpp"
#include "core/ranks/message.hpp"
#include "core/sets/subset_scan.hpp"
#include "infotheory/relay/greedy.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

enum class JobKind : std::uint8_t {
  end,   ///< nothing more will come
  scan,  ///< compute parts of a scan
  runs,  ///< start runs of a sweep
};

/// The beginning of a job's bytes.
MessageWriter begin_job(JobKind kind);
/// Reads it. Throws DataError for another kind, and UsageError where rank 0 is another build of the program, whose
/// parts need not fit ours; the end is the same for all.
JobKind read_job(MessageReader& job);

/// The data for the relay information of all sets: the arguments of its StateTable, and the greedy path.
struct RelayScanSource {
  const UnitStates& states;  ///< of up to 32 units
  std::span<const Symbol> input, output;
  std::span<const Contrast> contrasts;
  const GreedyRelay& path;
};

/// JobKind::scan. For 60,000 samples: 0.5 MB of relay information, 5 MB of knockouts (K = 20).
Bytes relay_scan_job(const RelayScanSource& source);
Bytes knockout_scan_job(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random);

/// A scan together with what it is computed from.
class ReceivedScan {
 public:
  virtual ~ReceivedScan() = default;
  virtual const SubsetScan& scan() const = 0;
};
/// Reads what the two functions above have written, after read_job(). Throws DataError where the bytes are damaged, and
/// as the scans do.
std::unique_ptr<ReceivedScan> read_scan_job(MessageReader& job);

/// The bytes of MessageKind::result: a part and its number.
Bytes result_message(std::size_t part, const ScanChunk& result);
/// Reads them. Throws DataError.
std::pair<std::size_t, ScanChunk> read_result(std::span<const std::uint8_t> bytes);

/// The bytes of MessageKind::failed, and the error that they tell of: one of the types of core/error.hpp.
Bytes failed_message(ExitCode code, std::string_view text);
[[noreturn]] void throw_failure(std::span<const std::uint8_t> bytes);

/// The work of one rank while an exception must not leave it: sends rank 0 the error instead, with this rank's place.
template <class Work>
void report_failure(Ranks& ranks, Work&& work) {
  const auto tell = [&](ExitCode code, std::string_view text) {
    ranks.send(0, MessageKind::failed, failed_message(code, ranks.place() + ": " + std::string(text)));
  };
  try {
    work();
  } catch (const Error& error) {
    tell(error.exit_code(), error.what());
  } catch (const std::bad_alloc&) {
    tell(ExitCode::internal, "out of memory");
  } catch (const std::exception& error) {
    tell(ExitCode::internal, std::string("internal error: ") + error.what());
  }
}

}  // namespace inforelay
