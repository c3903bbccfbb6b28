# Writes the sources of the page as a C++ file: cmake -DOUTPUT=FILE -DFOLDER=DIR -DD3=FILE -DLICENCE=FILE -P embed.cmake
cmake_minimum_required(VERSION 3.25)

# The modules in the order in which README.md lists them, as one script: without their imports and exports, which name each
# other, in one scope.
file(STRINGS ${FOLDER}/README.md rows REGEX "^\\| `[a-z0-9_]+\\.js`")
file(WRITE ${OUTPUT}.js "\"use strict\";\n(() => {\n")
foreach(row IN LISTS rows)
  string(REGEX REPLACE "^\\| `([a-z0-9_]+\\.js)`.*" "\\1" name "${row}")
  file(READ ${FOLDER}/${name} text)
  string(REGEX REPLACE "\nimport [^\n]*" "\n" text "\n${text}")
  string(REGEX REPLACE "\nexport " "\n" text "${text}")
  file(APPEND ${OUTPUT}.js "${text}")
endforeach()
file(APPEND ${OUTPUT}.js "})();\n")

set(code "#include \"experiments/page/page_files.hpp\"\n\nnamespace inforelay::page_files {\n")
macro(embed name path)
  file(READ ${path} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND code "static const unsigned char ${name}_bytes[] = {\n${bytes}0};\n"
    "const std::string_view ${name}(reinterpret_cast<const char*>(${name}_bytes), sizeof(${name}_bytes) - 1);\n")
endmacro()
embed(template_html ${FOLDER}/page.html)
embed(style ${FOLDER}/page.css)
embed(script ${OUTPUT}.js)
embed(d3 ${D3})
embed(d3_licence ${LICENCE})
file(WRITE ${OUTPUT} "${code}}  // namespace inforelay::page_files\n")
