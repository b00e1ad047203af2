# frontdesk_assets(<target> <folder> [<table>]): builds every file of the folder
# into <target> as `const struct asset <table>[]` (gateway/assets.h), by default
# `assets`.
function(frontdesk_assets target folder)
  set(table assets)
  if(ARGC GREATER 2)
    set(table ${ARGV2})
  endif()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  if(NOT files)
    message(FATAL_ERROR "the web parts are not built; run ./dev, or "
      "`npm ci && npm run build`, and then this again")
  endif()
  set(type_html "text/html; charset=utf-8")
  set(type_js "text/javascript; charset=utf-8")
  set(type_css "text/css; charset=utf-8")
  set(type_svg "image/svg+xml")
  set(type_png "image/png")
  set(type_woff2 "font/woff2")
  set(count 0)
  set(sources "")
  set(rows "")
  set(depends "")
  foreach(file ${files})
    set(source ${folder}/${file})
    get_filename_component(extension ${file} LAST_EXT)
    string(REPLACE "." "type_" type "${extension}")
    if(NOT DEFINED ${type})
      message(FATAL_ERROR "no content type is known for ${file}; "
        "cmake/assets.cmake lists them")
    endif()
    string(REGEX REPLACE "(^|/)index\\.html$" "\\1" path "/${file}")
    # The size is read now, so a change of the file must bring us back here.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    list(APPEND depends ${source})
    file(SIZE ${source} size)
    file(SHA256 ${source} hash)
    string(SUBSTRING ${hash} 0 32 hash)
    string(APPEND sources "extern const unsigned char asset_${count}[];
__asm__(\".section .rodata\\n.balign 16\\nasset_${count}:\\n\"
	\".incbin \\\"${source}\\\"\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND rows "    {.path = \"${path}\",
	.type = \"${${type}}\",
	.etag = \"\\\"${hash}\\\"\",
	.bytes = asset_${count},
	.size = ${size}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/generated/${target}_assets.c)
  file(CONFIGURE OUTPUT ${out} CONTENT "/* Made by cmake/assets.cmake. */
#include \"gateway/assets.h\"

@sources@
extern const struct asset @table@[];
const struct asset @table@[] = {
@rows@    {0},
};
" @ONLY)
  set_property(SOURCE ${out} PROPERTY OBJECT_DEPENDS "${depends}")
  target_sources(${target} PRIVATE ${out})
endfunction()
