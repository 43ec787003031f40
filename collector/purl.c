/* SPDX-License-Identifier: Apache-2.0 */
/* Source: package-url/purl-spec, PURL-SPECIFICATION and PURL-TYPES. */
#include "purl.h"

#include <string.h>

#include "text_part.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %40 becomes @; what is no escape, and %00, stays. */
static const char *decoded(const char *text, size_t size, struct arena *a)
{
	char *copy = arena_strndup(a, text, size);
	char *out = copy;

	for (const char *in = copy; *in != '\0'; in++) {
		const int high = in[0] == '%' ? hex(in[1]) : -1;
		const int low = high >= 0 ? hex(in[2]) : -1;

		if (low >= 0 && high * 16 + low > 0 && high < 8) {
			*out++ = (char)(high * 16 + low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return copy;
}

static const char *qualifier(const char *list, const char *key, struct arena *a)
{
	const size_t size = strlen(key);

	for (; *list != '\0'; list += strcspn(list, "&"), list += *list == '&')
		if (strncmp(list, key, size) == 0 && list[size] == '=')
			return decoded(list + size + 1, strcspn(list + size + 1, "&#"), a);
	return "";
}

/* Where text up to size has its last c, or size. */
static size_t last_of(const char *text, size_t size, char c)
{
	for (size_t i = size; i > 0; i--)
		if (text[i - 1] == c)
			return i - 1;
	return size;
}

bool purl_parse(const char *text, struct arena *a, struct purl *out)
{
	size_t size, at, slash;

	*out = (struct purl){"", "", "", "", ""};
	if (!text_begins_nocase(text, "pkg:"))
		return false;
	text += 4;
	text += strspn(text, "/");
	size = strcspn(text, "/");
	if (size == 0 || text[size] != '/')
		return false;
	out->type = text_lower(arena_strndup(a, text, size), a);
	text += size + 1;
	size = strcspn(text, "?#");
	if (text[size] == '?')
		out->repository = qualifier(text + size + 1, "repository_url", a);
	/* An @ in front of a slash is a scope that somebody has not escaped. */
	at = last_of(text, size, '@');
	if (at < size && memchr(text + at, '/', size - at))
		at = size;
	if (at < size)
		out->version = decoded(text + at + 1, size - at - 1, a);
	while (at > 0 && text[at - 1] == '/')
		at--;
	slash = last_of(text, at, '/');
	if (slash < at)
		out->space = decoded(text, slash, a);
	out->name = slash < at ? decoded(text + slash + 1, at - slash - 1, a)
	                       : decoded(text, at, a);
	return out->name[0] != '\0';
}

const char *purl_package(const struct purl *p, struct arena *a)
{
	static const char *const flat[] = {"deb", "rpm", "apk", "alpm", "oci", "generic"};

	if (p->space[0] == '\0')
		return p->name;
	for (size_t i = 0; i < N_ELEMENTS(flat); i++)
		if (strcmp(p->type, flat[i]) == 0)
			return p->name;
	return arena_printf(a, "%s%s%s", p->space,
	                    strcmp(p->type, "maven") == 0 ? ":" : "/", p->name);
}

/* repository_url has the name at its end, or (older writers) does not. */
static const char *image_of(const struct purl *p, struct arena *a)
{
	const char *name =
	        p->space[0] != '\0' ? ARENA_JOIN(a, p->space, "/", p->name) : p->name;
	const char *base = p->repository;

	if (base[0] == '\0')
		return name;
	if (text_ends(base, "/"))
		base = arena_strndup(a, base, strlen(base) - 1);
	if (strcmp(base, name) == 0 || text_ends(base, ARENA_JOIN(a, "/", name)))
		return base;
	return ARENA_JOIN(a, base, "/", name);
}

static const struct {
	const char *type, *host;
} forges[] = {
        {"github", "https://github.com/"},
        {"gitlab", "https://gitlab.com/"},
        {"bitbucket", "https://bitbucket.org/"},
};

void purl_set_resource(struct resource *r, const char *id, struct arena *a)
{
	struct purl p;

	r->type = "product";
	r->raw = id;
	if (!purl_parse(id, a, &p))
		return;
	if (strcmp(p.type, "oci") == 0 || strcmp(p.type, "docker") == 0) {
		r->type = "container.image";
		r->raw = image_of(&p, a);
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(forges); i++) {
		if (strcmp(p.type, forges[i].type) != 0 || p.space[0] == '\0')
			continue;
		r->type = "repository";
		r->raw = ARENA_JOIN(a, forges[i].host, p.space, "/", p.name);
	}
}
