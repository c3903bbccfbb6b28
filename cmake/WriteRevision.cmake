# cmake -DSOURCE=... -DOUTPUT=... -P WriteRevision.cmake
# Writes the C++ file OUTPUT with the git revision of SOURCE, and touches it only where the revision changed.
# The revision is "HASH", "HASH-dirty" where tracked files differ from it, "unknown" outside a git checkout.
execute_process(
  # safe.directory: a checkout that belongs to another user is read all the same
  COMMAND git -c safe.directory=* describe --always --abbrev=40 --exclude=* --dirty
  WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
if(NOT result EQUAL 0 OR NOT EXISTS ${SOURCE}/.git)
  set(revision unknown)
endif()
set(text "#include \"core/provenance.hpp\"\n\nstd::string_view inforelay::git_revision() { return \"${revision}\"; }\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUTPUT} "${text}")
endif()
