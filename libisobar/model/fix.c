/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and titles of fixes. */

#include "model/fix.h"

#include <endian.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "model/subject.h"

#define VERSION_MAX 200 /* bytes that tell fixed versions apart */

/* Bytes of the asset's key that a fix at an asset begins with: as in subject.c. */
#define ASSET_PART 8

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- upgrades --- */

/* One of several versions: without "v", ">=" and the epoch 0, which not all tools write. */
static const char *skip_prefix(const char *s)
{
	s += strspn(s, "=> \t");
	if ((*s == 'v' || *s == 'V') && is_digit(s[1]))
		s++;
	return strncmp(s, "0:", 2) == 0 ? s + 2 : s;
}

/* Versions between commas, "a, b"; "" when there is none. */
static const char *version_of(const char *text, struct arena *a)
{
	const size_t size = strnlen(text, VERSION_MAX);
	char *out = arena_alloc(a, 2 * size + 3);
	size_t n = 0;

	for (const char *p = text, *end = text + size; p < end;) {
		size_t part;

		p = skip_prefix(p);
		if (p >= end)
			break;
		part = strcspn(p, ",;|");
		if (part > (size_t)(end - p))
			part = (size_t)(end - p);

		const char *next = p + part + 1;

		while (part && is_blank(p[part - 1]))
			part--;
		if (part) {
			if (n) {
				memcpy(out + n, ", ", 2);
				n += 2;
			}
			memcpy(out + n, p, part);
			n += part;
		}
		p = next;
	}
	out[n] = '\0';
	/* "none", "not fixed", "unknown", "0": no version has no digit but 0. */
	return strpbrk(out, "123456789") ? out : "";
}

/* "pkg:deb/debian/openssl@3.0.11?arch=amd64" is deb and debian/openssl. */
static void read_name(const char *package, struct arena *a, struct upgrade *out)
{
	const char *name = package;
	size_t size;

	out->ecosystem = "";
	if (strncmp(package, "pkg:", 4) == 0 && strchr(package, '/')) {
		name = strchr(package, '/') + 1;
		out->ecosystem =
		        arena_strndup(a, package + 4, (size_t)(name - 1 - (package + 4)));
		/* A scope, "%40angular" or "@angular", is a part of the name. */
		size = *name ? 1 + strcspn(name + 1, "@?#") : 0;
	} else {
		size = strlen(name);
	}
	while (size && is_blank(*name)) {
		name++;
		size--;
	}
	while (size && is_blank(name[size - 1]))
		size--;

	char *copy = arena_strndup(a, name, size);
	const bool cased = strchr(copy, ':') || strcmp(out->ecosystem, "maven") == 0 ||
	                   strcmp(out->ecosystem, "golang") == 0;

	for (char *p = copy; *p && !cased; p++)
		*p = lower(*p);
	out->package = copy;
}

bool upgrade_read(const char *package, const char *fixed_version, struct arena *a,
                  struct upgrade *out)
{
	if (!*package || !*fixed_version)
		return false;
	out->version = version_of(fixed_version, a);
	if (!*out->version)
		return false;
	read_name(package, a, out);
	return *out->package != '\0';
}

struct key upgrade_key(const struct org *org, const struct upgrade *u)
{
	const char *const identity[] = {u->ecosystem, u->package, u->version};

	return key_of_texts("upgrade/1", org->id, identity, N_ELEMENTS(identity));
}

/* --- which fix --- */

const char *fix_kind_name(enum fix_kind kind)
{
	static const char *const names[N_FIX_KINDS] = {
	        [FIX_UPGRADE] = "upgrade",
	        [FIX_CONFIGURATION] = "configuration",
	        [FIX_IDENTITY] = "identity",
	        [FIX_SECRET] = "secret",
	};

	return names[kind];
}

/* Machines that one patch run goes over, as far as their sources call them so. */
static bool is_host(const char *type)
{
	static const char *const types[] = {
	        "host",
	        "microsoft.compute/virtualmachines",
	        "microsoft.hybridcompute/machines",
	        "AWS::EC2::Instance",
	        "AWS::SSM::ManagedInstance",
	        "AWS::Lightsail::Instance",
	        "compute.googleapis.com/Instance",
	        "instance",
	};

	for (size_t i = 0; i < N_ELEMENTS(types); i++)
		if (strcasecmp(types[i], type) == 0)
			return true;
	return false;
}

static bool has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* False: nothing is to be done about it as such. */
static bool kind_of(const struct fix_input *in, enum fix_kind *out)
{
	if (in->class == CLASS_THREAT || has_prefix(in->subject, "threat:") ||
	    has_prefix(in->subject, "path:"))
		return false;
	if (in->upgrade_id)
		*out = FIX_UPGRADE;
	else if (subject_is_cve(in->subject))
		return false;
	else if (in->class == CLASS_IDENTITY && in->is_identity)
		*out = FIX_IDENTITY;
	else if (in->class == CLASS_SECRET)
		*out = FIX_SECRET;
	else
		*out = FIX_CONFIGURATION;
	return true;
}

