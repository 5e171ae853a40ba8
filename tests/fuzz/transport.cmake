budstikke_fuzz_target(fuzz_frame JAILED
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_frame.cpp
    LINKS budstikke_exchange_frame budstikke_proto)
