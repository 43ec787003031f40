/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds of intelligence: what is read of each, what makes a file of a whole feed unfit,
 * what costs one record only, and how files are told apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/cve.h"

#include "collector/intel.h"

struct read {
	int rc;
	struct error err;
	enum intel_feed feed;
	struct intel_data d;
};

/* Tells the feed and reads it; done with read_done(). */
static struct read read_text(const char *text)
{
	struct read r = {0};

	r.rc = intel_detect(text, strlen(text), &r.feed, &r.err);
	intel_data_init(&r.d, r.feed);
	if (r.rc == 0)
		r.rc = intel_read(text, strlen(text), &r.d, &r.err);
	return r;
}

static void read_done(struct read *r)
{
	intel_data_done(&r->d);
}

/* A row in words: only what it says. */
static const char *row_text_of(const struct intel_row *r, char *buf, size_t size)
{
	char cve[CVE_TEXT_MAX], time[TIMESTAMP_TEXT_MAX];
	struct strbuf b = {0};

	strbuf_puts(&b, cve_text(r->cve, cve));
	if (r->epss >= 0)
		strbuf_printf(&b, " epss %d", r->epss);
	if (r->kev_added != TIMESTAMP_NONE)
		strbuf_printf(&b, " kev %.10s", timestamp_format(r->kev_added, time));
	if (r->kev_due != TIMESTAMP_NONE)
		strbuf_printf(&b, " due %.10s", timestamp_format(r->kev_due, time));
	if (r->ransomware)
		strbuf_puts(&b, " ransomware");
	if (r->exploitation >= 0)
		strbuf_printf(&b, " exploitation %d", r->exploitation);
	if (r->automatable >= 0)
		strbuf_printf(&b, " automatable %d", r->automatable);
	if (r->total >= 0)
		strbuf_printf(&b, " total %d", r->total);
	if (r->cvss)
		strbuf_printf(&b, " cvss %d %s", r->cvss, r->vector);
	snprintf(buf, size, "%s", strbuf_text(&b));
	strbuf_done(&b);
	return buf;
}

#define CISA "134c704f-9b21-4f2e-91b3-4a467353bcc0"

#define NVD(metrics)                                                                \
	"{\"resultsPerPage\":1,\"format\":\"NVD_CVE\",\"version\":\"2.0\","         \
	"\"timestamp\":\"2026-08-16T01:02:03.004\",\"vulnerabilities\":[{\"cve\":{" \
	"\"id\":\"CVE-2026-1000\",\"lastModified\":\"2026-08-10T00:00:00.000\","    \
	"\"metrics\":{" metrics "}}}]}"

#define METRIC(source, type, version, score)                                        \
	"{\"source\":\"" source "\",\"type\":\"" type                               \
	"\",\"cvssData\":{\"version\":\"" version "\",\"vectorString\":\"v" version \
	"\",\"baseScore\":" score "}}"

#define CVE(metadata, containers)                                                \
	"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{" \
	"\"cveId\":\"CVE-2026-1000\"" metadata "},\"containers\":{" containers "}}"

#define UPDATED ",\"dateUpdated\":\"2026-08-11T00:00:00Z\""

#define ADP(options)                                                            \
	"\"adp\":[{\"providerMetadata\":{\"orgId\":\"" CISA "\"},\"metrics\":[" \
	"{\"other\":{\"type\":\"ssvc\",\"content\":{\"options\":[" options "]}}}]}]"

