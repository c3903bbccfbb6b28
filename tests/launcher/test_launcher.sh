#!/usr/bin/env bash
# The launcher (cmake/bootstrap.sh) on machines that lack things: test_launcher.sh SOURCE_FOLDER
# Each case runs in a copy of the launcher with programs of its own in PATH; nothing is installed or compiled.
# shellcheck disable=SC2016 # the scripts' own variables
set -euo pipefail
source_folder=$1
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# program NAME [LINE...]: a script in the PATH of the cases, before the real ones.
program() {
  local name=$1
  shift
  { echo '#!/bin/bash' && printf '%s\n' "$@"; } >"$checkout/bin/$name"
  chmod +x "$checkout/bin/$name"
}

# new_checkout: a copy of the launcher, with the programs that it always needs.
new_checkout() {
  checkout=$(mktemp -d "$scratch/checkout.XXXX")
  mkdir "$checkout/bin" "$checkout/tools" "$checkout/cmake" "$checkout/core"
  cp "$source_folder/cmake/bootstrap.sh" "$checkout/cmake"
  printf '%s\n' '# GROUP PACKAGE SIGN...' 'build maker program:cmake' >"$checkout/cmake/packages.txt"
  touch "$checkout/core/source.cpp"
  local name
  for name in bash cat chmod cksum cp dirname env find flock grep id mkdir mktemp mv pwd readlink rm sed sleep sort tail tee \
    touch tr; do
    if type -P "$name" >/dev/null; then ln -s "$(type -P "$name")" "$checkout/tools/$name"; fi
  done
  # Configures and builds: the cache and what it was told.
  program cmake "if [[ \$1 == --build ]]; then echo built >\"\$2/program\"; else mkdir -p build/release;" \
    "echo \"CMAKE_HOME_DIRECTORY:INTERNAL=$checkout\" >build/release/CMakeCache.txt; touch build/release/build.ninja; fi" \
    "echo \"\$* CCACHE_DISABLE=\${CCACHE_DISABLE:-}\" >>$checkout/told"
}

# run COMMAND...: in the checkout, after sourcing the launcher; output in $said, exit code in $code.
run() {
  code=0
  said=$(env -i PATH="$checkout/bin:$checkout/tools" HOME="$scratch" TMPDIR="$scratch" "${as_user[@]}" "$checkout/tools/bash" -c \
    'set -euo pipefail; cd "$0"; source cmake/bootstrap.sh; "$@"' "$checkout" "$@" 2>&1) || code=$?
}
as_user=()

expect_code() { if [[ $code != "$1" ]]; then fail "$case: exit code $code, expected $1; it said: $said"; fi; }
expect_said() { if [[ $said != *"$1"* ]]; then fail "$case: expected '$1'; it said: $said"; fi; }

case="a build"
new_checkout
run build release program
expect_code 0
if [[ ! -e $checkout/build/release/program ]]; then fail "$case: nothing was built"; fi
rm "$checkout/build/release/program"
run build release program
if [[ -e $checkout/build/release/program ]]; then fail "$case: built again though nothing has changed"; fi

case="a disk without locks"
new_checkout
program flock 'exit 71'
run build release program
expect_code 0
expect_said "two builds at once"
if [[ ! -e $checkout/build/release/program ]]; then fail "$case: nothing was built"; fi

case="a disk without locks, locks in the folder for temporary files"
new_checkout
program flock 'for last; do :; done' "[[ \$($(type -P readlink) /proc/self/fd/\$last) == */inforelay-build-* ]] || exit 71"
run build release program
expect_code 0
if [[ -n $said ]]; then fail "$case: it said: $said"; fi

case="a lock that another build holds"
new_checkout
program flock '[[ $1 != -n ]]'
run build release program
expect_code 0
expect_said "waiting for another build in $checkout/build/release"

case="ccache that cannot write"
new_checkout
program c++ 'exit 0'
program ccache 'exit 1'
run build release program
expect_code 0
if grep -q COMPILER_LAUNCHER "$checkout/told"; then fail "$case: used"; fi
if ! grep -q -- '--build .*CCACHE_DISABLE=1' "$checkout/told"; then fail "$case: not disabled: $(cat "$checkout/told")"; fi

case="ccache that works"
new_checkout
program c++ 'exit 0'
program ccache '"$@"'
run build release program
if ! grep -q COMPILER_LAUNCHER=ccache "$checkout/told"; then fail "$case: not used"; fi
if grep -q CCACHE_DISABLE=1 "$checkout/told"; then fail "$case: disabled"; fi

case="no package manager, all there"
new_checkout
run ensure_packages build
expect_code 0
if [[ -n $said ]]; then fail "$case: it said: $said"; fi

case="no package manager, something missing"
new_checkout
echo 'build ghost-dev program:ghost-config header:ghost.h' >>"$checkout/cmake/packages.txt"
run ensure_packages build
expect_code 2
expect_said "ghost-dev (program:ghost-config header:ghost.h)"
if [[ $said == *maker* ]]; then fail "$case: what is there is named: $said"; fi
program ghost-config 'exit 0'
run ensure_packages build
expect_code 0

case="packages that nobody may install, but that are there in another way"
new_checkout
program dpkg-query 'exit 1'
program apt-get 'exit 100'
program comm 'cat "$3"'
program id 'if [[ $1 == -u ]]; then echo 1000; else echo newcomer; fi'
run ensure_packages build
expect_code 0
echo 'build ghost-dev program:ghost-config' >>"$checkout/cmake/packages.txt"
run ensure_packages build
expect_code 2
expect_said "ghost-dev (program:ghost-config)"
expect_said "newcomer may not install packages; run as root: apt-get update && apt-get install"

# Root may write everywhere: then as another user, where that is possible.
may_test_permissions=yes
if [[ $(id -u) == 0 ]]; then
  as_user=("$(type -P setpriv || true)" --reuid=65534 --regid=65534 --clear-groups)
  if ! "${as_user[@]}" true 2>/dev/null; then may_test_permissions=; fi
fi
if [[ -n $may_test_permissions ]]; then
  chmod a+rx "$scratch"
  case="a checkout that cannot be written"
  new_checkout
  chmod -R a+rX,a-w "$checkout"
  run build release program
  expect_code 2
  expect_said "$checkout must be built, and"
  if [[ $said == *"ermission denied"* ]]; then fail "$case: the shell's own message: $said"; fi

  case="a checkout that cannot be written, up to date"
  chmod u+w "$checkout"
  mkdir -p "$checkout/build/release"
  touch "$checkout/build/release/.built-run_experiment"
  chmod -R a+rX,a-w "$checkout"
  run build release run_experiment
  expect_code 0
  if [[ -n $said ]]; then fail "$case: it said: $said"; fi
fi

# Each package has a sign, of a kind that the launcher knows.
while read -r group package signs; do
  if [[ $group == '#' ]]; then continue; fi
  if [[ -z $signs ]]; then fail "cmake/packages.txt: $package has no sign"; fi
  for sign in $signs; do
    if ! grep -q "^    ${sign%%:*}:\*)" "$source_folder/cmake/bootstrap.sh"; then fail "$package: unknown kind of sign: $sign"; fi
  done
done <"$source_folder/cmake/packages.txt"

if ((failures > 0)); then exit 1; fi
echo "all cases passed"
