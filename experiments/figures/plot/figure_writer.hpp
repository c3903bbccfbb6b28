// Writes figures to a folder: each is a CSV table, a gnuplot script and the pictures that it draws.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/named.hpp"

namespace inforelay {

enum class FigureFormat { svg, pdf, png };
inline constexpr WordTable<FigureFormat, 3> figure_format_names{
    {{FigureFormat::svg, "svg"}, {FigureFormat::pdf, "pdf"}, {FigureFormat::png, "png"}}};
constexpr std::string_view to_string(FigureFormat format) { return word_of(figure_format_names, format); }

/// Colours of the classes.
enum class FigurePalette {
  safe,     ///< distinguishable with every common kind of colour blindness, up to ten classes
  rainbow,  ///< the hues of the paper, red to violet
};
inline constexpr WordTable<FigurePalette, 2> figure_palette_names{
    {{FigurePalette::safe, "safe"}, {FigurePalette::rainbow, "rainbow"}}};

/// How what can be drawn in two ways is drawn.
enum class FigureStyle {
  modern,  ///< densities and signed values
  paper,   ///< as in the paper: points in three dimensions
};
inline constexpr WordTable<FigureStyle, 2> figure_style_names{
    {{FigureStyle::modern, "modern"}, {FigureStyle::paper, "paper"}}};

struct FigureOptions {
  std::filesystem::path folder{};  ///< DIR/figures; created if it does not exist
  std::vector<FigureFormat> formats{FigureFormat::svg, FigureFormat::pdf, FigureFormat::png};
  FigurePalette palette = FigurePalette::safe;
  FigureStyle style = FigureStyle::modern;
  std::vector<std::string> only{};     ///< kinds of figures to draw; empty: all
  std::vector<std::string> classes{};  ///< classes that have a panel; empty: all
  std::string note{};                  ///< small lines at the foot of the figure, parts separated by "; "; "": none
  std::string gnuplot = "gnuplot";     ///< the program: a name looked up in PATH, or a path
};

/// A figure could not be drawn: gnuplot is missing, or refused the script. The message names the figure.
struct FigureError : Error {
  explicit FigureError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// What a figure is made of, before it is drawn.
struct Figure {
  std::string name;         ///< of its files, without extension; see figure_name()
  std::string caption;      ///< a comment at the top of the script
  double width, height;     ///< millimetres
  std::string definitions;  ///< gnuplot lines executed once: texts, palettes
  std::string drawing;      ///< gnuplot lines executed for each format; the table is in the variable `table`
  std::string csv;          ///< header line and rows: the numbers that are plotted
};

/// "relay", "full" -> "relay_full"; "training", "" -> "training". Characters of `network` other than ASCII letters,
/// digits, '_' and '-' are replaced by '_', and a hash is appended then, so that different networks never share a file.
std::string figure_name(std::string_view kind, std::string_view network);

/// Is `name` that of a folder in which FigureWriter draws? A killed process may leave one behind.
bool is_figure_scratch(std::string_view name);

/// Writes figures. Safe to use from several threads, for figures of different names.
class FigureWriter {
 public:
  /// Throws UsageError if no format is named or one is named twice.
  explicit FigureWriter(FigureOptions options);

  /// Makes NAME.csv, NAME.gp and NAME.{svg,pdf,png} in a hidden folder inside options().folder, then renames them, so
  /// that a failure leaves earlier files as they were. `gnuplot NAME.gp` in the folder redraws the figure. gnuplot runs
  /// without a shell and without the user's settings. Returns the figure's name. Throws FigureError, with the figure's
  /// name and gnuplot's error message (or the package to install); IoError if the folder cannot be written.
  std::string write(const Figure& figure) const;

  const FigureOptions& options() const { return options_; }

 private:
  FigureOptions options_;
};

}  // namespace inforelay
