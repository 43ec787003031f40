/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity of a resource: which provider's rules a raw id falls under, and the
 * rules of Azure, of OCI and of artifacts outside the clouds (container images).
 * AWS and GCP have files of their own.  The rules are listed in docs/identity.md.
 */

#include "model/resource.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "model/resource_private.h"

static const char image_type[] = "container.image";

const char *provider_name(enum provider p)
{
	static const char *const names[N_PROVIDERS] = {
	        [PROVIDER_NONE] = "none",   [PROVIDER_AWS] = "aws",
	        [PROVIDER_AZURE] = "azure", [PROVIDER_GCP] = "gcp",
	        [PROVIDER_OCI] = "oci",
	};

	return names[p];
}

int provider_parse(const char *name, enum provider *out)
{
	for (int i = 0; i < N_PROVIDERS; i++) {
		if (strcmp(provider_name((enum provider)i), name) == 0) {
			*out = (enum provider)i;
			return 0;
		}
	}
	return -1;
}

char *lower_case(const char *s, size_t size, struct arena *a)
{
	char *copy = arena_strndup(a, s, size);

	for (char *p = copy; *p != '\0'; p++)
		*p = lower_letter(*p);
	return copy;
}

bool is_digits(const char *s, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
	}
	return size > 0;
}

const char *qualified_id(const struct resource *r, const char *raw, struct arena *a)
{
	const char *provider = provider_name(r->provider);
	const size_t size = strlen(provider);

	/* Already qualified: canonical ids are canonical. */
	if (strncmp(raw, provider, size) == 0 && raw[size] == ':')
		return raw;
	return arena_printf(a, "%s:%s:%s:%s:%s", provider, r->account, r->region, r->type,
	                    raw);
}

/* Without the white space and control characters around it. */
static const char *trimmed(const char *s, struct arena *a)
{
	while (*s != '\0' && (unsigned char)*s <= ' ')
		s++;

	size_t size = strlen(s);

	if (size == 0 || (unsigned char)s[size - 1] > ' ')
		return s;
	while (size > 0 && (unsigned char)s[size - 1] <= ' ')
		size--;
	return arena_strndup(a, s, size);
}

static const char *tail_after(const char *s, char separator)
{
	const char *last = strrchr(s, separator);

	return last == NULL ? s : last + 1;
}

/* The last place of needle in hay, or NULL. */
static char *find_last(char *hay, const char *needle)
{
	char *last = NULL;

	for (char *p = strstr(hay, needle); p != NULL; p = strstr(p + 1, needle))
		last = p;
	return last;
}

/*
 * An assessment is written as a child of what it assesses; the resource is what
 * stands before the last such segment.
 */
static void cut_assessment(char *id)
{
	static const char *const children[] = {
	        "/providers/microsoft.security/assessments/",
	        "/providers/microsoft.security/subassessments/",
	};

	for (size_t i = 0; i < N_ELEMENTS(children); i++) {
		char *at = find_last(id, children[i]);

		if (at != NULL)
			*at = '\0';
	}
}

static void cut_trailing_slashes(char *id)
{
	size_t size = strlen(id);

	while (size > 0 && id[size - 1] == '/')
		id[--size] = '\0';
}

static const char *segment_end(const char *s)
{
	return s + strcspn(s, "/");
}

static char *append(char *out, const char *from, const char *to)
{
	memcpy(out, from, (size_t)(to - from));
	return out + (to - from);
}

/* "microsoft.sql/servers/databases" of ".../providers/microsoft.sql/servers/s/databases/d". */
static const char *arm_type(const char *id, struct arena *a)
{
	static const char providers[] = "/providers/";
	char *type = arena_strdup(a, id); /* room enough: the type is part of the id */
	const char *last = find_last(type, providers);

	if (last == NULL) {
		if (strstr(id, "/resourcegroups/") != NULL)
			return "microsoft.resources/subscriptions/resourcegroups";
		return "microsoft.resources/subscriptions";
	}

	const char *at = id + (last - type) + strlen(providers);
	const char *end = segment_end(at);
	char *out = type;

	/* The namespace, then types and names in turn: every second segment is left out. */
	out = append(out, at, end);
	while (*end == '/') {
		at = end;
		end = segment_end(at + 1);
		out = append(out, at, end);
		if (*end == '/')
			end = segment_end(end + 1);
	}
	*out = '\0';
	return type;
}

