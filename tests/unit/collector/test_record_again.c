/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records read again alone: with what stood around them in their file they make the
 * findings that they made there, and without it that is said.
 */
#include "collector/around.h"
#include "collector/generic.h"
#include "collector/qualys.h"
#include "collector/record_again.h"
#include "collector/trivy.h"
#include "collector/wiz.h"
#include "run_file.h"

static char *fixture(struct arena *a, const char *text)
{
	char *json = arena_strdup(a, text);

	for (char *c = strchr(json, '\''); c != NULL; c = strchr(c, '\''))
		*c = '"';
	return json;
}

static void check_same(const struct parse_output *want, size_t first,
                       const struct parse_output *got, const char *name)
{
	if (got->n_findings != want->n_findings - first)
		fail_msg("%s: %zu findings, not %zu", name, got->n_findings,
		         want->n_findings - first);
	for (size_t i = 0; i < got->n_findings; i++) {
		assert_memory_equal(got->findings[i].key.bytes,
		                    want->findings[first + i].key.bytes, KEY_SIZE);
		assert_true(got->findings[i].content_hash ==
		            want->findings[first + i].content_hash);
	}
}

/* --- envelopes --- */

static void test_around__keeps_what_parse_reads(void **state)
{
	static const struct {
		const struct format *format;
		const char *envelope, *want;
	} rows[] = {
	        {&trivy,
	         "{'SchemaVersion':2,'ArtifactName':'a:1','ArtifactType':'container_image',"
	         "'Metadata':{'ImageConfig':{'env':['KEY=1']},'RepoTags':['a:1'],"
	         "'RepoDigests':[],'RepoURL':'u'},'CreatedAt':'2026-01-02T03:04:05Z',"
	         "'Results':[]}",
	         "{'ArtifactName':'a:1','ArtifactType':'container_image','CreatedAt':"
	         "'2026-01-02T03:04:05Z','Metadata':{'RepoTags':['a:1'],'RepoDigests':[],"
	         "'RepoURL':'u'}}"},
	        {&trivy, "{'Results':[],'Metadata':null}", "{}"},
	        {&trivy, "{'Metadata':{'RepoURL':'u'},'Results':[]}",
	         "{'Metadata':{'RepoURL':'u'}}"},
	        {&trivy_k8s, "{'ClusterName':'c','Findings':[]}", "{'ClusterName':'c'}"},
	        {&generic_json, "{'findings':[],'name':'n','type':'T Scan','x':1}",
	         "{'type':'T Scan','name':'n'}"},
	        {&wiz_issues, "{'data':{'issues':{'nodes':[]}}}", "{}"},
	        {&generic_csv, "{'name':'n'}", ""},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		struct strbuf out = {0};

		run_load_fixture(&run, rows[i].envelope);
		around_of_envelope(rows[i].format, run.record, &out);
		assert_string_equal(strbuf_text(&out), fixture(run.arena, rows[i].want));
		strbuf_done(&out);
		run_close(&run);
	}
}

static void test_around__masks_secrets(void **state)
{
	static const char *const fields[] = {"Match", "name", NULL}, *const keys[] = {
	                                                                     "Match", NULL};
	const struct format format = {
	        .name = "test", .envelope_fields = fields, .secret_keys = keys};
	struct run run = run_open();
	struct strbuf out = {0};

	(void)state;
	run_load_fixture(&run, "{'Match':'secret','name':'Match'}");
	around_of_envelope(&format, run.record, &out);
	assert_string_equal(strbuf_text(&out),
	                    fixture(run.arena, "{'Match':'******','name':'Match'}"));
	strbuf_done(&out);
	run_close(&run);
}

/* A key, or one in an object, whose keys follow one another: around.c relies on it. */
static void test_around__every_format_names_its_fields_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_formats; i++) {
		const char *const *fields = formats[i]->envelope_fields;
		struct run run = run_open();
		struct strbuf out = {0};

		for (size_t k = 0; fields && fields[k]; k++) {
			const char *key = fields[k];

			if (*key == '/') {
				key = strchr(key + 1, '/');
				assert_non_null(key);
				key++;
			}
			assert_null(strpbrk(key, "/~"));
		}
		run_load_fixture(&run, "{}");
		around_of_envelope(formats[i], run.record, &out);
		assert_string_equal(strbuf_text(&out), fields ? "{}" : "");
		strbuf_done(&out);
		run_close(&run);
	}
}

static void test_record_again__a_result_and_the_header_of_its_scan(void **state)
{
	static const char
	        envelope[] = "{'ArtifactName':'shop:1','ArtifactType':'container_image',"
	                     "'CreatedAt':'2026-01-02T03:04:05Z','Results':[]}",
	        result[] =
	                "{'Target':'shop:1 (debian 12)','Class':'os-pkgs',"
	                "'Vulnerabilities':[{'VulnerabilityID':'CVE-2026-1','PkgName':'p',"
	                "'InstalledVersion':'1','Severity':'HIGH'}]}";
	struct run around = run_open(), run = run_open();
	struct record_again *again = record_again_new(&test_org);
	struct strbuf text = {0};
	struct parse_output out;
	struct error err = {0};

	(void)state;
	run_load_fixture(&around, envelope);
	run_load_fixture(&run, result);
	struct parse_input in = {.envelope = around.record, .record = run.record};

	assert_int_equal(trivy.parse(&in, &run.out, &err), 0);
	run_seal(&run, 0);
	assert_int_equal(run.out.n_findings, 1);
	around_of_envelope(&trivy, around.record, &text);

	struct segment_around kept = {.needs = SEGMENT_NEEDS_ENVELOPE,
	                              .format = "trivy",
	                              .text = strbuf_text(&text),
	                              .size = text.size};
	const char *raw = fixture(run.arena, result);

	assert_int_equal(record_again_begin(again, &kept, &err), 0);
	assert_int_equal(record_again_read(again, raw, strlen(raw), &out, &err), 0);
	check_same(&run.out, 0, &out, "trivy");

	/* Without it the image is another. */
	kept.needs = SEGMENT_NEEDS_NOTHING;
	assert_int_equal(record_again_begin(again, &kept, &err), 0);
	assert_int_equal(record_again_read(again, raw, strlen(raw), &out, &err), 0);
	assert_int_equal(out.n_findings, 1);
	assert_false(out.findings[0].content_hash == run.out.findings[0].content_hash);
	record_again_free(again);
	strbuf_done(&text);
	run_close(&around);
	run_close(&run);
}