static bool is_at_asset(const struct fix_input *in, enum fix_kind kind)
{
	if (!*in->account) /* "" would be one account of all that have none */
		return true;
	switch (kind) {
	case FIX_UPGRADE:
		return !is_host(in->type);
	case FIX_CONFIGURATION:
		return false;
	case FIX_IDENTITY:
	case FIX_SECRET:
		break;
	}
	return true;
}

/* Made for every risk that is scored: of bytes, without a detour over texts. */
static struct key key_of_fix(const struct org *org, const struct fix *f)
{
	static const char tag[] = "fix/1";
	const uint64_t org_id = htobe64((uint64_t)org->id);
	const uint8_t kind = (uint8_t)f->kind, provider = (uint8_t)f->provider;
	const struct key_field identity[] = {
	        {tag, sizeof(tag) - 1},
	        {&org_id, sizeof(org_id)},
	        {&kind, sizeof(kind)},
	        {f->upgrade_id.bytes, f->has_upgrade ? KEY_SIZE : 0},
	        {f->asset_id.bytes, f->has_asset ? KEY_SIZE : 0},
	        {&provider, sizeof(provider)},
	        {f->account, strlen(f->account)},
	        {f->subject, strlen(f->subject)},
	};
	struct key key = key_of(identity, N_ELEMENTS(identity));

	if (f->has_asset) { /* neighbours in the index, as the risks are in theirs */
		memmove(key.bytes + ASSET_PART, key.bytes, KEY_SIZE - ASSET_PART);
		memcpy(key.bytes, f->asset_id.bytes, ASSET_PART);
	}
	return key;
}

bool fix_of(const struct org *org, const struct fix_input *in, struct fix *out)
{
	*out = (struct fix){.account = "", .subject = ""};
	if (!kind_of(in, &out->kind))
		return false;
	if (out->kind == FIX_UPGRADE) {
		out->has_upgrade = true;
		out->upgrade_id = *in->upgrade_id;
	} else if (out->kind != FIX_IDENTITY) {
		out->subject = in->subject;
	}
	out->has_asset = is_at_asset(in, out->kind);
	if (out->has_asset) {
		out->asset_id = *in->asset_id;
	} else {
		out->provider = in->provider;
		out->account = in->account;
	}
	out->id = key_of_fix(org, out);
	return true;
}

/* --- titles --- */

static const char *account_word(enum provider provider)
{
	switch (provider) {
	case PROVIDER_AZURE:
		return "subscription";
	case PROVIDER_GCP:
		return "project";
	case PROVIDER_OCI:
		return "compartment";
	case PROVIDER_AWS:
	case PROVIDER_NONE:
		break;
	}
	return "account";
}

static const char *place_of(const struct fix_words *w, struct arena *a)
{
	return w->has_asset
	               ? w->asset
	               : arena_printf(a, "%s %s", account_word(w->provider), w->account);
}

/* "rule:semgrep/x.y" is rule x.y of semgrep. */
static const char *rule_words(const char *subject, struct arena *a)
{
	const char *colon = strchr(subject, ':');
	const char *rule = colon ? colon + 1 : subject;
	const char *slash = strchr(rule, '/');

	if (!has_prefix(subject, "rule:") || !slash)
		return arena_printf(a, "%s", rule);
	return arena_printf(a, "rule %s of %.*s", slash + 1, (int)(slash - rule), rule);
}

/* A sentence without its full stop. */
static const char *clause(const char *sentence, struct arena *a)
{
	size_t size = strlen(sentence);

	while (size && (is_blank(sentence[size - 1]) || sentence[size - 1] == '.'))
		size--;
	return arena_strndup(a, sentence, size);
}

const char *fix_title(const struct fix_words *w, struct arena *a)
{
	const char *place = place_of(w, a);

	switch (w->kind) {
	case FIX_UPGRADE:
		return arena_printf(a, "Upgrade %s to %s %s %s",
		                    *w->package ? w->package : "a package",
		                    *w->version ? w->version : "a fixed version",
		                    w->has_asset ? "in" : "on the hosts of", place);
	case FIX_IDENTITY:
		return arena_printf(a, "Correct rights and credentials of %s", place);
	case FIX_SECRET:
		if (!*w->remediation)
			return arena_printf(
			        a, "Revoke the secrets that %s found and remove them: %s",
			        rule_words(w->subject, a), place);
		break;
	case FIX_CONFIGURATION:
		if (!*w->remediation)
			return arena_printf(a, "Follow %s: %s", rule_words(w->subject, a),
			                    place);
		break;
	}
	return arena_printf(a, "%s: %s", clause(w->remediation, a), place);
}