static bool is_guid(const char *s)
{
	return strlen(s) == 36 && strspn(s, "0123456789abcdefABCDEF-") == 36 && s[8] == '-';
}

/* A bare GUID is the subscription unless the record calls it something else. */
static bool names_subscription(const struct resource *r, const char *raw)
{
	if (!is_guid(raw))
		return false;
	return strcasecmp(raw, r->account) == 0 || r->type[0] == '\0' ||
	       strcasecmp(r->type, "microsoft.resources/subscriptions") == 0;
}

static void set_azure_id(struct resource *r, const char *id, struct arena *a)
{
	static const char subscriptions[] = "/subscriptions/";

	r->id = id;
	r->type = arm_type(id, a);
	if (!has_prefix(id, subscriptions))
		return;

	const char *account = id + strlen(subscriptions);

	r->account = arena_strndup(a, account, (size_t)(segment_end(account) - account));
}

static void azure_canonicalize(struct resource *r, const char *raw, struct arena *a)
{
	char *id = lower_case(raw, strlen(raw), a);

	r->account = lower_case(r->account, strlen(r->account), a);
	r->type = lower_case(r->type, strlen(r->type), a);
	cut_assessment(id);
	cut_trailing_slashes(id);
	if (names_subscription(r, id))
		id = arena_printf(a, "/subscriptions/%s", id);
	else if (has_prefix(id, "subscriptions/"))
		id = arena_printf(a, "/%s", id);
	/* As far as an id would take it: the same again when it is read back. */
	if (id[0] == '\0' && segment_end(r->account) > r->account)
		id = arena_printf(a, "/subscriptions/%.*s",
		                  (int)(segment_end(r->account) - r->account), r->account);
	if (id[0] == '/') {
		set_azure_id(r, id, a);
		if (r->name[0] == '\0')
			r->name = tail_after(id, '/');
	} else if (id[0] != '\0') {
		r->id = qualified_id(r, id, a);
	}
}

/* "ocid1.instance.oc1.iad.…": the id says its type and region (Oracle: Resource IDs). */
static void oci_canonicalize(struct resource *r, const char *raw, struct arena *a)
{
	if (raw[0] == '\0')
		raw = r->account;
	if (!has_prefix(raw, "ocid1.")) {
		r->id = raw[0] == '\0' ? "" : qualified_id(r, raw, a);
		return;
	}

	const char *type = raw + strlen("ocid1.");
	const size_t type_size = strcspn(type, ".");
	const char *realm = type + type_size + (type[type_size] == '.');
	const char *region = realm + strcspn(realm, ".");

	r->id = raw;
	if (r->type[0] == '\0')
		r->type = arena_strndup(a, type, type_size);
	if (r->region[0] == '\0' && *region == '.')
		r->region = arena_strndup(a, region + 1, strcspn(region + 1, "."));
}

static bool has_word(const char *s, const char *word)
{
	for (; *s != '\0'; s++) {
		if (has_prefix(s, word))
			return true;
	}
	return false;
}

static bool has_suffix(const char *s, const char *suffix)
{
	const size_t size = strlen(s);
	const size_t suffix_size = strlen(suffix);

	return size > suffix_size && strcasecmp(s + size - suffix_size, suffix) == 0;
}

static bool is_archive(const char *raw)
{
	return has_suffix(raw, ".tar") || has_suffix(raw, ".tar.gz") ||
	       has_suffix(raw, ".tgz");
}

