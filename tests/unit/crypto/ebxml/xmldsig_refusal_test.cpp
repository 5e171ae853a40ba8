// Everything in a signature that the profile does not name is refused with its own code, before any
// of it is computed (reliability.md X2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::Message;
using test::signed_message;
using test::with;
using testing::ElementsAreArray;

const std::string reference_end = "</ds:Reference>";
const std::string x509_data = "<ds:X509Data>";
const std::string signed_info_end = "</ds:SignedInfo>";

struct Spoiled {
    const char* what;
    std::string from;
    std::string to;
    std::vector<std::string> faults;
};

void PrintTo(const Spoiled& spoiled, std::ostream* out) {
    *out << spoiled.what;
}

class Refusal : public testing::TestWithParam<Spoiled> {};

TEST_P(Refusal, HasItsOwnCode) {
    const Message message = signed_message();
    const std::string text = with(message.text(), GetParam().from, GetParam().to);
    const auto result = Verifier().verify(text, message.parts, Policy());
    EXPECT_EQ(result.status, Status::invalid);
    EXPECT_THAT(faults_of(result), ElementsAreArray(GetParam().faults));
    EXPECT_EQ(result.envelope, "");
}

std::string method(std::string_view uri) {
    return "Algorithm=\"" + std::string(uri) + "\"/>";
}

const std::string c14n = method(uri_of(Transform::c14n));
const std::string canonicalization = "<ds:CanonicalizationMethod " + c14n;
const std::string signature_method =
    "<ds:SignatureMethod " + method(uri_of(SignatureMethod::rsa_sha256));
const std::string enveloped = "<ds:Transform " + method(uri_of(Transform::enveloped_signature));
const std::string c14n_transform = "<ds:Transform " + c14n;
const std::string part_reference = "<ds:Reference URI=\"cid:one@test\">";
const std::string xpath =
    "not(ancestor-or-self::node()[@SOAP-ENV:actor=\"urn:oasis:names:tc:ebxml-"
    "msg:actor:nextMSH\"] | ";

std::string transform(const char* uri) {
    return "<ds:Transform " + method(uri);
}

INSTANTIATE_TEST_SUITE_P(
    Transforms, Refusal,
    testing::Values(
        Spoiled{
            "XSLT",
            c14n_transform,
            transform("http://www.w3.org/TR/1999/REC-xslt-19991116") + c14n_transform,
            {"transform_refused"}
        },
        Spoiled{
            "XSLT in place of C14N",
            c14n_transform,
            transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
            {"transform_refused", "transform_order"}
        },
        Spoiled{
            "base64",
            enveloped,
            transform("http://www.w3.org/2000/09/xmldsig#base64"),
            {"transform_refused", "transform_order"}
        },
        Spoiled{
            "XPath Filter 2.0",
            enveloped,
            transform("http://www.w3.org/2002/06/xmldsig-filter2"),
            {"transform_refused", "transform_order"}
        },
        Spoiled{
            "XPointer",
            enveloped,
            transform("http://www.w3.org/2001/04/xmldsig-more/xptr"),
            {"transform_refused", "transform_order"}
        },
        Spoiled{
            "another XPath", xpath, "not(ancestor-or-self::eb:MessageHeader | ", {"xpath_refused"}
        },
        Spoiled{
            "XPath that cuts everything out",
            xpath,
            "not(ancestor-or-self::node() | ",
            {"xpath_refused"}
        },
        Spoiled{"XPath with a comment in it", xpath, "<!-- -->" + xpath, {"xpath_refused"}},
        Spoiled{
            "XPath whose prefix is another namespace",
            "xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"",
            "xmlns:SOAP-ENV=\"urn:other\"",
            {"xpath_refused"}
        },
        Spoiled{
            "C14N with comments",
            c14n_transform,
            transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
            {"transform_refused", "transform_order"}
        },
        Spoiled{"C14N twice", c14n_transform, c14n_transform + c14n_transform, {"transform_order"}},
        Spoiled{"no enveloped signature", enveloped, "", {"transform_order"}},
        Spoiled{"C14N first", enveloped, c14n_transform, {"transform_order"}},
        Spoiled{
            "content in a transform",
            enveloped,
            "<ds:Transform Algorithm=\"" + std::string(uri_of(Transform::enveloped_signature)) +
                "\"><x xmlns=\"\"/></ds:Transform>",
            {"transform_refused"}
        },
        Spoiled{
            "a transform on a part",
            part_reference,
            part_reference + "<ds:Transforms>" + c14n_transform + "</ds:Transforms>",
            {"transform_refused"}
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Methods, Refusal,
    testing::Values(
        Spoiled{
            "another C14N of SignedInfo",
            canonicalization,
            "<ds:CanonicalizationMethod " +
                method("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
            {"canonicalization_method"}
        },
        Spoiled{
            "C14N 1.1 of SignedInfo",
            canonicalization,
            "<ds:CanonicalizationMethod " + method("http://www.w3.org/2006/12/xml-c14n11"),
            {"canonicalization_method"}
        },
        Spoiled{"no C14N of SignedInfo", canonicalization, "", {"canonicalization_method"}},
        Spoiled{
            "HMAC",
            signature_method,
            "<ds:SignatureMethod " + method("http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
            {"hmac"}
        },
        Spoiled{
            "HMAC of SHA-256",
            signature_method,
            "<ds:SignatureMethod " + method("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
            {"hmac"}
        },
        Spoiled{
            "HMAC cut to one bit",
            signature_method,
            "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\">"
            "<ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>",
            {"hmac"}
        },
        Spoiled{
            "RSA with an output length",
            signature_method,
            "<ds:SignatureMethod Algorithm=\"" + std::string(uri_of(SignatureMethod::rsa_sha256)) +
                "\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>",
            {"hmac"}
        },
        Spoiled{
            "DSA",
            signature_method,
            "<ds:SignatureMethod " + method("http://www.w3.org/2000/09/xmldsig#dsa-sha1"),
            {"signature_method"}
        },
        Spoiled{
            "RSA with MD5",
            signature_method,
            "<ds:SignatureMethod " + method("http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
            {"signature_method"}
        },
        Spoiled{
            "RSA with SHA-1",
            signature_method,
            "<ds:SignatureMethod " + method(uri_of(SignatureMethod::rsa_sha1)),
            {"signature_method"}
        },
        Spoiled{
            "digest by MD5",
            method(uri_of(DigestMethod::sha256)),
            method("http://www.w3.org/2001/04/xmldsig-more#md5"),
            {"digest_method"}
        },
        Spoiled{
            "digest of another length",
            method(uri_of(DigestMethod::sha256)),
            method(uri_of(DigestMethod::sha512)),
            {"digest_value"}
        },
        Spoiled{
            "empty digest",
            "<ds:DigestValue>",
            "<ds:DigestValue/><ds:DigestValue>",
            {"digest_value", "unexpected_content"}
        },
        Spoiled{
            "digest with a comment in it",
            "<ds:DigestValue>",
            "<ds:DigestValue><!-- -->",
            {"digest_value"}
        },
        Spoiled{
            "digest with another character",
            "<ds:DigestValue>",
            "<ds:DigestValue>*",
            {"digest_value"}
        }
    )
);

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