/* --- rows --- */

/* Reads all rows of a CSV, and each again alone. */
static void check_rows(const struct format *format, const char *csv,
                       const char *const *header_cells)
{
	struct run_text text = {.text = csv, .size = strlen(csv)};
	const struct record_input input = {.read = run_text_read, .ctx = &text};
	const struct record_reader_options options = {.header_cells = header_cells};
	struct record_reader *reader = record_reader_new(&options, &input);
	struct record_again *again = record_again_new(&test_org);
	struct run run = run_open();
	struct record record;
	struct error err = {0};
	size_t n = 0;

	while (record_reader_next(reader, &record, &err) > 0) {
		struct segment_around around = {.needs = SEGMENT_NEEDS_HEADER,
		                                .format = format->name};
		const size_t first = run.out.n_findings;
		struct parse_output out;

		assert_null(record.problem);
		around.text = record_reader_header(reader, &around.size);
		run_load(&run, record.text, record.size);
		run_one(&run, format, run.record, format->name);
		assert_int_equal(record_again_begin(again, &around, &err), 0);
		if (record_again_read(again, record.raw, record.raw_size, &out, &err) < 0)
			fail_msg("%s: %s", format->name, err.text);
		check_same(&run.out, first, &out, format->name);
		n++;
	}
	assert_int_equal(n, 2);
	record_again_free(again);
	record_reader_free(reader);
	run_close(&run);
}

static void test_record_again__a_row_and_the_names_of_its_cells(void **state)
{
	static const char *const header_cells[] = {"QID", NULL};

	(void)state;
	check_rows(&generic_csv,
	           "\xef\xbb\xbfTitle;Severity;\"Date\";CVE;\"De\nscription\"\r\n"
	           "One;High;2026-01-02;CVE-2026-1;\"a;\"\"b\n\"\r\n"
	           "Two;Low;2026-01-03;CVE-2026-2;c",
	           header_cells);
	check_rows(
	        &qualys_csv,
	        "\"Scan Results\",\"11/01/2026\"\nIP,DNS,QID,Title,Type,Severity,CVE ID\n"
	        "10.0.0.1,a,38,T,Vuln,5,CVE-2026-1\n10.0.0.2,b,39,U,Vuln,4,\n",
	        header_cells);
}

/* --- what cannot be --- */

static void test_record_again__says_what_is_wrong(void **state)
{
	static const struct {
		struct segment_around around;
		int rc;
		const char *text;
	} rows[] = {
	        {{SEGMENT_NEEDS_UNSAID, "trivy", "", 0}, ERR_NOT_FOUND, "need"},
	        {{SEGMENT_NEEDS_UNSAID, "generic-csv", "", 0}, ERR_NOT_FOUND, "need"},
	        {{SEGMENT_NEEDS_UNSAID, "", "", 0}, ERR_NOT_FOUND, "need"},
	        {{SEGMENT_NEEDS_UNSAID, "asff", "", 0}, 0, ""},
	        {{SEGMENT_NEEDS_MORE, "asff", "", 0}, ERR_NOT_FOUND, "need"},
	        {{SEGMENT_NEEDS_NOTHING, "trivy", "", 0}, 0, ""},
	        {{SEGMENT_NEEDS_NOTHING, "nobody's", "", 0}, ERR_INVALID, "\"nobody's\""},
	        {{SEGMENT_NEEDS_ENVELOPE, "trivy", "{", 1}, ERR_INVALID, "records need"},
	        {{SEGMENT_NEEDS_HEADER, "generic-csv", "one", 3}, ERR_INVALID, "header"},
	        {{SEGMENT_NEEDS_HEADER, "generic-csv", "", 0}, ERR_INVALID, "header"},
	};
	struct record_again *again = record_again_new(&test_org);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct error err = {0};

		assert_int_equal(record_again_begin(again, &rows[i].around, &err),
		                 rows[i].rc);
		if (!strstr(err.text, rows[i].text))
			fail_msg("row %zu: %s", i, err.text);
	}
	struct parse_output out;
	struct error err = {0};
	const struct segment_around asff = {.needs = SEGMENT_NEEDS_NOTHING,
	                                    .format = "asff"};

	assert_int_equal(record_again_begin(again, &asff, &err), 0);
	assert_int_equal(record_again_read(again, "{", 1, &out, &err), ERR_INVALID);
	assert_int_equal(record_again_read(again, "{}", 2, &out, &err), ERR_INVALID);
	record_again_free(again);
	record_again_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_around__keeps_what_parse_reads),
	        cmocka_unit_test(test_around__masks_secrets),
	        cmocka_unit_test(test_around__every_format_names_its_fields_so),
	        cmocka_unit_test(test_record_again__a_result_and_the_header_of_its_scan),
	        cmocka_unit_test(test_record_again__a_row_and_the_names_of_its_cells),
	        cmocka_unit_test(test_record_again__says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
