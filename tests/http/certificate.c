/* SPDX-License-Identifier: Apache-2.0 */
/* See certificate.h.  Good for two hours, which is longer than a test. */
#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

static void require(int is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "certificate: %s\n", what);
	exit(1);
}

static X509 *sign(const char *name, EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 7200);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name,
	                           -1, -1, 0);
	X509_set_issuer_name(x, subject);
	require(X509_sign(x, key, EVP_sha256()) > 0, "sign");
	return x;
}

void certificate_make(const char *name, const char *certificate_file, const char *key_file)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x;
	FILE *file;

	require(key != NULL, "make a key");
	x = sign(name, key);
	require((file = fopen(certificate_file, "w")) && PEM_write_X509(file, x) == 1 &&
	                fclose(file) == 0,
	        certificate_file);
	require((file = fopen(key_file, "w")) &&
	                PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 &&
	                fclose(file) == 0,
	        key_file);
	X509_free(x);
	EVP_PKEY_free(key);
}
