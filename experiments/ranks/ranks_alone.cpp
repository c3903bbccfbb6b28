// Builds without MPI: every process is a job of its own.
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "experiments/ranks/ranks.hpp"

namespace inforelay {

std::unique_ptr<Ranks> join_ranks() {
  for (const char* size : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* value = std::getenv(size);
    if (value && std::atoi(value) > 1) {
      throw UsageError("one of " + std::string(value) +
                       " processes under mpirun, but this program was built without MPI: cmake --preset mpi builds it");
    }
  }
  return one_rank();
}

}  // namespace inforelay
