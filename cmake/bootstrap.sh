# shellcheck shell=bash
# What run_experiment, run_tests and .ci/run share: Debian packages, and builds that cost nothing when nothing changed.
# To be sourced by a script that has set -euo pipefail. Messages go to stderr.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Idle threads sleep: libgomp's default, to spin, makes them fight with whatever else runs on a shared machine.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

# ccache caches what is compiled with precompiled headers only if it is told that they are like others; and the language of
# messages changes no object.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros,locale}

say() { echo "${0##*/}: $*" >&2; }

# The packages of the given groups, one a line.
packages_of() {
  local group
  for group in "$@"; do sed -n "s/^$group \([^ ]*\).*/\1/p" "$root/cmake/packages.txt"; done
}

# has_sign SIGN: is what a package holds there, whoever installed it?
has_sign() {
  local name=${1#*:} prefixes=${CMAKE_PREFIX_PATH-} folder
  case $1 in
    program:*) command -v "$name" ;;
    pkg:*) pkg-config --exists "$name" ;;
    header:*)
      for folder in ${prefixes//[:;]/ }; do
        if [[ -e $folder/include/$name ]]; then return 0; fi
      done
      printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$name" | "${CXX:-c++}" -E -x c++ -
      ;;
    module:*) /usr/bin/python3 -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$name') is None)" ;;
    font:*) fc-list : family | grep -F "$name" ;;
    library:*) ldconfig -p | grep -F "$name" ;;
    file:*) [[ -e $name ]] ;;
  esac >/dev/null 2>&1
}

# without_signs PACKAGE...: those of which there is no sign, one per line, with what was looked for: "cmake (program:cmake)".
without_signs() {
  local package line signs sign
  for package in "$@"; do
    line=$(grep -m 1 "^[a-z]* $package " "$root/cmake/packages.txt")
    read -ra signs <<<"${line#* * }"
    for sign in "${signs[@]}"; do
      if has_sign "$sign"; then continue 2; fi
    done
    echo "$package (${signs[*]})"
  done
}