/* The registry's part of "host:port/path", 0 when the first part is no host. */
static size_t registry_size(const char *reference)
{
	const size_t size = strcspn(reference, "/");

	if (reference[size] != '/')
		return 0;
	if (memchr(reference, '.', size) != NULL || memchr(reference, ':', size) != NULL)
		return size;
	return size == 9 && strncmp(reference, "localhost", 9) == 0 ? size : 0;
}

static const char ecr_middle[] = ".dkr.ecr.";

static const struct registry {
	const char *middle; /* in the host */
	const char *end;    /* of the host, and the slash behind it */
	enum provider provider;
} registries[] = {
        {ecr_middle, ".amazonaws.com/", PROVIDER_AWS},
        {ecr_middle, ".amazonaws.com.cn/", PROVIDER_AWS},
        {"", ".azurecr.io/", PROVIDER_AZURE},
        {"", ".pkg.dev/", PROVIDER_GCP},
        {"", "gcr.io/", PROVIDER_GCP},
        {"", ".ocir.io/", PROVIDER_OCI},
};

static bool holds_word(const char *text, size_t size, const char *word)
{
	const size_t n = strlen(word);

	for (size_t i = 0; i + n <= size; i++)
		if (strncasecmp(text + i, word, n) == 0)
			return true;
	return false;
}

/* The cloud that the registry of an image belongs to; a host's case does not count. */
static enum provider registry_provider(const char *reference)
{
	const size_t size = registry_size(reference) + 1;

	for (size_t i = 0; i < N_ELEMENTS(registries); i++) {
		const struct registry *r = &registries[i];
		const size_t end_size = strlen(r->end);

		if (size >= end_size &&
		    strncasecmp(reference + size - end_size, r->end, end_size) == 0 &&
		    holds_word(reference, size, r->middle))
			return r->provider;
	}
	return PROVIDER_NONE;
}

/* "docker-pullable://registry/repository" is the image behind it. */
static const char *behind_scheme(const char *reference)
{
	const char *scheme = strstr(reference, "://");

	return scheme == NULL ? reference : scheme + 3;
}

/* By the digest that only container images have, its registry, or as the record says. */
static bool is_image(const struct resource *r, const char *raw)
{
	if (raw[0] == '\0')
		return false;
	if (strstr(raw, "@sha256:") != NULL ||
	    registry_provider(behind_scheme(raw)) != PROVIDER_NONE)
		return true;
	if (is_archive(raw) || raw[0] == '/')
		return false;
	return strcasecmp(r->type, image_type) == 0 ||
	       (r->provider == PROVIDER_NONE && has_word(r->type, "image"));
}

/*
 * registry/repository: tag and digest are evidence.  The default registry and its
 * library are written out (distribution/reference, "familiar names").
 */
static const char *image_id(const char *raw, struct arena *a)
{
	const char *from = behind_scheme(raw);
	char *ref = lower_case(from, strcspn(from, " @"), a);
	const char *slash = strrchr(ref, '/');
	char *tag = strchr(slash == NULL ? ref : slash, ':');

	if (tag != NULL)
		*tag = '\0';

	const size_t size = registry_size(ref);
	const char *path = size == 0 ? ref : ref + size + 1;

	if (size > 0 && !has_prefix(ref, "docker.io/") &&
	    !has_prefix(ref, "index.docker.io/") &&
	    !has_prefix(ref, "registry-1.docker.io/"))
		return ref;
	return arena_printf(a, "docker.io/%s%s",
	                    strchr(path, '/') == NULL ? "library/" : "", path);
}

/* "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app": a repository with an ARN. */
static const char *ecr_arn(const char *id, struct arena *a)
{
	const char *region = strstr(id, ecr_middle);

	if (registry_provider(id) != PROVIDER_AWS || !is_digits(id, (size_t)(region - id)))
		return NULL;
	region += strlen(ecr_middle);
	return arena_printf(a, "arn:aws%s:ecr:%.*s:%.*s:repository/%s",
	                    strstr(id, ".com.cn/") != NULL ? "-cn" : "",
	                    (int)strcspn(region, "."), region, (int)strcspn(id, "."), id,
	                    strchr(id, '/') + 1);
}