/* clang-format off */
static const struct good_row {
	const char *name, *text;
	enum intel_feed feed;
	const char *first; /* row */
	const char *as_of, *model;
	size_t n;
} good_rows[] = {
	{"EPSS", "#model_version:v2025.03.14,score_date:2026-08-16T12:55:00Z\n"
	 "cve,epss,percentile\nCVE-2026-1000,0.00035,0.1\nCVE-2026-1001,0.94,1\n", INTEL_EPSS,
	 "CVE-2026-1000 epss 35", "2026-08-16", "v2025.03.14", 2},
	{"EPSS with an offset, an exponent, other columns and line ends",
	 "#model_version:v1,score_date:2026-08-16T00:00:00+0000\r\n"
	 "percentile,cve,epss\r\n0.1,CVE-2026-1000,9e-05\r\n", INTEL_EPSS,
	 "CVE-2026-1000 epss 9", "2026-08-16", "v1", 1},
	{"EPSS below half a unit", "#score_date:2026-08-16\ncve,epss\nCVE-2026-1000,0.000001\n",
	 INTEL_EPSS, "CVE-2026-1000 epss 1", "2026-08-16", "", 1},
	{"EPSS of old, without a date", "cve,epss\nCVE-2026-1000,1\n", INTEL_EPSS,
	 "CVE-2026-1000 epss 100000", NULL, "", 1},
	{"KEV", "{\"title\":\"t\",\"catalogVersion\":\"2026.08.07\","
	 "\"dateReleased\":\"2026-08-07T16:00:00.0000Z\",\"count\":1,\"vulnerabilities\":[{"
	 "\"cveID\":\"CVE-2026-1000\",\"dateAdded\":\"2026-08-01\",\"dueDate\":\"2026-08-15\","
	 "\"knownRansomwareCampaignUse\":\"Known\"}]}", INTEL_KEV,
	 "CVE-2026-1000 kev 2026-08-01 due 2026-08-15 ransomware", "2026-08-07", "2026.08.07", 1},
	{"KEV in CSV: of the day of the newest addition",
	 "\"cveID\",\"dateAdded\",\"shortDescription\",\"dueDate\",\"knownRansomwareCampaignUse\"\n"
	 "CVE-2026-1000,2026-08-01,\"a, \"\"b\"\"\nc\",2026-08-15,Unknown\n"
	 "CVE-2026-1001,2026-08-02,d,2026-08-16,Unknown\n", INTEL_KEV,
	 "CVE-2026-1000 kev 2026-08-01 due 2026-08-15", "2026-08-02", "", 2},
	{"KEV without the newer columns", "[{\"cveID\":\"CVE-2026-1000\",\"dateAdded\":\"2026-08-01\"}]",
	 INTEL_KEV, "CVE-2026-1000 kev 2026-08-01", NULL, "", 1},
	{"NVD before a CNA of the same version",
	 NVD("\"cvssMetricV31\":[" METRIC("a@example.com", "Secondary", "3.1", "9.9") ","
	     METRIC("nvd@nist.gov", "Primary", "3.1", "7.5") "]"), INTEL_NVD,
	 "CVE-2026-1000 cvss 43075 v3.1", "2026-08-16", "", 1},
	{"a newer version before NVD",
	 NVD("\"cvssMetricV40\":[" METRIC("a@example.com", "Secondary", "4.0", "6.1") "],"
	     "\"cvssMetricV31\":[" METRIC("nvd@nist.gov", "Primary", "3.1", "9.8") "],"
	     "\"cvssMetricV2\":[" METRIC("nvd@nist.gov", "Primary", "2.0", "10") "]"), INTEL_NVD,
	 "CVE-2026-1000 cvss 52061 v4.0", "2026-08-16", "", 1},
	{"a CNA whose score NVD took for the primary one",
	 NVD("\"cvssMetricV31\":[" METRIC("a@example.com", "Primary", "3.1", "5.0") "]"), INTEL_NVD,
	 "CVE-2026-1000 cvss 42050 v3.1", "2026-08-16", "", 1},
	{"CISA's in NVD", NVD("\"cvssMetricV31\":[" METRIC(CISA, "Secondary", "3.1", "9.8") "]"),
	 INTEL_NVD, "CVE-2026-1000 cvss 41098 v3.1", "2026-08-16", "", 1},
	{"rejected: without metrics", NVD(""), INTEL_NVD, "CVE-2026-1000", "2026-08-16", "", 1},
	{"a score of nothing is none",
	 NVD("\"cvssMetricV2\":[" METRIC("nvd@nist.gov", "Primary", "2.0", "0.0") "]"), INTEL_NVD,
	 "CVE-2026-1000", "2026-08-16", "", 1},
	{"a CVE record", CVE(UPDATED, "\"cna\":{\"metrics\":[{\"cvssV3_1\":{\"version\":\"3.1\","
	 "\"baseScore\":9.8,\"vectorString\":\"v\"}}]},"
	 ADP("{\"Exploitation\":\"active\"},{\"Automatable\":\"yes\"},{\"Technical Impact\":\"total\"}")),
	 INTEL_CVE, "CVE-2026-1000 exploitation 2 automatable 1 total 1 cvss 42098 v", "2026-08-11", "", 1},
	{"a list of CVE records", "[" CVE(UPDATED, ADP("{\"Exploitation\":\"poc\"}")) ","
	 CVE(UPDATED, "\"cna\":{}") "]", INTEL_CVE, "CVE-2026-1000 exploitation 1", "2026-08-11", "", 2},
	{"lines of CVE records", CVE(UPDATED, ADP("{\"Automatable\":\"no\"}")) "\n"
	 CVE(UPDATED, "\"cna\":{}") "\n", INTEL_CVE, "CVE-2026-1000 automatable 0", "2026-08-11", "", 2},
	{"SSVC of others than CISA is not taken", CVE(UPDATED, "\"adp\":[{\"providerMetadata\":{"
	 "\"orgId\":\"x\"},\"metrics\":[{\"other\":{\"type\":\"ssvc\",\"content\":{\"options\":["
	 "{\"Exploitation\":\"active\"}]}}}]}]"), INTEL_CVE, "CVE-2026-1000", "2026-08-11", "", 1},
};

