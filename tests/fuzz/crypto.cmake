# What strangers send us to verify and to decrypt.
budstikke_fuzz_target(fuzz_xmldsig JAILED
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_xmldsig.cpp
    LINKS budstikke_xmldsig OpenSSL::Crypto)
budstikke_fuzz_target(fuzz_cms JAILED
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_cms.cpp
    LINKS budstikke_cms OpenSSL::Crypto)
# What CAs and their responders send, over ways that anybody may stand in.
budstikke_fuzz_target(fuzz_revocation_list JAILED
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_revocation_list.cpp
    LINKS budstikke_crypto OpenSSL::Crypto)
budstikke_fuzz_target(fuzz_ocsp JAILED
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_ocsp.cpp
    LINKS budstikke_pki OpenSSL::Crypto)
