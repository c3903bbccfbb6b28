// What has to be known of gnuplot: how a foreign text is written into a script, and how the program is started.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace inforelay {

/// `text` (configuration, data: not to be trusted) as a gnuplot string literal that shows the text as it is: in single
/// quotes, where gnuplot substitutes nothing; marked-up characters of its "enhanced" text escaped; apostrophes made
/// typographic (U+2019); control characters and invalid UTF-8 made blank; more than `longest` characters cut short with
/// an ellipsis.
std::string gnuplot_literal(std::string_view text, std::size_t longest = 60);

/// The same for the name of a tic, which gnuplot also reads as a number format: '%' is doubled.
std::string gnuplot_tic_literal(std::string_view text);

/// Runs `program` on `script`, a file in `folder`, with that as its working directory; no shell, no user's settings, no
/// inherited files. `program`: a name looked up in PATH, or a path. Throws FigureError naming `figure` and gnuplot's
/// complaint.
void run_gnuplot(const std::string& program, const std::filesystem::path& folder, const std::string& script,
                 const std::string& figure);

}  // namespace inforelay
