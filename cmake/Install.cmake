# What is installed beside the program (component `program`) and the libraries (component `development`).
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/inforelay)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs DESTINATION ${CMAKE_INSTALL_DATADIR}/inforelay COMPONENT program)
install(FILES LICENSE README.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

configure_package_config_file(cmake/inforelayConfig.cmake.in inforelayConfig.cmake INSTALL_DESTINATION ${package_folder}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(inforelayConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT inforelay NAMESPACE inforelay:: FILE inforelayTargets.cmake DESTINATION ${package_folder}
  COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/Dependencies.cmake ${PROJECT_BINARY_DIR}/inforelayConfig.cmake
  ${PROJECT_BINARY_DIR}/inforelayConfigVersion.cmake DESTINATION ${package_folder} COMPONENT development)
