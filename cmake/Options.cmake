# Compile and link settings of what is built here, as one interface library. Who uses our libraries does not inherit them.
add_library(inforelay_options INTERFACE)
target_compile_options(inforelay_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 warns of copies inside std::string that cannot happen (GCC bug 105651)
  # GCC 13 and 14 take what a temporary view refers to for a part of the view. -Wno- words that GCC 12 lacks it ignores.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-dangling-reference>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>  # part of clang's -Wconversion, but not of GCC's for C++
  -ffp-contract=off)  # a*b+c rounds the same everywhere, whatever the optimiser makes of it
if(INFORELAY_SANITIZE)
  target_compile_options(inforelay_options INTERFACE
    -fsanitize=${INFORELAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(inforelay_options INTERFACE -fsanitize=${INFORELAY_SANITIZE})
  target_compile_definitions(inforelay_options INTERFACE INFORELAY_SANITIZED  # they need memory that is not limited
    # Highway's emulation of vectors by loops takes clang minutes per file with sanitizers. Processors without vectors use
    # HWY_SCALAR then; the release tests the emulation.
    HWY_BROKEN_EMU128=1)
  if(INFORELAY_SANITIZE STREQUAL "thread")
    # It also needs files of any size, and holds signals back while a thread waits.
    target_compile_definitions(inforelay_options INTERFACE INFORELAY_SANITIZED_THREADS)
  endif()
endif()
if(INFORELAY_FUZZ)
  target_compile_options(inforelay_options INTERFACE -fsanitize=fuzzer-no-link)  # coverage, to guide the fuzzer
endif()
