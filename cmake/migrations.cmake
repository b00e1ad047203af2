# frontdesk_migrations(<target> <file>...): builds SQL files into <target> as
# `const struct migration sqlite_migrations[]` (store/sqlite/migrate.h), in the
# order of their names. The file's number is the schema version it leads to.
function(frontdesk_migrations target)
  set(files ${ARGN})
  list(SORT files)
  set(texts "")
  set(rows "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND texts "static const char sql_${name}[] = {${bytes}0x00};\n")
    string(APPEND rows "    {\"${name}\", sql_${name}},\n")
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/generated/${target}_migrations.c)
  file(CONFIGURE OUTPUT ${out} CONTENT "/* Made from schemas/sql by \
cmake/migrations.cmake. */
#include \"store/sqlite/migrate.h\"

@texts@
const struct migration sqlite_migrations[] = {
@rows@    {NULL, NULL},
};
" @ONLY)
  target_sources(${target} PRIVATE ${out})
endfunction()
