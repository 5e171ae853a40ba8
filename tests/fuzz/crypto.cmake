# What strangers send us to verify and to decrypt.
budstikke_fuzz_target(fuzz_xmldsig
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_xmldsig.cpp
    LINKS budstikke_xmldsig)
budstikke_fuzz_target(fuzz_cms
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_cms.cpp
    LINKS budstikke_cms OpenSSL::Crypto)
# What CAs and their responders send, over ways that anybody may stand in.
budstikke_fuzz_target(fuzz_revocation_list
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_revocation_list.cpp
    LINKS budstikke_crypto OpenSSL::Crypto)
budstikke_fuzz_target(fuzz_ocsp
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_ocsp.cpp
    LINKS budstikke_pki OpenSSL::Crypto)