# Installs what is missing of the given groups. Where that cannot be done, exits with 2 unless there are signs of all of it.
ensure_packages() {
  local stamp database=/var/lib/dpkg/status wanted missing
  stamp=$root/build/.packages-$(tr ' ' - <<<"$*")
  # Nothing was installed or removed since the last look: asking dpkg would take longer than starting the program.
  if [[ $stamp -nt $root/cmake/packages.txt && ! $database -nt $stamp ]]; then return 0; fi
  mapfile -t wanted < <(packages_of "$@" | sort)
  if command -v dpkg-query >/dev/null; then
    # shellcheck disable=SC2016 # ${...} is dpkg-query's
    mapfile -t missing < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u | comm -13 - <(printf '%s\n' "${wanted[@]}"))
  else
    missing=("${wanted[@]}")
  fi
  if ((${#missing[@]} > 0)) && ! install_packages "${missing[@]}"; then
    mapfile -t missing < <(without_signs "${missing[@]}")
    if ((${#missing[@]} > 0)); then
      say "missing, by the names of Debian's packages, with what was looked for:"
      printf '  %s\n' "${missing[@]}" >&2
      if [[ -n $cannot_install ]]; then say "$cannot_install"; fi
      exit 2
    fi
  fi
  { mkdir -p "$root/build" && touch "$stamp"; } 2>/dev/null || true # a read-only checkout looks again next time
}

# apt_get ARGUMENTS: apt-get as root, its output in $log. Waits at most ten minutes where another program holds its lock, as
# a new machine does that updates itself.
apt_get() {
  local end=$((SECONDS + 600)) told=
  until "${sudo[@]}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null; do
    if ((SECONDS >= end)) || ! grep -q '^E: Could not get lock' "$log"; then return 1; fi
    if [[ -z $told ]]; then say "waiting until another program has finished installing packages"; fi
    told=yes
    sleep 2
  done
}

# install_packages PACKAGE...: fails where that cannot be done, with the reason in $cannot_install; "" without apt-get.
cannot_install=
install_packages() {
  local log sudo=() install=(install -y --no-install-recommends "$@")
  local line="apt-get update && apt-get ${install[*]}"
  command -v apt-get >/dev/null || return 1
  if [[ $(id -u) != 0 ]]; then
    sudo=(sudo)
    [[ -t 0 ]] || sudo=(sudo -n) # nobody could type a password
    if ! command -v sudo >/dev/null || ! "${sudo[@]}" true; then
      cannot_install="$(id -un) may not install packages; run as root: $line"
      return 1
    fi
  fi
  say "installing missing Debian packages: $*"
  log=$(mktemp)
  if ! { apt_get update && apt_get "${install[@]}"; }; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    cannot_install="could not install them; run as root: $line"
    return 1
  fi
  rm -f "$log"
}

# True if a source or the commit is newer than `stamp`; folder times reveal added and removed files.
changed_since() {
  local stamp=$1 log
  [[ -e $stamp ]] || return 0
  log=$root/.git/logs/HEAD
  if [[ -f $root/.git ]]; then log=$(sed -n 's/^gitdir: //p' "$root/.git")/logs/HEAD; fi # a git worktree
  if [[ $log -nt $stamp ]]; then return 0; fi
  [[ -n $(cd "$root" && find CMakeLists.txt CMakePresets.json cmake core nn infotheory experiments tests bench \
    -newer "$stamp" -print -quit 2>/dev/null) ]]
}

# Says how far ninja is: one line that changes on a terminal, else a line every 20 seconds.
show_progress() {
  local line last=$SECONDS
  while IFS= read -r line; do
    if [[ ! $line =~ ^\[[0-9]+/[0-9]+\] ]]; then continue; fi
    if [[ -t 2 ]]; then
      printf '\r%s: building %s\033[K' "${0##*/}" "${BASH_REMATCH[0]}" >&2
    elif ((SECONDS >= last + 20)); then
      say "building ${BASH_REMATCH[0]}"
      last=$SECONDS
    fi
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

# Was FOLDER configured where it is now, or the checkout moved since?
configured() { grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$1/CMakeCache.txt"; }

# Can ccache compile? Not where its folder cannot be written: without a home, or on a full disk.
usable_ccache() {
  local folder works=1
  command -v ccache >/dev/null || return 1
  folder=$(mktemp -d) || return 1
  echo 'int answer;' >"$folder/answer.cpp"
  ccache "${CXX:-c++}" -c "$folder/answer.cpp" -o "$folder/answer.o" >/dev/null 2>&1 && works=0
  rm -rf "$folder"
  return $works
}

# take_lock FOLDER DESCRIPTOR: waits for the lock of the open file; fails where its disk has no locks.
take_lock() {
  local code=0
  flock -n "$2" 2>/dev/null || code=$?
  if ((code == 1)); then # held
    say "waiting for another build in $1"
    code=0
    flock "$2" 2>/dev/null || code=$?
  fi
  return $code
}

configure() {
  local preset=$1 folder=$root/build/$1 options=()
  if ! configured "$folder"; then
    options+=(--fresh)
  elif [[ -e $folder/build.ninja ]]; then
    return 0
  fi
  if usable_ccache; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  (cd "$root" && cmake --preset "$preset" "${options[@]}")
}

# up_to_date PRESET TARGET. The program works wherever it was moved to; the tests know where they were built.
up_to_date() {
  if changed_since "$root/build/$1/.built-$2"; then return 1; fi
  [[ $2 == run_experiment ]] || configured "$root/build/$1"
}

# build PRESET TARGET: brings build/PRESET up to date; exits with 1, showing the end of the log, where that fails.
build() {
  local preset=$1 target=$2 folder=$root/build/$1
  local stamp=$folder/.built-$target log=$root/build/$preset.log lock local_lock
  if up_to_date "$preset" "$target"; then return 0; fi
  if ! { mkdir -p "$folder" && exec {lock}>"$folder/.lock"; } 2>/dev/null; then
    say "$root must be built, and $(id -un) cannot write there; build it as its owner, or in a copy of your own"
    exit 2
  fi
  if ! take_lock "$folder" "$lock"; then
    # The disk has no locks (NFS without its lock service): those of /tmp are for the builds of this machine.
    exec {lock}>&-
    local_lock=${TMPDIR:-/tmp}/inforelay-build-$(id -u)-$(cksum <<<"$folder" | tr -d ' ')
    if ! { exec {lock}>>"$local_lock"; } 2>/dev/null || ! take_lock "$folder" "$lock"; then
      say "no locks here: two builds at once would disturb each other"
    fi
  fi
  if ! up_to_date "$preset" "$target"; then # else the other one built it
    touch "$stamp.begun"
    if ! usable_ccache; then export CCACHE_DISABLE=1; fi
    # The compilers do not inherit the lock: a left-over of an interrupted build must not hold it.
    if ! { configure "$preset" && cmake --build "$folder" --target "$target"; } {lock}>&- 2>&1 | tee "$log" | show_progress; then
      tail -n 30 "$log" >&2
      say "the build failed; all of its output: $log"
      exit 1
    fi
    mv "$stamp.begun" "$stamp"
  fi
  exec {lock}>&-
}
