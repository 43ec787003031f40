/* SPDX-License-Identifier: Apache-2.0 */
/* The made-up org of the tests of the queue's index. */
#include "support/queue_world.h"

#include <string.h>

#include "base/attr.h"

#include "support/random.h"

#define TEXT_ROOM 24

static const char *const regions[] = {"", "eu-west-1", "us-east-1", "westeurope"};

static const char *const subjects[] = {
        "cve:CVE-2024-3094", "cve:CVE-2021-44228", "cve:CVE-2021-4422", "CVE-2024-1",
        "cve:CVE-2024-1",    "control:s3.public",  "rule:prowler/x",
};

/* What people type: whole subjects, bare CVEs in any case, and what does not occur. */
static const char *const asked_subjects[] = {
        "cve:CVE-2024-3094", "CVE-2024-3094", "cve-2021-4422",     "CVE-2024-1",
        "control:s3.public", "control:S3",    "cve:cve-2024-3094", "",
};

static const char *const titles[] = {
        "Bucket is open to the internet",
        "bucket IS OPEN to the Internet",
        "XZ backdoor (CVE-2024-3094)",
        "Root account without MFA",
        "",
        "a",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
        "net",
};

static const char *const title_parts[] = {
        "internet",
        "INTERNET",
        "cve-2024",
        "ab",
        "a",
        "",
        "root account without mfa",
        "openly",
        "aab",
        "t",
        "no such part of any title",
};

/* Two of one name; a name that is another's connector. */
const struct index_source world_sources[WORLD_N_SOURCES] = {
        {.id = 11, .name = "prod", .connector = "prowler"},
        {.id = 7, .name = "prod", .connector = "trivy"},
        {.id = 90, .name = "trivy", .connector = "asff"},
        {.id = 3, .name = "lab", .connector = "azure_defender"},
        {.id = 4, .name = "unused", .connector = "gcp_scc"},
};

static const int64_t source_sets[][3] = {
        {3, 0, 0},  {7, 0, 0},  {11, 0, 0},  {7, 11, 0},
        {3, 7, 90}, {90, 0, 0}, {7, 11, 90}, {5, 7, 0}, /* 5 is not a source any more */
        {0, 0, 0},
};

static const char *const source_names[] = {"prod", "trivy",   "lab",    "unused",
                                           "asff", "prowler", "nothing"};

const char *const world_owners[] = {NULL, "team-a", "team-b", "Team-B", "payments"};
const size_t world_n_owners = N_ELEMENTS(world_owners);

#define ONE_OF(array) ((array)[random_below((int)N_ELEMENTS(array))])

struct world_asset world_asset(int number)
{
	static char ids[WORLD_N_ASSETS][TEXT_ROOM], names[WORLD_N_ASSETS][TEXT_ROOM];
	static char accounts[WORLD_N_ACCOUNTS][TEXT_ROOM];
	const int account = number * 7 % WORLD_N_ACCOUNTS;

	/* Some names are those of several assets, one is the id of another asset. */
	snprintf(ids[number], TEXT_ROOM, "arn:%d", number);
	snprintf(names[number], TEXT_ROOM, number % 8 ? "host-%d" : "arn:%d", number / 3);
	snprintf(accounts[account], TEXT_ROOM, "account-%d", account);
	return (struct world_asset){.provider = (enum provider)(number % N_PROVIDERS),
	                            .account = accounts[account],
	                            .region = regions[number % 4],
	                            .id = ids[number],
	                            .name = names[number]};
}

struct key world_id(int number)
{
	const uint64_t parts[2] = {
	        (uint64_t)(number / 8) * UINT64_C(0x9e3779b97f4a7c15),
	        (uint64_t)number * UINT64_C(0xd6e8feb86659fd93),
	};
	struct key key;

	memcpy(key.bytes, parts, sizeof(key.bytes));
	return key;
}

timestamp world_time(void)
{
	switch (random_below(6)) {
	case 0:
		return TIMESTAMP_NONE;
	case 1:
		return WORLD_NOW;
	case 2:
		return WORLD_NOW + random_below(5) - 2;
	case 3:
		return WORLD_NOW + (random_below(5) - 2) * USEC_PER_SEC / 4;
	default:
		return WORLD_NOW + (random_below(9) - 4) * USEC_PER_HOUR;
	}
}

static void set_times(struct index_risk *r)
{
	r->opened_at = world_time();
	if (r->opened_at == TIMESTAMP_NONE)
		r->opened_at = WORLD_NOW - 1000 * USEC_PER_HOUR;
	r->due_at = world_time();
	r->next_crossing_at = risk_state_is_open(r->state) ? world_time() : TIMESTAMP_NONE;
	r->resolved_at = r->state == RISK_RESOLVED ? WORLD_NOW : TIMESTAMP_NONE;
	r->reopens_at = r->soon_at = TIMESTAMP_NONE;
}

int world_risk(int number, struct index_risk *out)
{
	const int asset_number = random_below(WORLD_N_ASSETS);
	const struct world_asset asset = world_asset(asset_number);
	const int64_t *sources = ONE_OF(source_sets);

	*out = (struct index_risk){
	        .id = world_id(number),
	        .score = random_below(8) * 142,
	        .state = (enum risk_state)random_below(N_RISK_STATES),
	        .class = (enum finding_class)random_below(N_FINDING_CLASSES),
	        .responsibility = (enum verdict)random_below(N_VERDICTS),
	        .provider = asset.provider,
	        .layer = random_below(N_LAYERS + 1) - 1,
	        .account = asset.account,
	        .region = asset.region,
	        .owner = ONE_OF(world_owners),
	        .subject = ONE_OF(subjects),
	        .asset_id = asset.id,
	        .asset_name = asset.name,
	        .title = ONE_OF(titles),
	        .source_ids = sources,
	};
	while (out->n_sources < 3 && sources[out->n_sources])
		out->n_sources++;
	out->band = band_of_score(out->score);
	out->rank = risk_rank(out->band, (enum sla_state)random_below(SLA_BREACHED + 1),
	                      out->score);
	set_times(out);
	return asset_number;
}

const char *world_subject(void)
{
	return ONE_OF(asked_subjects);
}

const char *world_title_part(void)
{
	return ONE_OF(title_parts);
}

const char *world_source_name(void)
{
	return ONE_OF(source_names);
}
