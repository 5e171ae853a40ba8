// More of what is refused with its own code (xmldsig_refusal_test.cpp): references, keys, and what
// stands where nothing should.
#include <gtest/gtest.h>

#include "tests/unit/crypto/ebxml/refusal.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::part_reference;
using test::Refusal;
using test::Spoiled;

const std::string x509_data = "<ds:X509Data>";
const std::string signed_info_end = "</ds:SignedInfo>";

INSTANTIATE_TEST_SUITE_P(
    References, Refusal,
    testing::Values(
        Spoiled{
            "by Id",
            part_reference,
            "<ds:Reference URI=\"#header\">",
            {"uri_refused", "part_unsigned"}
        },
        Spoiled{
            "a file",
            part_reference,
            "<ds:Reference URI=\"file:///etc/passwd\">",
            {"uri_refused", "part_unsigned"}
        },
        Spoiled{
            "a web address",
            part_reference,
            "<ds:Reference URI=\"http://localhost/x\">",
            {"uri_refused", "part_unsigned"}
        },
        Spoiled{
            "XPointer to the root",
            part_reference,
            "<ds:Reference URI=\"#xpointer(/)\">",
            {"uri_refused", "part_unsigned"}
        },
        Spoiled{"without URI", part_reference, "<ds:Reference>", {"uri_missing", "part_unsigned"}},
        Spoiled{
            "to a part that is not there",
            part_reference,
            "<ds:Reference URI=\"cid:three@test\">",
            {"part_unknown", "part_unsigned"}
        },
        Spoiled{
            "to one part twice",
            part_reference,
            "<ds:Reference URI=\"cid:two@test\">",
            {"reference_repeated", "part_unsigned"}
        },
        Spoiled{
            "to the envelope twice",
            part_reference,
            "<ds:Reference URI=\"\">",
            {"transform_order", "reference_repeated", "part_unsigned"}
        },
        Spoiled{
            "not to the envelope",
            "URI=\"\"",
            "URI=\"cid:\"",
            {"part_unknown", "transform_refused", "envelope_reference_missing"}
        },
        Spoiled{
            "as Manifest",
            part_reference,
            "<ds:Reference URI=\"cid:one@test\" "
            "Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\">",
            {"unexpected_content"}
        },
        Spoiled{
            "with an attribute of another namespace",
            part_reference,
            "<ds:Reference eb:x=\"\" URI=\"cid:one@test\">",
            {"unexpected_content"}
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Keys, Refusal,
    testing::Values(
        Spoiled{
            "fetched",
            x509_data,
            "<ds:RetrievalMethod URI=\"http://localhost/key\"/>" + x509_data,
            {"key_info_fetched"}
        },
        Spoiled{
            "fetched from a file",
            x509_data,
            "<ds:RetrievalMethod URI=\"file:///etc/passwd\"/>" + x509_data,
            {"key_info_fetched"}
        },
        Spoiled{
            "by reference",
            x509_data,
            "<ds11:KeyInfoReference xmlns:ds11=\"http://www.w3.org/2009/xmldsig11#\" "
            "URI=\"#x\"/>" +
                x509_data,
            {"key_info_fetched"}
        },
        Spoiled{
            "encrypted",
            x509_data,
            "<xenc:EncryptedKey xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>" + x509_data,
            {"unexpected_content"}
        },
        Spoiled{
            "two X509Data",
            x509_data,
            "<ds:X509Data/>" + x509_data,
            {"certificate_missing", "certificate_repeated"}
        },
        Spoiled{
            "two certificates",
            x509_data,
            x509_data + "<ds:X509Certificate>AAAA</ds:X509Certificate>",
            {"certificate_repeated", "certificate_malformed"}
        },
        Spoiled{
            "a certificate that is none",
            "<ds:X509Certificate>",
            "<ds:X509Certificate>AAAA",
            {"certificate_malformed"}
        },
        Spoiled{
            "a certificate that is no base64",
            "<ds:X509Certificate>",
            "<ds:X509Certificate>*",
            {"certificate_malformed"}
        },
        Spoiled{
            "a certificate with a comment in it",
            "<ds:X509Certificate>",
            "<ds:X509Certificate><!-- -->",
            {"certificate_malformed"}
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Shape, Refusal,
    testing::Values(
        Spoiled{
            "an Object",
            "</ds:KeyInfo>",
            "</ds:KeyInfo><ds:Object>x</ds:Object>",
            {"unexpected_content"}
        },
        Spoiled{
            "a Manifest in an Object",
            "</ds:KeyInfo>",
            "</ds:KeyInfo><ds:Object><ds:Manifest/></ds:Object>",
            {"unexpected_content"}
        },
        Spoiled{"text", "</ds:KeyInfo>", "</ds:KeyInfo>text", {"unexpected_content"}},
        Spoiled{"a comment", "</ds:KeyInfo>", "</ds:KeyInfo><!-- -->", {"unexpected_content"}},
        Spoiled{
            "something strange in SignedInfo",
            signed_info_end,
            "<x xmlns=\"\"/></ds:SignedInfo>",
            {"unexpected_content"}
        },
        Spoiled{
            "two SignatureValues",
            "<ds:KeyInfo>",
            "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo>",
            {"unexpected_content"}
        },
        Spoiled{
            "two KeyInfos",
            "</ds:Signature>",
            "<ds:KeyInfo/></ds:Signature>",
            {"certificate_repeated"}
        },
        Spoiled{
            "a DTD",
            "<SOAP:Envelope",
            "<!DOCTYPE x [<!ENTITY e \"x\">]><SOAP:Envelope",
            {"malformed_xml"}
        },
        Spoiled{"an entity", "DIALOG_NOTAT", "&e;", {"malformed_xml"}},
        Spoiled{"not well-formed", "</SOAP:Envelope>", "</SOAP:Envelop>", {"malformed_xml"}},
        Spoiled{
            "another SOAP",
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
            {"not_soap"}
        }
    )
);

}  // namespace
}  // namespace budstikke::crypto::xmldsig
