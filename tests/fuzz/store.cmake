# What the store reads back: rows, keys and sealed pieces of a disk that somebody may have changed.
budstikke_fuzz_target(fuzz_store_records
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_store_records.cpp
    LINKS budstikke_store budstikke_proto)

budstikke_fuzz_target(fuzz_ebxml_store
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_ebxml_store.cpp
    LINKS budstikke_store)