static void image_canonicalize(struct resource *r, const char *raw, struct arena *a)
{
	const char *id = image_id(raw, a);
	const char *arn = ecr_arn(id, a);

	if (r->name[0] == '\0')
		r->name = raw;
	r->provider = registry_provider(id);
	if (arn != NULL) {
		aws_canonicalize(r, arn, a);
		return;
	}
	r->id = id;
	r->type = image_type;
}

static const char *without_user(const char *host)
{
	const size_t size = strcspn(host, "/");
	const char *at = memchr(host, '@', size);

	return at == NULL ? host : at + 1;
}

/* Scheme and host in lower case, no user, no ".git", no trailing slash. */
static const char *url_id(const char *raw, const char *scheme_end, struct arena *a)
{
	const char *host = without_user(scheme_end + 3);
	const size_t host_size = strcspn(host, "/");
	char *id =
	        arena_printf(a, "%s://%s%s", lower_case(raw, (size_t)(scheme_end - raw), a),
	                     lower_case(host, host_size, a), host + host_size);

	cut_trailing_slashes(id);
	if (has_suffix(id, ".git"))
		id[strlen(id) - strlen(".git")] = '\0';
	return id;
}

/* An artifact or host outside the clouds; account is a cluster or a tenant, if any. */
static void artifact_canonicalize(struct resource *r, const char *raw, struct arena *a)
{
	const char *scheme = strstr(raw, "://");

	if (raw[0] == '\0')
		r->id = r->account;
	else if (scheme != NULL && scheme > raw)
		r->id = url_id(raw, scheme, a);
	else if (has_word(r->type, "host"))
		r->id = lower_case(raw, strlen(raw), a);
	else
		r->id = raw;
	if (r->name[0] == '\0')
		r->name = raw;
}

static bool azure_claims(const char *raw)
{
	return has_prefix(raw, "/subscriptions/") ||
	       has_prefix(raw, "/providers/microsoft.");
}

/* What the id is by its form: Defender lists AWS, Security Command Center Azure. */
static enum provider provider_of(const struct resource *r, const char *raw)
{
	if (aws_claims(raw))
		return PROVIDER_AWS;
	if (azure_claims(raw))
		return PROVIDER_AZURE;
	if (gcp_claims(raw))
		return PROVIDER_GCP;
	if (has_prefix(raw, "ocid1."))
		return PROVIDER_OCI;
	return r->provider;
}

/* A zeroed resource is an empty one. */
static void fill_absent(struct resource *r)
{
	const char **const texts[] = {&r->account, &r->region, &r->type,
	                              &r->name,    &r->raw,    &r->id};

	for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
		if (*texts[i] == NULL)
			*texts[i] = "";
	}
}

void resource_canonicalize(struct resource *r, struct arena *a)
{
	fill_absent(r);

	const char *raw = trimmed(r->raw, a);

	if (is_image(r, raw)) {
		image_canonicalize(r, raw, a);
		return;
	}

	const enum provider provider = provider_of(r, raw);

	/* The account of another cloud (a connector's subscription) is not the resource's. */
	if (provider != r->provider && r->provider != PROVIDER_NONE)
		r->account = "";
	r->provider = provider;
	if (provider != PROVIDER_AWS) /* whose partition it may tell */
		r->id = "";
	switch (provider) {
	case PROVIDER_NONE:
		artifact_canonicalize(r, raw, a);
		break;
	case PROVIDER_AWS:
		aws_canonicalize(r, raw, a);
		break;
	case PROVIDER_AZURE:
		azure_canonicalize(r, raw, a);
		break;
	case PROVIDER_GCP:
		gcp_canonicalize(r, raw, a);
		break;
	case PROVIDER_OCI:
		oci_canonicalize(r, raw, a);
		break;
	}
}

const char *resource_canonical_alias(const struct resource *r, const char *alias,
                                     struct arena *a)
{
	struct resource other = *r;

	other.raw = alias;
	resource_canonicalize(&other, a);
	return other.id;
}
