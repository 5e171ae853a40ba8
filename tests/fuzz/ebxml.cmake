# What comes as ebXML: packages, envelopes with the rules behind them, agreements.
foreach(target IN ITEMS fuzz_ebxml_mime fuzz_ebxml_message fuzz_ebxml_agreement)
    budstikke_fuzz_target(${target}
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/${target}.cpp
        LINKS budstikke_ebxml)
endforeach()

# What a mail server says by LMTP.
budstikke_fuzz_target(fuzz_lmtp
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_lmtp.cpp
    LINKS budstikke_ebxml_carriers)
