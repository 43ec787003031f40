/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of sources against the tables of the connectors. */
#include "collector/source_check.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/near_word.h"
#include "net/url.h"

#define SECRET_MAX (64 << 10)

int source_check_name(const char *name, struct error *err)
{
	static const char alphabet[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	        "0123456789._-";
	const size_t size = strlen(name);

	if (size > 0 && size <= SOURCE_NAME_MAX && strspn(name, alphabet) == size &&
	    isalnum((unsigned char)*name))
		return 0;
	return error_set(err, ERR_INVALID,
	                 "a source's name is 1 to %d letters, digits and ._-, and begins "
	                 "with a letter or digit",
	                 SOURCE_NAME_MAX);
}

/* --- names that nothing knows --- */

/* What is known, and what of it is near. */
struct known {
	struct near_word near;
	struct strbuf names;
};

static void known_add(struct known *k, const char *wrong, const char *name)
{
	near_word_try(&k->near, wrong, name);
	strbuf_printf(&k->names, "%s%s", k->names.size ? ", " : "", name);
}

/* "unknown setting "tenat", did you mean "tenant"? known: tenant, ..." */
static int fault_of_name(struct known *k, const char *what, const char *wrong,
                         struct error *err)
{
	char near[64] = ";";

	if (k->near.word)
		snprintf(near, sizeof(near), ", did you mean \"%.30s\"?", k->near.word);
	error_set(err, ERR_INVALID, "unknown %s \"%.40s\"%s known: %s", what, wrong, near,
	          k->names.size ? strbuf_text(&k->names) : "none");
	strbuf_done(&k->names);
	return ERR_INVALID;
}

int source_check_connector(const char *name, const struct connector *const *known, size_t n,
                           const struct connector **out, struct error *err)
{
	struct known k = {0};

	for (size_t i = 0; i < n; i++) {
		if (strcmp(known[i]->name, name) != 0)
			continue;
		*out = known[i];
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		known_add(&k, name, known[i]->name);
	return fault_of_name(&k, "connector", name, err);
}

int source_check_key(const struct connector *c, const char *key,
                     const struct source_setting **out, struct error *err)
{
	struct known k = {0};
	char what[64];

	for (const struct source_setting *s = c->settings; s->key; s++) {
		if (strcmp(s->key, key) != 0)
			continue;
		*out = s;
		return 0;
	}
	for (const struct source_setting *s = c->settings; s->key; s++)
		known_add(&k, key, s->key);
	snprintf(what, sizeof(what), "setting of %.30s", c->name);
	return fault_of_name(&k, what, key, err);
}

/* --- values --- */

static int check_list(const struct source_setting *s, const char *value, struct error *err)
{
	for (;;) {
		const size_t size = strcspn(value, ",");

		if (strspn(value, " \t") >= size)
			return error_set(err, ERR_INVALID,
			                 "%s: an element of the list is empty", s->key);
		if (!value[size])
			return 0;
		value += size + 1;
	}
}

int source_check_value(const struct source_setting *s, const char *value, struct error *err)
{
	const size_t size = strlen(value);

	if (size == 0)
		return error_set(err, ERR_INVALID, "%s: the value is empty", s->key);
	if (size > SOURCE_VALUE_MAX)
		return error_set(err, ERR_INVALID, "%s: the value has more than %d bytes",
		                 s->key, SOURCE_VALUE_MAX);
	if (utf8_valid_size(value, size) != size)
		return error_set(err, ERR_INVALID, "%s: the value is no UTF-8", s->key);
	for (const char *p = value; *p; p++)
		if (iscntrl((unsigned char)*p))
			return error_set(err, ERR_INVALID,
			                 "%s: the value holds a control character", s->key);
	if (s->flags & SOURCE_URL && url_check_endpoint(value, err) < 0)
		return error_wrap(err, "%s", s->key);
	return s->flags & SOURCE_LIST ? check_list(s, value, err) : 0;
}

int source_check_secret(const struct source_setting *s, const char *text, size_t size,
                        struct error *err)
{
	if (size == 0)
		return error_set(err, ERR_INVALID, "%s: the secret is empty", s->key);
	if (size > SECRET_MAX)
		return error_set(err, ERR_INVALID, "%s: the secret has more than %d KiB",
		                 s->key, SECRET_MAX >> 10);
	if (memchr(text, '\0', size))
		return error_set(err, ERR_INVALID, "%s: the secret holds a NUL byte",
		                 s->key);
	return 0;
}

int source_check_complete(const struct connector *c, const char *const *keys, size_t n,
                          struct error *err)
{
	for (const struct source_setting *s = c->settings; s->key; s++) {
		size_t i = 0;

		if (!(s->flags & SOURCE_REQUIRED))
			continue;
		while (i < n && strcmp(keys[i], s->key) != 0)
			i++;
		if (i == n)
			return error_set(err, ERR_INVALID,
			                 "%s needs the setting %s (%s): give --%s %s%s",
			                 c->name, s->key, s->help,
			                 s->flags & SOURCE_SECRET ? "secret" : "set",
			                 s->key,
			                 s->flags & SOURCE_SECRET ? "=@FILE" : "=VALUE");
	}
	return 0;
}
