# cmake -DBUILD=... -DUSER_PROJECT=... -DSCRATCH=... -DCOMPILER=... -P check_install.cmake
# Installs what was built in BUILD, starts the installed program by the names of installed configurations, and builds and
# runs a project that finds the libraries by find_package(inforelay). A folder with a blank in its name must do.
set(prefix "${SCRATCH}/a prefix")

macro(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${SCRATCH} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endmacro()

file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
foreach(config quick.yaml configs/quick.yaml sweeps/seeds.yaml)
  run(${prefix}/bin/run_experiment --validate ${config})
endforeach()
foreach(file LICENSE README.md docs/method.md)
  if(NOT EXISTS ${prefix}/share/doc/inforelay/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()
run(${CMAKE_COMMAND} -G Ninja -S ${USER_PROJECT} -B build -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build build)
run(build/user)
