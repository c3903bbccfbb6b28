# All C++ sources below the current folder, or below one in it. They are looked for at every build: a new file needs no line.
function(inforelay_sources variable)
  list(JOIN ARGN "/" folder)
  if(folder)
    string(PREPEND folder "/")
  endif()
  file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}${folder}/*.cpp)
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

# Compile and link settings of our own targets, as one interface library.
add_library(inforelay_options INTERFACE)
target_include_directories(inforelay_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(inforelay_options INTERFACE cxx_std_20)
target_compile_options(inforelay_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 warns of copies inside std::string that cannot happen (GCC bug 105651)
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>  # part of clang's -Wconversion, but not of GCC's for C++
  -ffp-contract=off)  # a*b+c rounds the same everywhere, whatever the optimiser makes of it
# Eigen must not start threads of its own: work is cut into fixed blocks, so that results do not depend on threads.
target_compile_definitions(inforelay_options INTERFACE EIGEN_DONT_PARALLELIZE
  EIGEN_MAX_ALIGN_BYTES=64)  # arrays begin at cache lines: vectors of 64 bytes that straddle two of them cost twice
if(INFORELAY_SANITIZE)
  target_compile_options(inforelay_options INTERFACE
    -fsanitize=${INFORELAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(inforelay_options INTERFACE -fsanitize=${INFORELAY_SANITIZE})
  target_compile_definitions(inforelay_options INTERFACE INFORELAY_SANITIZED)  # they need memory that is not limited
  if(INFORELAY_SANITIZE STREQUAL "thread")
    # It also needs files of any size, and holds signals back while a thread waits.
    target_compile_definitions(inforelay_options INTERFACE INFORELAY_SANITIZED_THREADS)
  endif()
endif()
if(INFORELAY_FUZZ)
  target_compile_options(inforelay_options INTERFACE -fsanitize=fuzzer-no-link)  # coverage, to guide the fuzzer
endif()
