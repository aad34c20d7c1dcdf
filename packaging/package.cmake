# What is installed beside the program and its manual, and the Debian package of it (script/package).
install(DIRECTORY rules data DESTINATION ${CMAKE_INSTALL_DATADIR}/meetlat)
install(DIRECTORY packaging/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples PATTERN debian EXCLUDE PATTERN package.cmake EXCLUDE
        PATTERN page.png EXCLUDE)

# Debian wants both changelogs, compressed, and says in copyright what LICENSE would.
string(TIMESTAMP package_date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # of SOURCE_DATE_EPOCH, if that is set
set(MEETLAT_MAINTAINER "meetlat maintainers <maintainers@meetlat.invalid>" CACHE STRING "Who maintains the package")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/debian/changelog @ONLY CONTENT
"meetlat (@PROJECT_VERSION@-1) unstable; urgency=medium

  * See changelog.gz for what is new.

 -- @MEETLAT_MAINTAINER@  @package_date@
")
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/debian/changelog.gz ${PROJECT_BINARY_DIR}/debian/changelog.Debian.gz
  COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${PROJECT_BINARY_DIR}/debian/changelog.gz
  COMMAND gzip -9nc ${PROJECT_BINARY_DIR}/debian/changelog > ${PROJECT_BINARY_DIR}/debian/changelog.Debian.gz
  DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_BINARY_DIR}/debian/changelog)
add_custom_target(changelogs DEPENDS ${PROJECT_BINARY_DIR}/debian/changelog.gz
                                     ${PROJECT_BINARY_DIR}/debian/changelog.Debian.gz)
add_dependencies(documents changelogs)
install(FILES packaging/debian/copyright ${PROJECT_BINARY_DIR}/debian/changelog.gz
              ${PROJECT_BINARY_DIR}/debian/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME meetlat)
set(CPACK_PACKAGE_VENDOR meetlat)
set(CPACK_PACKAGE_CONTACT "${MEETLAT_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "measure from outside how private video-conferencing hosts are")
set(CPACK_PACKAGE_DESCRIPTION_FILE ${PROJECT_SOURCE_DIR}/packaging/debian/description)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The trust store, the key of the DNS root, and where registrable domains end; without them much is not measured.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, dns-root-data, publicsuffix")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "poppler-utils")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "tor-geoipdb")
include(CPack)
