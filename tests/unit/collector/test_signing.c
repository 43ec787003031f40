/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What providers check must be exact: the example of RFC 7515 A.2 to the last byte (a
 * signature of RSASSA-PKCS1-v1_5 is the same each time), others verified with their
 * public key, base64 by RFC 4648 section 10, thumbprints as `openssl dgst` has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "collector/signing.h"

/* The key of RFC 7515 A.2.1: known to everybody, of no use to anybody. */
static const char rfc_key[] =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\n"
        "jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\n"
        "aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\n"
        "juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\n"
        "ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\n"
        "toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\n"
        "VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\n"
        "PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\n"
        "O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\n"
        "kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\n"
        "XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n"
        "4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\n"
        "pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n"
        "0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\n"
        "lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\n"
        "kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\n"
        "rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\n"
        "kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n"
        "5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n"
        "9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\n"
        "evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\n"
        "yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\n"
        "OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\n"
        "tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\n"
        "ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n"
        "03k2+ZQwVK0JKSHuLFkuQ3U=\n"
        "-----END PRIVATE KEY-----\n";

/* Of the same key, "CN=test". */
static const char certificate[] =
        "-----BEGIN CERTIFICATE-----\n"
        "MIIDATCCAemgAwIBAgIUU5f1tGas+1lmWHfvd605hIvZdWwwDQYJKoZIhvcNAQEL\n"
        "BQAwDzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYwNDQwMDNaGA8yMTI2MTEwMjA0\n"
        "NDAwM1owDzENMAsGA1UEAwwEdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCC\n"
        "AQoCggEBAKH4Fgri48m0Zc6NLWViYzYrkn2+KeHwJHf8FiXMkKE244vZNJfFtupj\n"
        "3XcR5nx0KflWsPuKjwia3EtpiTzBMz9T7dAZuHeEJS/skU/khXdpWUvqQoDTLA9V\n"
        "v2KUTxMDlrxum99uvdK9o2eO7KDGaPcBs42/+zjINCzi/m0n+t5KWkh0l53Uuc+a\n"
        "3sTHWwWFLCwPXvilwXUDkvlE6O1kwRDGtkdgmqR4OuucbJrXVTEwUGOLg2Zcb296\n"
        "gqOWcCofZBuC0+vyOSIZSR+2hocsVxb1Cvg1jZqLnRfDQHKPf4fYmhjY/KtnrYRZ\n"
        "DC7PdZM5NjwHA01vYG+eIeBUVsrl6aECAwEAAaNTMFEwHQYDVR0OBBYEFDMYiI+n\n"
        "v4OQzd7TXVSJ6VFjGdrZMB8GA1UdIwQYMBaAFDMYiI+nv4OQzd7TXVSJ6VFjGdrZ\n"
        "MA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAC9RG6F3xS9wlnNZ\n"
        "Xz0Pj3QsMWrs3c7MPL+FPnSUJBbimuKYyGJNTMEgPchEPar/f0bt1161f8xeIqZ9\n"
        "lNjJvFKNZMa6pyL+QagyxBlCG69a58GpOZ7OG9Dl2MsEZLafI1iXjs3v283qFpva\n"
        "wzKgvnrKKp67WOd93FXdwcIHLv6rNv9Tg69ILzvMcA/eogIQXajLVZIyT2tq/AE0\n"
        "h+84/ebdIZSNTq8MCf4qLb8lz/aQqH9Qy0uex4Xk3N/IpDwJclNP7i0goot6c+PS\n"
        "yHxw/LuzqFEwuDcRkiLphH3YgLaToc3h6QKFZ1pz/CN64B8g5g68Xo2q6AylHKWi\n"
        "7Jzn6AE=\n"
        "-----END CERTIFICATE-----\n";

static struct arena *arena;

static int set_up(void **unused)
{
	(void)unused;
	arena = arena_new(16384);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	arena_free(arena);
	return 0;
}

/* --- keys made for a test --- */

static const char *pem_of(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
	                         bio, key, passphrase ? EVP_aes_128_cbc() : NULL,
	                         passphrase, passphrase ? (int)strlen(passphrase) : 0, NULL,
	                         NULL),
	                 1);
	size = BIO_get_mem_data(bio, &text);
	text = arena_strndup(arena, text, (size_t)size);
	BIO_free(bio);
	return text;
}

static bool verifies(EVP_PKEY *key, const char *data, const unsigned char *signature,
                     size_t size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool yes = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	           EVP_DigestVerify(context, signature, size, (const unsigned char *)data,
	                            strlen(data)) == 1;

	EVP_MD_CTX_free(context);
	return yes;
}

/* --- signatures --- */

static void test_signing__jwt_is_that_of_rfc_7515(void **unused)
{
	const char *jwt = NULL;
	struct error err;

	(void)unused;
	assert_int_equal(sign_jwt_rs256(rfc_key, "{\"alg\":\"RS256\"}",
	                                "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
	                                "\"http://example.com/is_root\":true}",
	                                arena, &jwt, &err),
	                 0);
	assert_string_equal(
	        jwt, "eyJhbGciOiJSUzI1NiJ9."
	             "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
	             "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
	             "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
	             "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
	             "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
	             "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
	             "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
	             "p0igcN_IoypGlUPQGe77Rw");
}

