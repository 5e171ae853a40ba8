# Sealing at rest and the master keys.
budstikke_test(seal_test
    SOURCES master_keys_test.cpp seal_test.cpp
    LINKS budstikke_crypto)
