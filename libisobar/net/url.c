/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs by hand, and strictly: what another parser might read in another way (a
 * backslash, a user name, an escape in the host) is no URL here, so that nobody is led
 * to another host than the one that was compared.
 */
#include "net/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"

#define HOST_MAX 253 /* RFC 1035 2.3.4, as text */

struct url_parts {
	bool is_https;
	const char *host; /* without brackets */
	size_t host_size;
	unsigned int port;
	const char *rest; /* path, query, fragment */
};

/* --- encoding --- */

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_unreserved(char c)
{
	return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

const char *url_encode(const char *text, struct arena *a)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, 3 * strlen(text) + 1);
	char *p = out;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_unreserved(*text)) {
			*p++ = *text;
		} else {
			*p++ = '%';
			*p++ = digits[c >> 4];
			*p++ = digits[c & 15];
		}
	}
	*p = '\0';
	return out;
}

/* Those that have a value, encoded. */
static struct url_pair *encode_pairs(const struct url_pair *pairs, size_t n,
                                     struct arena *a, size_t *out_n)
{
	struct url_pair *out = ARENA_ARRAY(a, struct url_pair, n);

	*out_n = 0;
	for (size_t i = 0; i < n; i++)
		if (pairs[i].value)
			out[(*out_n)++] = (struct url_pair){url_encode(pairs[i].name, a),
			                                    url_encode(pairs[i].value, a)};
	return out;
}

static int compare_pairs(const void *left, const void *right)
{
	const struct url_pair *x = left, *y = right;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->value, y->value);
}

static void put_pairs(struct strbuf *b, const struct url_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_putc(b, '&');
		strbuf_puts(b, pairs[i].name);
		strbuf_putc(b, '=');
		strbuf_puts(b, pairs[i].value);
	}
}

static char *take_text(struct strbuf *b, struct arena *a)
{
	char *text = arena_strndup(a, strbuf_text(b), b->size);

	strbuf_done(b);
	return text;
}

const char *url_build(const char *base, const char *path, const struct url_pair *pairs,
                      size_t n, struct arena *a)
{
	struct strbuf b = {0};
	struct url_pair *encoded = encode_pairs(pairs, n, a, &n);

	strbuf_puts(&b, base);
	if (*path) {
		/* One slash in any case, or a path could become part of the host. */
		if (b.size > 0 && b.data[b.size - 1] == '/')
			path += *path == '/';
		else if (*path != '/')
			strbuf_putc(&b, '/');
		strbuf_puts(&b, path);
	}
	if (n > 0) {
		qsort(encoded, n, sizeof(*encoded), compare_pairs);
		strbuf_putc(&b, '?');
		put_pairs(&b, encoded, n);
	}
	return take_text(&b, a);
}

const char *url_form(const struct url_pair *pairs, size_t n, struct arena *a)
{
	struct strbuf b = {0};
	struct url_pair *encoded = encode_pairs(pairs, n, a, &n);

	put_pairs(&b, encoded, n);
	return take_text(&b, a);
}

/* --- reading --- */

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* Digits up to end; none: the scheme's own. */
static bool read_port(const char *at, const char *end, unsigned int *out)
{
	unsigned int port = 0;

	if (at == end)
		return true;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9')
			return false;
		port = 10 * port + (unsigned int)(*at - '0');
		if (port > 65535)
			return false;
	}
	*out = port;
	return port > 0;
}

/* Host and port between two places. */
static const char *read_authority(const char *at, const char *end, struct url_parts *out)
{
	static const char of_name[] = "-._", of_ipv6[] = ":.";
	const bool is_ipv6 = at < end && *at == '[';
	const char *other = is_ipv6 ? of_ipv6 : of_name;

	if (memchr(at, '@', (size_t)(end - at)))
		return "it holds a user name";
	at += is_ipv6;
	out->host = at;
	while (at < end && (is_alphanumeric(*at) || strchr(other, *at)))
		at++;
	out->host_size = (size_t)(at - out->host);
	if (is_ipv6 && (at == end || *at++ != ']'))
		return "its address in brackets is wrong";
	if (out->host_size == 0 || out->host_size > HOST_MAX)
		return "it has no host";
	if (at == end)
		return NULL;
	if (*at != ':')
		return "its host holds something that is no letter, digit, \"-\", \".\" or "
		       "\"_\"";
	if (!read_port(at + 1, end, &out->port))
		return "its port is no number from 1 to 65535";
	return NULL;
}

/* NULL, or what is wrong. */
static const char *split(const char *url, struct url_parts *out)
{
	if (has_control(url))
		return "it holds a control character";
	out->is_https = strncasecmp(url, "https://", 8) == 0;
	if (!out->is_https && strncasecmp(url, "http://", 7) != 0)
		return "it does not begin with https://";
	out->port = out->is_https ? 443 : 80;
	url += out->is_https ? 8 : 7;
	out->rest = url + strcspn(url, "/?#");
	return read_authority(url, out->rest, out);
}

bool url_same_origin(const char *url, const char *base)
{
	struct url_parts x, y;

	return !split(url, &x) && !split(base, &y) && x.is_https == y.is_https &&
	       x.port == y.port && x.host_size == y.host_size &&
	       strncasecmp(x.host, y.host, x.host_size) == 0;
}

const char *url_host(const char *url, struct arena *a)
{
	struct url_parts parts;
	char *host;

	if (split(url, &parts))
		return "";
	host = arena_strndup(a, parts.host, parts.host_size);
	for (char *p = host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return host;
}

/* 127 and three more numbers up to 255, without leading zeros: some read octal there. */
static bool is_loopback_ipv4(const char *at, const char *end)
{
	unsigned int number = 0, digits = 0, n = 1;

	if (end - at < 4 || memcmp(at, "127.", 4) != 0)
		return false;
	for (at += 4; at < end; at++) {
		if (*at == '.') {
			if (digits == 0 || ++n > 3)
				return false;
			number = digits = 0;
			continue;
		}
		if (*at < '0' || *at > '9' || (digits > 0 && number == 0))
			return false;
		number = 10 * number + (unsigned int)(*at - '0');
		if (number > 255)
			return false;
		digits++;
	}
	return n == 3 && digits > 0;
}

static bool is_loopback(const struct url_parts *parts)
{
	static const char name[] = "localhost", ipv6[] = "::1";

	if (parts->host_size == strlen(name) &&
	    strncasecmp(parts->host, name, strlen(name)) == 0)
		return true; /* RFC 6761 6.3; libcurl never asks the name service for it */
	if (parts->host_size == strlen(ipv6) &&
	    memcmp(parts->host, ipv6, strlen(ipv6)) == 0)
		return true;
	return is_loopback_ipv4(parts->host, parts->host + parts->host_size);
}

int url_check_endpoint(const char *url, struct error *err)
{
	struct url_parts parts;
	const char *fault = split(url, &parts);

	/* The URL itself is not quoted: it may hold a password. */
	if (fault)
		return error_set(err, ERR_INVALID, "not a URL to be asked: %s", fault);
	if (!parts.is_https && !is_loopback(&parts))
		return error_set(err, ERR_INVALID,
		                 "http is for loopback addresses alone: %.*s wants https",
		                 (int)parts.host_size, parts.host);
	if (strpbrk(parts.rest, "?#"))
		return error_set(err, ERR_INVALID,
		                 "an endpoint has no query and no fragment: end it before "
		                 "the \"%c\"",
		                 *strpbrk(parts.rest, "?#"));
	if (strpbrk(parts.rest, " \\"))
		return error_set(err, ERR_INVALID,
		                 "the path of an endpoint has no blank and no backslash");
	return 0;
}