static void test_signing__public_key_verifies(void **unused)
{
	static const char data[] = "date: Thu, 01 Jan 2026 06:00:00 GMT\nhost: example.org";
	EVP_PKEY *key = EVP_RSA_gen(3072);
	unsigned char *signature = NULL;
	size_t size = 0;
	struct error err;

	(void)unused;
	assert_int_equal(sign_rsa_sha256(pem_of(key, NULL), data, strlen(data), arena,
	                                 &signature, &size, &err),
	                 0);
	assert_int_equal(size, 384);
	assert_true(verifies(key, data, signature, size));
	assert_false(verifies(key, "date: another", signature, size));
	EVP_PKEY_free(key);
}

static void refuse_key(const char *pem, const char *why)
{
	unsigned char *signature = NULL;
	size_t size = 0;
	struct error err;

	assert_int_equal(sign_rsa_sha256(pem, "x", 1, arena, &signature, &size, &err),
	                 ERR_INVALID);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_signing__refuses_what_is_no_key(void **unused)
{
	EVP_PKEY *rsa = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-256");
	char *huge = arena_alloc(arena, 100001);

	(void)unused;
	memset(huge, 'A', 100000);
	refuse_key("", "is no PEM text");
	refuse_key("no key", "is no PEM text");
	refuse_key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	           "is no PEM text");
	refuse_key(arena_strndup(arena, rfc_key, 400), "is no PEM text");
	refuse_key(certificate, "is no PEM text");
	refuse_key(huge, "is no PEM text");
	refuse_key(pem_of(rsa, NULL), "has 1024 bits: at least 2048");
	refuse_key(pem_of(ec, NULL), "is not RSA");
	refuse_key(pem_of(rsa, "passphrase"), "is encrypted");
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

static void test_signing__thumbprints_of_a_certificate(void **unused)
{
	const char *sha1 = NULL, *sha256 = NULL;
	struct error err;

	(void)unused;
	assert_int_equal(certificate_thumbprints(certificate, arena, &sha1, &sha256, &err),
	                 0);
	assert_string_equal(sha1, "juCJpT8KtxDdP-ottU9cKqXTGtw");
	assert_string_equal(sha256, "5_EQ3y2z08PodbueD7H-aawRqgq3EOZXzGTPCbNvlGQ");
	/* Files often hold the key and its certificate, in either order. */
	assert_int_equal(certificate_thumbprints(ARENA_JOIN(arena, rfc_key, certificate),
	                                         arena, &sha1, &sha256, &err),
	                 0);
	assert_string_equal(sha1, "juCJpT8KtxDdP-ottU9cKqXTGtw");
	assert_int_equal(certificate_thumbprints(rfc_key, arena, &sha1, &sha256, &err),
	                 ERR_INVALID);
	assert_non_null(strstr(err.text, "no certificate"));
}

/* --- base64 and digests --- */

static void test_signing__base64(void **unused)
{
	static const struct {
		const char *plain, *padded, *url;
	} rows[] = {
	        {"", "", ""},
	        {"f", "Zg==", "Zg"},
	        {"fo", "Zm8=", "Zm8"},
	        {"foo", "Zm9v", "Zm9v"},
	        {"foob", "Zm9vYg==", "Zm9vYg"},
	        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
	        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	        {"\xfb\xff\xbf", "+/+/", "-_-_"},
	        {"\xff\xff\xff\xff", "/////w==", "_____w"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const char *const forms[] = {rows[i].padded, rows[i].url};
		const size_t n = strlen(rows[i].plain);

		assert_string_equal(base64_encode(rows[i].plain, n, arena), rows[i].padded);
		assert_string_equal(base64url_encode(rows[i].plain, n, arena), rows[i].url);
		for (size_t k = 0; k < N_ELEMENTS(forms); k++) {
			size_t size = 99;
			const unsigned char *back = base64_decode(forms[k], arena, &size);

			assert_non_null(back);
			assert_int_equal(size, n);
			assert_memory_equal(back, rows[i].plain, n);
		}
	}
}

static void test_signing__refuses_what_is_no_base64(void **unused)
{
	static const char *const texts[] = {
	        "A",    "AAAAA", "Zg=",    "Zg===",  "Zm9v=",      "Zm9v====", "=",
	        "====", "Zm9 v", "Zm9v\n", "Zg==Zg", "Z\xc3\xa9g", "Zh",       "Zm9=",
	};
	size_t size;

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(texts); i++)
		if (base64_decode(texts[i], arena, &size))
			fail_msg("\"%s\" is taken", texts[i]);
}

static void test_signing__digests(void **unused)
{
	char hex[65];

	(void)unused;
	/* FIPS 180-4's "abc", and nothing. */
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
	                         "f20015ad");
	assert_string_equal(sha256_base64("", 0, arena),
	                    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

static void test_signing__uuid(void **unused)
{
	char one[37], other[37];

	(void)unused;
	uuid_random(one);
	uuid_random(other);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(one), 36);
	assert_int_equal(strspn(one, "0123456789abcdef-"), 36);
	assert_true(one[8] == '-' && one[13] == '-' && one[18] == '-' && one[23] == '-');
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89ab", one[19]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_signing__jwt_is_that_of_rfc_7515),
	        cmocka_unit_test(test_signing__public_key_verifies),
	        cmocka_unit_test(test_signing__refuses_what_is_no_key),
	        cmocka_unit_test(test_signing__thumbprints_of_a_certificate),
	        cmocka_unit_test(test_signing__base64),
	        cmocka_unit_test(test_signing__refuses_what_is_no_base64),
	        cmocka_unit_test(test_signing__digests),
	        cmocka_unit_test(test_signing__uuid),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
