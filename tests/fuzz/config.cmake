# What operators write: the configuration and the directory.
budstikke_fuzz_target(fuzz_configuration JAILED
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_configuration.cpp
    LINKS budstikke_config)
