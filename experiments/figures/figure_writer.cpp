#include "experiments/figures/figure_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "experiments/figures/figure_style.hpp"
#include "experiments/figures/gnuplot.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

/// A hidden folder that is gone at the end, with all that is left in it.
class ScratchFolder {
 public:
  explicit ScratchFolder(const fs::path& parent) {
    std::string pattern = (parent / ".figure-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw IoError(fmt::format("cannot write in {}: {}", parent.string(), std::generic_category().message(errno)));
    }
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw IoError(fmt::format("cannot write {}", path.string()));
}

/// FNV-1a, 32 bits: tells apart names that look alike after cleaning.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

}  // namespace

std::string_view to_string(FigureFormat format) {
  switch (format) {
    case FigureFormat::svg:
      return "svg";
    case FigureFormat::pdf:
      return "pdf";
    case FigureFormat::png:
      return "png";
  }
  return "";
}

std::string figure_name(std::string_view kind, std::string_view network) {
  if (network.empty()) return std::string(kind);
  std::string clean(network);
  for (char& c : clean) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-') c = '_';
  }
  constexpr std::size_t longest = 100;  // of the 255 bytes that file systems allow
  clean.resize(std::min(clean.size(), longest));
  if (clean != network) clean += fmt::format("-{:08x}", hash_of(network));
  return fmt::format("{}_{}", kind, clean);
}

FigureWriter::FigureWriter(FigureOptions options) : options_(std::move(options)) {
  if (options_.formats.empty()) throw UsageError("figures: no format named, expected svg, pdf or png");
  for (auto format = options_.formats.begin(); format != options_.formats.end(); ++format) {
    if (std::count(options_.formats.begin(), format, *format) > 0) {
      throw UsageError(fmt::format("figures: format {} is named twice", to_string(*format)));
    }
  }
}

std::string FigureWriter::write(const Figure& figure) const {
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error) throw IoError(fmt::format("cannot make folder {}: {}", options_.folder.string(), error.message()));

  const ScratchFolder scratch(options_.folder);
  std::vector<std::string> files{figure.name + ".csv", figure.name + ".gp"};
  write_text(scratch.path() / files[0], figure.csv);
  write_text(scratch.path() / files[1], figure_script(figure, options_));
  run_gnuplot(options_.gnuplot, scratch.path(), files[1], figure.name);
  for (const FigureFormat format : options_.formats) {
    files.push_back(fmt::format("{}.{}", figure.name, to_string(format)));
    const auto size = fs::file_size(scratch.path() / files.back(), error);
    if (error || size == 0) {  // gnuplot ends happily where its picture met a full disk
      throw FigureError(
          fmt::format("cannot draw figure {}: {} wrote no {}", figure.name, options_.gnuplot, to_string(format)));
    }
  }
  for (const auto& file : files) {
    fs::rename(scratch.path() / file, options_.folder / file, error);
    if (error) {
      throw IoError(fmt::format("cannot write {}: {}", (options_.folder / file).string(), error.message()));
    }
  }
  return figure.name;
}

}  // namespace inforelay
