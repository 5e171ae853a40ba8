# What comes as ebXML: packages, envelopes with the rules behind them, agreements.
foreach(target IN ITEMS fuzz_ebxml_mime fuzz_ebxml_message fuzz_ebxml_agreement)
    budstikke_fuzz_target(${target} JAILED
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/${target}.cpp
        LINKS budstikke_ebxml OpenSSL::Crypto)
endforeach()

# What a partner says by HTTP, and a mail server by LMTP.
foreach(target IN ITEMS fuzz_https_request fuzz_lmtp)
    budstikke_fuzz_target(${target} JAILED
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/${target}.cpp
        LINKS budstikke_ebxml_carriers)
endforeach()

# What a partner sends, up to the register.
budstikke_fuzz_target(fuzz_ebxml_inbox
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_ebxml_inbox.cpp
    LINKS budstikke_ebxml_service)
