# Signatures and encryption of ebXML messages, and the certificates behind them.
budstikke_test(xmldsig_test
    SOURCES ebxml/messages.cpp ebxml/party_pki.cpp ebxml/xmldsig_test.cpp test_pki.cpp
    LINKS budstikke_xmldsig)

budstikke_test(cms_test
    SOURCES ebxml/cms_test.cpp ebxml/party_pki.cpp test_pki.cpp
    LINKS budstikke_cms)
