# Signatures and encryption of ebXML messages, and the certificates behind them.
budstikke_test(xmldsig_test
    SOURCES ebxml/messages.cpp ebxml/party_pki.cpp ebxml/xmldsig_envelope_test.cpp
            ebxml/xmldsig_peer_test.cpp ebxml/xmldsig_test.cpp test_pki.cpp
    LINKS budstikke_xmldsig)

budstikke_test(xmldsig_refusal_test
    SOURCES ebxml/messages.cpp ebxml/party_pki.cpp ebxml/xmldsig_lies_test.cpp
            ebxml/xmldsig_limits_test.cpp ebxml/xmldsig_reading_test.cpp
            ebxml/xmldsig_refusal_content_test.cpp ebxml/xmldsig_refusal_test.cpp
            ebxml/xmldsig_wrapping_test.cpp test_pki.cpp
    LINKS budstikke_xmldsig)

budstikke_test(cms_test
    SOURCES ebxml/cms_limits_test.cpp ebxml/cms_refusal_test.cpp ebxml/cms_test.cpp
            ebxml/ocsp_test.cpp ebxml/party_pki.cpp ebxml/party_trust_test.cpp test_pki.cpp
    LINKS budstikke_cms)