static const struct bad_row {
	const char *name, *text, *why;
} bad_rows[] = {
	{"EPSS that breaks off", "#score_date:2026-08-16\ncve,epss\nCVE-2026-1000,0.1\nCVE-2026-10",
	 "breaks off"},
	{"EPSS with a bad CVE", "cve,epss\nCVE-2026-1000,0.1\nCVE-26-1,0.1\n", "line 3"},
	{"EPSS above 1", "cve,epss\nCVE-2026-1000,1.1\n", "within 0 and 1"},
	{"EPSS with a short row", "cve,epss\nCVE-2026-1000\n", "cells"},
	{"EPSS without a number", "cve,epss\nCVE-2026-1000,nan\n", "within 0 and 1"},
	{"KEV that is cut", "{\"catalogVersion\":\"1\",\"count\":2,\"vulnerabilities\":[{"
	 "\"cveID\":\"CVE-2026-1000\",\"dateAdded\":\"2026-08-01\"}]}", "announces 2"},
	{"KEV that breaks off", "{\"catalogVersion\":\"1\",\"count\":1,\"vulnerabilities\":[{"
	 "\"cveID\":\"CVE-2026-1000\",\"dateAdded\":\"2026-08-01\"}", "ends"},
	{"KEV with a bad row", "[{\"cveID\":\"CVE-2026-1000\",\"dateAdded\":\"2026-08-01\"},"
	 "{\"cveID\":\"CVE-2026-1001\",\"dateAdded\":\"soon\"}]", "record 2: dateAdded"},
	{"NVD that is cut", "{\"resultsPerPage\":2,\"format\":\"NVD_CVE\",\"vulnerabilities\":[{"
	 "\"cve\":{\"id\":\"CVE-2026-1000\",\"lastModified\":\"2026-08-10T00:00:00\"}}]}", "announces 2"},
	{"a score out of range",
	 NVD("\"cvssMetricV31\":[" METRIC("nvd@nist.gov", "Primary", "3.1", "98") "]"), "within 0 and 10"},
	{"a CVE record of no time", CVE("", "\"cna\":{}"), "dateUpdated"},
	{"a word that SSVC has not", CVE(UPDATED, ADP("{\"Exploitation\":\"maybe\"}")), "no word"},
	{"another feed", "{\"hello\":\"world\"}", "none of the feeds"},
	{"no feed at all", "hello\n", ""},
	{"nothing", "", ""},
};
/* clang-format on */

