// Builds without MPI: every process is a job of its own.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "experiments/ranks/ranks.hpp"

namespace inforelay {

std::unique_ptr<Ranks> join_ranks() {
  // PMIX_RANK is all that srun --mpi=pmix says: the first process has to be told by SLURM's own number of tasks.
  const auto number = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value ? std::atoi(value) : 0;
  };
  int size = std::max(number("OMPI_COMM_WORLD_SIZE"), number("PMI_SIZE"));
  if (std::getenv("PMIX_RANK")) size = std::max({size, number("SLURM_STEP_NUM_TASKS"), number("PMIX_RANK") + 1});
  if (size > 1) {
    throw UsageError("one of " + std::to_string(size) +
                     " or more processes under mpirun or srun, but this program was built without MPI: cmake --preset "
                     "mpi builds it");
  }
  return one_rank();
}

}  // namespace inforelay
