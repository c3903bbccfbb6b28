# Every library that inforelay's libraries use, with its version and Debian package. A missing one is named with the package
# to install. Installed too: find_package(inforelay) looks for the same.
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)  # Boost's own package describes it, newer CMakes have no module
endif()

macro(inforelay_missing library debian)
  set(inforelay_NOT_FOUND_MESSAGE "inforelay needs ${library}; on Debian: apt-get install ${debian}")
  if(NOT CMAKE_FIND_PACKAGE_NAME STREQUAL "inforelay")
    message(FATAL_ERROR "${inforelay_NOT_FOUND_MESSAGE}")
  endif()
  set(inforelay_FOUND FALSE)
  return()
endmacro()

macro(inforelay_find package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    inforelay_missing("${package} (${ARGN})" "${debian}")
  endif()
endmacro()

find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
  inforelay_missing(pkg-config pkg-config)
endif()

inforelay_find(Eigen3 libeigen3-dev 3.4 NO_MODULE)
inforelay_find(OpenMP libgomp1 4.5 COMPONENTS CXX)
inforelay_find(yaml-cpp libyaml-cpp-dev 0.7)
inforelay_find(fmt libfmt-dev 9)
inforelay_find(Boost libboost-dev 1.74)
inforelay_find(CURL libcurl4-openssl-dev 7.85)
inforelay_find(ZLIB zlib1g-dev 1.2)
inforelay_find(OpenSSL libssl-dev 3.0 COMPONENTS Crypto)
inforelay_find(nlohmann_json nlohmann-json3-dev 3.11)
enable_language(C)  # CMake looks for HDF5 by compiling C
inforelay_find(HDF5 libhdf5-dev 1.10 COMPONENTS C HL)
pkg_check_modules(HWY QUIET IMPORTED_TARGET libhwy>=1.0)
if(NOT HWY_FOUND)
  inforelay_missing("Google Highway (>= 1.0)" libhwy-dev)
endif()
pkg_check_modules(LIBZIP QUIET IMPORTED_TARGET libzip>=1.7)  # its CMake package asks for programs that Debian leaves out
if(NOT LIBZIP_FOUND)
  inforelay_missing("libzip (>= 1.7)" libzip-dev)
endif()
if(INFORELAY_MPI)
  inforelay_find(MPI "libopenmpi-dev openmpi-bin" 3.1 COMPONENTS C)  # the version of the standard
endif()
