/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trivy as a writer of ASFF: what it found in images and files is not of the account
 * that its template fills in.
 */
#include <string.h>

#include "aws_asff_private.h"
#include "cvss_choice.h"

/*
 * "app:1.2 (alpine 3.10.2)" is the image app:1.2 and what Trivy found in it; other
 * targets are files.  Neither belongs to the account that the record was sent to.
 * Types as trivy.c has them, so that both forms are about one asset.
 */
static void fill_trivy_artifact(struct resource *res, const struct asff_record *r)
{
	const char *target = res->raw;
	const char *open = strstr(target, " (");

	*res = (struct resource){.provider = PROVIDER_NONE,
	                         .account = "",
	                         .region = "",
	                         .type = "filesystem",
	                         .name = target,
	                         .raw = target,
	                         .id = ""};
	if (open == NULL || target[strlen(target) - 1] != ')')
		return;
	res->type = "container.image";
	res->raw = arena_strndup(r->arena, target, (size_t)(open - target));
}

/* Trivy's template puts what Vulnerabilities[] is for into Resources[].Details. */
void asff_fill_trivy(struct finding *f, const struct asff_record *r,
                     struct json_view resource)
{
	struct json_view other = json_view_at(resource, "/Details/Other");
	struct error ignored;
	struct resource artifact;
	struct cvss_choice best = {0};
	int64_t score = -1;

	fill_trivy_artifact(&f->resource, r);
	artifact = f->resource;
	resource_canonicalize(&artifact, r->arena);
	f->scope = artifact.id;
	if (f->class != CLASS_VULNERABILITY) {
		f->location = json_view_text_or(other, "Filename", "");
		return;
	}
	f->cve = f->rule;
	f->package = json_view_text_or(other, "PkgName", "");
	f->package_version = json_view_text_or(other, "Installed Package", "");
	f->fixed_version = json_view_text_or(other, "Patched Package", "");
	if (json_view_opt_scaled(other, "NvdCvssScoreV3", 10, &score, &ignored) == 0)
		cvss_choice_offer(&best, "3.1", score,
		                  json_view_text_or(other, "NvdCvssVectorV3", ""), true);
	score = -1;
	if (json_view_opt_scaled(other, "NvdCvssScoreV2", 10, &score, &ignored) == 0)
		cvss_choice_offer(&best, "2.0", score,
		                  json_view_text_or(other, "NvdCvssVectorV2", ""), true);
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}
