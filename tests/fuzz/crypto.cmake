# What strangers send us to verify and to decrypt.
budstikke_fuzz_target(fuzz_xmldsig
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_xmldsig.cpp
    LINKS budstikke_xmldsig)
budstikke_fuzz_target(fuzz_cms
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_cms.cpp
    LINKS budstikke_cms OpenSSL::Crypto)
