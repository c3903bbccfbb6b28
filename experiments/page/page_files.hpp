// The sources of the page, which CMake puts into the program (embed.cmake).
#pragma once

#include <string_view>

namespace inforelay::page_files {

extern const std::string_view template_html;  ///< page.html, with @NAME@ in place of each part
extern const std::string_view style;          ///< page.css
extern const std::string_view script;         ///< all *.js as one script, in the order of README.md
extern const std::string_view d3;             ///< D3, minified
extern const std::string_view d3_licence;     ///< its licence

}  // namespace inforelay::page_files
