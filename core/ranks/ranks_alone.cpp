// Builds without MPI: every process is a job of its own.
#include <cstdlib>

#include "core/error.hpp"
#include "core/ranks/ranks.hpp"

namespace inforelay {

std::unique_ptr<Ranks> join_ranks() {
  // srun --mpi=pmix sets only PMIX_RANK: rank 0 of several is recognised by SLURM's number of tasks.
  const auto number = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value ? std::atoi(value) : 0;
  };
  const bool is_pmix = std::getenv("PMIX_RANK") != nullptr;
  if (number("OMPI_COMM_WORLD_SIZE") > 1 || number("PMI_SIZE") > 1 ||
      (is_pmix && (number("PMIX_RANK") > 0 || number("SLURM_STEP_NUM_TASKS") > 1))) {
    throw UsageError(
        "one of several processes under mpirun or srun, but this program was built without MPI: cmake --preset mpi "
        "builds it");
  }
  return one_rank();
}

}  // namespace inforelay
