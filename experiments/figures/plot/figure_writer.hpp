// Where figures go and how they get there: each is a CSV table, a gnuplot script and the pictures it draws.
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
  safe,     ///< told apart with every common kind of colour blindness (dashes and marks help from the 11th class on)
  rainbow,  ///< the hues of the paper, red to violet
};
inline constexpr WordTable<FigurePalette, 2> figure_palette_names{
    {{FigurePalette::safe, "safe"}, {FigurePalette::rainbow, "rainbow"}}};

struct FigureOptions {
  std::filesystem::path folder{};  ///< DIR/figures; made where it does not exist
  std::vector<FigureFormat> formats{FigureFormat::svg, FigureFormat::pdf, FigureFormat::png};
  FigurePalette palette = FigurePalette::safe;
  std::string note{};  ///< a small line at the foot of every figure, e.g. "data: generated digits"; "": none
  std::string gnuplot = "gnuplot";  ///< the program: a name looked up in PATH, or a path
};

/// A figure could not be drawn: gnuplot is missing, or refused the script. The message names the figure.
struct FigureError : Error {
  explicit FigureError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// What a figure is made of, before it is drawn.
struct Figure {
  std::string name;         ///< stem of its files; see figure_name()
  std::string caption;      ///< what is shown; goes into the script as a comment
  double width, height;     ///< millimetres
  std::string definitions;  ///< gnuplot lines run once: texts (quoted), palettes
  std::string drawing;      ///< gnuplot lines run once for each format; read the table as the variable `table`
  std::string csv;          ///< header line and rows: the numbers that are plotted
};

/// "relay", "full" -> "relay_full". Characters of `network` other than ASCII letters, digits, '_' and '-' become '_',
/// and then a hash of the name follows, so that different networks never share a file. "" -> `kind`.
std::string figure_name(std::string_view kind, std::string_view network);

/// Whether a folder called `name` is one that FigureWriter draws in, and that a killed process may leave behind.
bool is_figure_scratch(std::string_view name);

/// Writes figures. Safe to use from several threads, for figures of different names.
class FigureWriter {
 public:
  /// Removes what a killed process left in the folder: only one may draw there. Throws UsageError where no format is
  /// named or one is named twice.
  explicit FigureWriter(FigureOptions options);

  /// Draws NAME.csv, NAME.gp and NAME.{svg,pdf,png} in a hidden folder inside options().folder, then renames them in
  /// place: a failure leaves earlier files as they were. `gnuplot NAME.gp` in the folder redraws the figure. gnuplot is
  /// started without a shell and without the user's settings. Throws FigureError, naming the figure and gnuplot's first
  /// line of complaint (or the package to install), and IoError where the folder cannot be written.
  /// Returns the figure's name.
  std::string write(const Figure& figure) const;

  const FigureOptions& options() const { return options_; }

 private:
  FigureOptions options_;
};

}  // namespace inforelay
