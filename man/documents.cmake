# The manual and the completion scripts, which the program itself knows: made with it, never kept in git.
find_program(SCDOC scdoc REQUIRED)
set(MEETLAT_DOCUMENTS ${PROJECT_BINARY_DIR}/documents)
file(GLOB documents_from CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/* ${PROJECT_SOURCE_DIR}/rules/*/*.yml
     ${PROJECT_SOURCE_DIR}/data/schema/*.json)
add_custom_command(
  OUTPUT ${MEETLAT_DOCUMENTS}/made
  COMMAND ${CMAKE_COMMAND} -E env MEETLAT_DATADIR=${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/man/build.sh
          $<TARGET_FILE:meetlat> ${PROJECT_SOURCE_DIR}/man ${MEETLAT_DOCUMENTS}/man
  COMMAND ${CMAKE_COMMAND} -E env MEETLAT_DATADIR=${PROJECT_SOURCE_DIR} $<TARGET_FILE:meetlat> --config /dev/null
          completion bash > ${MEETLAT_DOCUMENTS}/meetlat
  COMMAND ${CMAKE_COMMAND} -E env MEETLAT_DATADIR=${PROJECT_SOURCE_DIR} $<TARGET_FILE:meetlat> --config /dev/null
          completion zsh > ${MEETLAT_DOCUMENTS}/_meetlat
  COMMAND ${CMAKE_COMMAND} -E touch ${MEETLAT_DOCUMENTS}/made
  DEPENDS meetlat ${documents_from} ${PROJECT_SOURCE_DIR}/rules/VERSION
  COMMENT "Writing the manual and the completion scripts")
if(MEETLAT_SANITIZE)
  add_custom_target(documents DEPENDS ${MEETLAT_DOCUMENTS}/made)
else()
  add_custom_target(documents ALL DEPENDS ${MEETLAT_DOCUMENTS}/made)
endif()

install(DIRECTORY ${MEETLAT_DOCUMENTS}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${MEETLAT_DOCUMENTS}/meetlat DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# Debian's zsh looks for what packages bring in vendor-completions, and for the rest in site-functions.
install(CODE "
  set(folder site-functions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr/?$\")
    set(folder vendor-completions)
  endif()
  file(INSTALL \"${MEETLAT_DOCUMENTS}/_meetlat\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/share/zsh/\${folder}\")")