static void test_read__what_feeds_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(good_rows); i++) {
		const struct good_row *row = &good_rows[i];
		struct read r = read_text(row->text);
		char got[512], day[TIMESTAMP_TEXT_MAX];

		if (r.rc < 0)
			fail_msg("%s: %s", row->name, r.err.text);
		if (r.feed != row->feed || r.d.n_rows != row->n || r.d.n_faults)
			fail_msg("%s: feed %d, %zu rows, %zu faults", row->name, r.feed,
			         r.d.n_rows, r.d.n_faults);
		row_text_of(&r.d.rows[0], got, sizeof(got));
		if (strcmp(got, row->first) != 0 || strcmp(r.d.model, row->model) != 0)
			fail_msg("%s: \"%s\" of \"%s\"", row->name, got, r.d.model);
		timestamp_format(r.d.as_of, day);
		if (!row->as_of != !*day ||
		    (row->as_of && strncmp(day, row->as_of, 10) != 0))
			fail_msg("%s: as of \"%s\"", row->name, day);
		read_done(&r);
	}
}

static void test_read__one_clear_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		struct read r = read_text(row->text);

		if (r.rc >= 0)
			fail_msg("%s: was taken", row->name);
		if (!strstr(r.err.text, row->why) || strchr(r.err.text, '\n'))
			fail_msg("%s: \"%s\"", row->name, r.err.text);
		if (r.d.n_rows || r.d.n_files)
			fail_msg("%s: left %zu rows", row->name, r.d.n_rows);
		read_done(&r);
	}
}

static void test_read__a_bad_record_costs_itself_only(void **state)
{
	struct read r = read_text("[" CVE(UPDATED, "\"cna\":{}") "," CVE(
	        "", "\"cna\":{}") ","
	                          "{\"cveMetadata\":{\"cveId\":\"CVE-1\"}}]");

	(void)state;
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.d.n_rows, 1);
	assert_int_equal(r.d.n_faults, 2);
	assert_non_null(strstr(r.d.faults[0], "record 2: no dateUpdated"));
	assert_non_null(strstr(r.d.faults[1], "record 3: /cveMetadata/cveId \"CVE-1\""));
	read_done(&r);
}

static void test_read__a_file_is_taken_whole_or_not(void **state)
{
	static const char good[] = CVE(UPDATED, "\"cna\":{}");
	static const char bad[] = CVE("", "\"cna\":{}");
	struct intel_data d;
	struct error err;

	(void)state;
	intel_data_init(&d, INTEL_CVE);
	assert_int_equal(intel_read(good, strlen(good), &d, &err), 0);
	assert_true(intel_read(bad, strlen(bad), &d, &err) < 0);
	assert_int_equal(d.n_rows, 1);
	assert_int_equal(d.n_files, 1);
	assert_int_equal(d.n_faults, 0);
	intel_data_done(&d);
}

/* clang-format off */
static const struct osv_row {
	const char *name, *text, *pairs; /* "alias>CVE ..." */
} osv_rows[] = {
	{"an advisory of a CVE", "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"modified\":\"2026-08-01T00:00:00Z\","
	 "\"aliases\":[\"CVE-2026-1000\",\"PYSEC-2026-1\"],\"affected\":[]}",
	 "GHSA-AAAA-BBBB-CCCC>CVE-2026-1000 "},
	{"a CVE with advisories", "{\"id\":\"CVE-2026-1000\",\"modified\":\"2026-08-01T00:00:00Z\","
	 "\"aliases\":[\"GHSA-aaaa-bbbb-cccc\",\"GHSA-aaaa-bbbb-cccc\",\"USN-1-1\"]}",
	 "GHSA-AAAA-BBBB-CCCC>CVE-2026-1000 "},
	{"of two CVEs", "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"modified\":\"2026-08-01T00:00:00Z\","
	 "\"aliases\":[\"CVE-2026-1000\",\"CVE-2026-1001\"]}",
	 "GHSA-AAAA-BBBB-CCCC>CVE-2026-1000 GHSA-AAAA-BBBB-CCCC>CVE-2026-1001 "},
	{"an update that closes many flaws is none of them", "{\"id\":\"DSA-1-1\","
	 "\"modified\":\"2026-08-01T00:00:00Z\",\"aliases\":[\"CVE-2026-1000\"]}", ""},
	{"withdrawn", "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"modified\":\"2026-08-01T00:00:00Z\","
	 "\"withdrawn\":\"2026-08-01T00:00:00Z\",\"aliases\":[\"CVE-2026-1000\"]}", ""},
	{"related is not the same", "{\"schema_version\":\"1.6.0\",\"id\":\"GHSA-aaaa-bbbb-cccc\","
	 "\"modified\":\"2026-08-01T00:00:00Z\",\"related\":[\"CVE-2026-1000\"]}", ""},
};
/* clang-format on */

