// A library between a program and the system, for tests only (LD_PRELOAD): it makes a chosen write fail, or the clock
// jump. Controlled by the environment:
//
//   INFORELAY_FAULT_UNDER   beginning of absolute paths without links: operations on these files are counted
//   INFORELAY_FAULT_EXCEPT  names separated by ':': files whose names begin with one of them are not counted
//   INFORELAY_FAULT_AT      number, from 1, of the operation that fails; all: each of them; unset: none
//   INFORELAY_FAULT_KIND    ENOSPC, EIO: it fails with this error; short: half is written; zero: nothing is written,
//                           without an error; full: fopen for writing opens /dev/full
//   INFORELAY_FAULT_PROGRAM name of the program whose operations are counted; unset: run_experiment
//   INFORELAY_FAULT_LOG     file that gets a line "NUMBER OPERATION PATH" for each operation
//   INFORELAY_CLOCK         wild: each reading of the time of day is years before or after the last one
//
// Operations: calls that open a file for writing, or create, write, truncate, flush, close or rename one. short and
// zero affect only write and pwrite. Calls inside the C library (of stdio behind fwrite) are not seen. Other programs,
// which this one starts or is started by, are not affected.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

namespace {

enum class Fault { none, fails, short_write, zero, full };

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_our_program() {
  const std::string_view chosen = environment("INFORELAY_FAULT_PROGRAM");
  return program_invocation_short_name == (chosen.empty() ? "run_experiment" : chosen);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string path_of(int descriptor) {
  std::array<char, PATH_MAX> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t n = readlink(link.c_str(), target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : "";
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  std::array<char, PATH_MAX> folder{};
  return getcwd(folder.data(), folder.size()) ? std::string(folder.data()) + "/" + path : "";
}

bool is_excepted(const std::string& path) {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  std::string_view rest = environment("INFORELAY_FAULT_EXCEPT");
  while (!rest.empty()) {
    const std::string_view beginning = rest.substr(0, rest.find(':'));
    if (name.starts_with(beginning)) return true;
    rest.remove_prefix(std::min(beginning.size() + 1, rest.size()));
  }
  return false;
}

// Counts an operation on `path` and returns its fault, with errno set if it must fail.
Fault operation(const char* name, const std::string& path) {
  static std::atomic<long> count{0};
  const std::string_view under = environment("INFORELAY_FAULT_UNDER");
  if (under.empty() || !path.starts_with(under) || is_excepted(path) || !is_our_program()) return Fault::none;
  const long number = ++count;
  if (const std::string log(environment("INFORELAY_FAULT_LOG")); !log.empty()) {
    const std::string line = std::to_string(number) + " " + name + " " + path + "\n";
    const long file = syscall(SYS_openat, AT_FDCWD, log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    syscall(SYS_write, file, line.data(), line.size());
    syscall(SYS_close, file);
  }
  const std::string at(environment("INFORELAY_FAULT_AT"));
  if (at != "all" && number != std::atol(at.c_str())) return Fault::none;
  const std::string_view kind = environment("INFORELAY_FAULT_KIND");
  if (kind == "short") return Fault::short_write;
  if (kind == "zero") return Fault::zero;
  if (kind == "full") return Fault::full;
  errno = kind == "EIO" ? EIO : ENOSPC;
  return Fault::fails;
}

bool fails(const char* name, const std::string& path) { return operation(name, path) == Fault::fails; }

bool for_writing(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0; }
bool for_writing(const char* mode) { return std::strpbrk(mode, "wa+") != nullptr; }

// The number of bytes to write of `size`, or -1 for an error.
ssize_t size_to_write(const char* name, int descriptor, std::size_t size) {
  switch (operation(name, path_of(descriptor))) {
    case Fault::fails:
      return -1;
    case Fault::zero:
      return 0;
    case Fault::short_write:
      return static_cast<ssize_t>((size + 1) / 2);
    case Fault::none:
    case Fault::full:
      break;
  }
  return static_cast<ssize_t>(size);
}

FILE* open_stream(const char* function, const char* path, const char* mode) {
  const Fault fault = for_writing(mode) ? operation("fopen", absolute(path)) : Fault::none;
  if (fault == Fault::fails) return nullptr;
  return next<FILE*(const char*, const char*)>(function)(fault == Fault::full ? "/dev/full" : path, mode);
}

// Error of the time of day at this reading, in seconds.
time_t clock_error() {
  static std::atomic<unsigned> looks{0};
  if (environment("INFORELAY_CLOCK") != "wild") return 0;
  constexpr time_t years = 3600 * 24 * 365;
  constexpr std::array<time_t, 5> errors{-20 * years, 30 * years, 0, -5 * years, 10 * years};
  return errors[looks++ % errors.size()];
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (for_writing(flags) && fails("open", absolute(path))) return -1;
  return next<int(const char*, int, mode_t)>("open")(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (for_writing(flags) && fails("open", absolute(path))) return -1;
  return next<int(const char*, int, mode_t)>("open64")(path, flags, mode);
}
FILE* fopen(const char* path, const char* mode) { return open_stream("fopen", path, mode); }
FILE* fopen64(const char* path, const char* mode) { return open_stream("fopen64", path, mode); }
ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  const ssize_t n = size_to_write("write", descriptor, size);
  if (n <= 0) return n;
  return next<ssize_t(int, const void*, std::size_t)>("write")(descriptor, bytes, static_cast<std::size_t>(n));
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
  if (fails("writev", path_of(descriptor))) return -1;
  return next<ssize_t(int, const iovec*, int)>("writev")(descriptor, parts, count);
}
ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t at) {
  const ssize_t n = size_to_write("pwrite", descriptor, size);
  if (n <= 0) return n;
  return next<ssize_t(int, const void*, std::size_t, off_t)>("pwrite")(descriptor, bytes, static_cast<std::size_t>(n),
                                                                       at);
}
ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t at) {
  const ssize_t n = size_to_write("pwrite", descriptor, size);
  if (n <= 0) return n;
  return next<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64")(descriptor, bytes,
                                                                           static_cast<std::size_t>(n), at);
}
int ftruncate(int descriptor, off_t size) noexcept {
  if (fails("ftruncate", path_of(descriptor))) return -1;
  return next<int(int, off_t)>("ftruncate")(descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) noexcept {
  if (fails("ftruncate", path_of(descriptor))) return -1;
  return next<int(int, off64_t)>("ftruncate64")(descriptor, size);
}
int fsync(int descriptor) {
  if (fails("fsync", path_of(descriptor))) return -1;
  return next<int(int)>("fsync")(descriptor);
}
// A failing close closes the file, as in the system.
int close(int descriptor) {
  const int flags = fcntl(descriptor, F_GETFL);
  const bool failing = flags >= 0 && for_writing(flags & O_ACCMODE) && fails("close", path_of(descriptor));
  const int error = errno;
  const int result = next<int(int)>("close")(descriptor);
  if (!failing) return result;
  errno = error;
  return -1;
}
int rename(const char* from, const char* to) noexcept {
  if (fails("rename", absolute(to))) return -1;
  return next<int(const char*, const char*)>("rename")(from, to);
}
int mkdir(const char* path, mode_t mode) noexcept {
  if (fails("mkdir", absolute(path))) return -1;
  return next<int(const char*, mode_t)>("mkdir")(path, mode);
}
char* mkdtemp(char* pattern) noexcept {
  if (fails("mkdtemp", absolute(pattern))) return nullptr;
  return next<char*(char*)>("mkdtemp")(pattern);
}

time_t time(time_t* out) noexcept {
  const time_t now = next<time_t(time_t*)>("time")(nullptr) + clock_error();
  if (out) *out = now;
  return now;
}
int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const int result = next<int(clockid_t, timespec*)>("clock_gettime")(clock, out);
  if (clock == CLOCK_REALTIME && result == 0) out->tv_sec += clock_error();
  return result;
}
int gettimeofday(timeval* out, void* zone) noexcept {
  const int result = next<int(timeval*, void*)>("gettimeofday")(out, zone);
  if (result == 0) out->tv_sec += clock_error();
  return result;
}
}
