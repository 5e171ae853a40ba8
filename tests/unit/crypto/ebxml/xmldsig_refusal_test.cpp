// Everything in a signature that the profile does not name is refused with its own code, before any
// of it is computed (reliability.md X2): here transforms and methods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"
#include "tests/unit/crypto/ebxml/refusal.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::Message;
using test::part_reference;
using test::Refusal;
using test::signed_message;
using test::Spoiled;
using test::with;
using testing::ElementsAreArray;

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

}  // namespace
}  // namespace budstikke::crypto::xmldsig