static void test_osv__which_advisory_is_which_cve(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(osv_rows); i++) {
		struct read r = read_text(osv_rows[i].text);
		struct strbuf got = {0};
		char cve[CVE_TEXT_MAX];

		if (r.rc < 0 || r.feed != INTEL_OSV || r.d.n_advisories != 1)
			fail_msg("%s: %s", osv_rows[i].name, r.err.text);
		for (size_t k = 0; k < r.d.advisories[0].n_aliases; k++)
			strbuf_printf(&got, "%s>%s ", r.d.advisories[0].aliases[k].alias,
			              cve_text(r.d.advisories[0].aliases[k].cve, cve));
		if (strcmp(strbuf_text(&got), osv_rows[i].pairs) != 0)
			fail_msg("%s: \"%s\"", osv_rows[i].name, strbuf_text(&got));
		strbuf_done(&got);
		read_done(&r);
	}
}

static void test_settle__the_newest_record_stays(void **state)
{
	struct intel_data d;
	struct error err;

	(void)state;
	intel_data_init(&d, INTEL_NVD);
	for (int i = 0; i < 3; i++) {
		struct intel_row *row = intel_data_add(&d);

		row->cve = cve_pack("CVE-2026-1000");
		row->modified = i == 1 ? 20 : 10;
		row->cvss = i;
	}
	assert_int_equal(intel_data_settle(&d, &err), 0);
	assert_int_equal(d.n_rows, 1);
	assert_int_equal(d.rows[0].cvss, 1);
	d.feed = INTEL_EPSS;
	intel_data_add(&d)->cve = cve_pack("CVE-2026-1000");
	assert_true(intel_data_settle(&d, &err) < 0);
	assert_non_null(strstr(err.text, "CVE-2026-1000 stands in it twice"));
	intel_data_done(&d);
}

/* "hello hello hello\n" by gzip -9n, and its damages. */
static const unsigned char hello[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                      0x02, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57,
                                      0xc8, 0x40, 0x90, 0x5c, 0x00, 0x3b, 0x7c, 0x8a,
                                      0xdf, 0x12, 0x00, 0x00, 0x00};

static void test_gunzip__refuses_what_is_cut_or_too_large(void **state)
{
	char data[2 * sizeof(hello)];
	struct strbuf out = {0};
	struct error err;

	(void)state;
	memcpy(data, hello, sizeof(hello));
	memcpy(data + sizeof(hello), hello, sizeof(hello));
	assert_true(intel_is_gzip(data, sizeof(hello)));
	assert_false(intel_is_gzip("cve,epss\n", 9));
	for (size_t size = 0; size < sizeof(hello); size++) {
		strbuf_reset(&out);
		assert_true(intel_gunzip(data, size, 1 << 20, &out, &err) < 0);
	}
	strbuf_reset(&out);
	assert_int_equal(intel_gunzip(data, sizeof(data), 1 << 20, &out, &err), 0);
	assert_string_equal(strbuf_text(&out), "hello hello hello\nhello hello hello\n");
	strbuf_reset(&out);
	assert_int_equal(intel_gunzip(data, sizeof(data), sizeof(data), &out, &err), 0);
	strbuf_reset(&out);
	assert_int_equal(intel_gunzip(data, 5, 4, &out, &err), ERR_LIMIT);
	strbuf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_read__what_feeds_say),
	        cmocka_unit_test(test_read__one_clear_line),
	        cmocka_unit_test(test_read__a_bad_record_costs_itself_only),
	        cmocka_unit_test(test_read__a_file_is_taken_whole_or_not),
	        cmocka_unit_test(test_osv__which_advisory_is_which_cve),
	        cmocka_unit_test(test_settle__the_newest_record_stays),
	        cmocka_unit_test(test_gunzip__refuses_what_is_cut_or_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
