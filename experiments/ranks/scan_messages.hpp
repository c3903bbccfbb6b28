// The messages of scans between ranks: jobs of rank 0, results and errors of the others.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/random.hpp"
#include "core/ranks/message.hpp"
#include "core/sets/subset_scan.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "infotheory/states/level_table.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

enum class JobKind : std::uint8_t {
  end,   ///< the last job
  scan,  ///< compute chunks of a scan
  runs,  ///< start runs of a sweep
};

/// The first bytes of a job.
MessageWriter begin_job(JobKind kind);
/// Reads it. Throws DataError for an unknown kind, and UsageError if rank 0 is another build of the program, unless the
/// job is the last one.
JobKind read_job(MessageReader& job);

/// Of binary units, for which there are faster scans, or of units of several levels [N,K].
using AnyStates = std::variant<UnitStates, RowMatrix<std::uint8_t>>;

/// The data of scans of relay information and of measures: the arguments of their StateTable or LevelTable.
struct TableSource {
  const AnyStates& states;  ///< binary ones of up to 32 units
  std::span<const Symbol> input, output;
  std::span<const Contrast> contrasts;  ///< empty: the whole symbols; then `states` are levels
};

/// JobKind::scan. For 60,000 samples: 0.5 MB of relay information, 5 MB of knockouts (K = 20); of levels K bytes a
/// sample.
Bytes relay_scan_job(const TableSource& source, const GreedyRelay& path);
Bytes measure_scan_job(const TableSource& source, const std::vector<SetMeasure>& measures);
Bytes knockout_scan_job(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random);

/// A scan together with what it is computed from.
class ReceivedScan {
 public:
  virtual ~ReceivedScan() = default;
  virtual const SubsetScan& scan() const = 0;
};
/// Reads what the functions above have written, after read_job(). Throws DataError if the bytes are damaged, and as
/// the scans do.
std::unique_ptr<ReceivedScan> read_scan_job(MessageReader& job);

/// The bytes of MessageKind::result: a chunk and its number.
Bytes result_message(std::size_t chunk, const ScanChunk& result);
/// Reads them. Throws DataError.
std::pair<std::size_t, ScanChunk> read_result(std::span<const std::uint8_t> bytes);

/// The bytes of MessageKind::failed, and the error that they describe: one of the types of core/error.hpp.
Bytes failed_message(ExitCode code, std::string_view text);
[[noreturn]] void throw_failure(std::span<const std::uint8_t> bytes);

/// Does the work of one rank. Sends an exception to rank 0 in place of throwing it, with this rank's place.
template <class Work>
void report_failure(Ranks& ranks, Work&& work) {
  const auto report = [&](ExitCode code, std::string_view text) {
    ranks.send(0, MessageKind::failed, failed_message(code, ranks.place() + ": " + std::string(text)));
  };
  try {
    work();
  } catch (const Error& error) {
    report(error.exit_code(), error.what());
  } catch (const std::bad_alloc&) {
    report(ExitCode::internal, "out of memory");
  } catch (const std::exception& error) {
    report(ExitCode::internal, std::string("internal error: ") + error.what());
  }
}

}  // namespace inforelay
