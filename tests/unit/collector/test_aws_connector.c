/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AWS connector: which parts a plan makes, what is asked for each page, what answers
 * and refusals mean, and that the formats read the records of each listing.  Answers are
 * made after the API references of Security Hub, GuardDuty, Inspector and STS.
 */
#include "aws_world.h"

#define CALLER(account)                                                                \
	"{'GetCallerIdentityResponse':{'GetCallerIdentityResult':{'Account':'" account \
	"','Arn':'arn:aws:iam::" account ":role/r','UserId':'A'}}}"
#define WHO "Action=GetCallerIdentity&Version=2011-06-15"
#define HUB_SCOPES(place)                                                        \
	place "/aws/securityhub," place "/aws/config," place "/aws/macie," place \
	      "/aws/access-analyzer," place "/aws/firewall-manager," place       \
	      "/aws/ssm-patch-manager"

/* clang-format off */
static const struct {
	const char *name;
	struct source_value set[MAX_PAIRS];
	const char *parts; /* "NAME|DATA|SCOPE,SCOPE" lines; or the error after "!" */
} plans[] = {
	{"one account, two regions", {{"regions", "eu-west-1, us-east-1"}},
	 "securityhub/111122223333/eu-west-1| eu-west-1|111122223333/eu-west-1\n"
	 "securityhub/111122223333/us-east-1| us-east-1|111122223333/us-east-1\n"},
	{"accounts by a role", {{"regions", "eu-west-1"}, {"accounts", "111122223333,012345678901"},
	  {"role", "r"}, {"lists", "securityhub-v2"}},
	 "securityhub-v2/111122223333/eu-west-1|account/111122223333 eu-west-1|111122223333/eu-west-1\n"
	 "securityhub-v2/012345678901/eu-west-1|account/012345678901 eu-west-1|012345678901/eu-west-1\n"},
	{"all listings", {{"regions", "eu-west-1"}, {"lists", "securityhub,guardduty,inspector2"}},
	 "securityhub/111122223333/eu-west-1| eu-west-1|" HUB_SCOPES("111122223333/eu-west-1") "\n"
	 "guardduty/111122223333/eu-west-1| eu-west-1|\n"
	 "inspector2/111122223333/eu-west-1| eu-west-1|111122223333/eu-west-1/aws/inspector\n"},
	{"aggregated, of nobody in particular", {{"aggregation_region", "eu-west-1"}},
	 "securityhub/all/eu-west-1| eu-west-1|\n"},
	{"aggregated, accounts and regions named", {{"aggregation_region", "eu-west-1"},
	  {"accounts", "111122223333,444455556666"}, {"regions", "eu-west-1,eu-north-1"}},
	 "securityhub/all/eu-west-1| eu-west-1|111122223333/eu-west-1,111122223333/eu-north-1,"
	 "444455556666/eu-west-1,444455556666/eu-north-1\n"},
	{"aggregated, and a service beside it", {{"aggregation_region", "eu-west-1"},
	  {"regions", "eu-west-1"}, {"lists", "securityhub,guardduty"}},
	 "securityhub/all/eu-west-1| eu-west-1|\n"
	 "guardduty/111122223333/eu-west-1| eu-west-1|\n"},
	{"no regions", {{0}}, "!Security Hub needs regions"},
	{"no regions for GuardDuty", {{"aggregation_region", "eu-west-1"}, {"lists", "guardduty"}},
	 "!GuardDuty needs regions"},
	{"a region that is none", {{"regions", "eu-west-1,x.evil.example"}},
	 "!regions: \"x.evil.example\" is not of the form eu-west-1"},
	{"an aggregation region that is none", {{"aggregation_region", "Ireland"}},
	 "!aggregation_region: \"Ireland\""},
	{"a region twice", {{"regions", "eu-west-1,eu-west-1"}}, "!stands there twice"},
	{"an account that is none", {{"regions", "eu-west-1"}, {"accounts", "12345"}, {"role", "r"}},
	 "!accounts: \"12345\""},
	{"a role without accounts", {{"regions", "eu-west-1"}, {"role", "r"}}, "!role needs accounts"},
	{"an account of others without a role", {{"regions", "eu-west-1"}, {"accounts", "444455556666"}},
	 "!account 444455556666: the credentials are of account 111122223333"},
	{"an unknown listing", {{"regions", "eu-west-1"}, {"lists", "macie"}}, "!lists: \"macie\""},
	{"both forms of one listing", {{"regions", "eu-west-1"},
	  {"lists", "securityhub,securityhub-v2"}}, "!hold the same findings"},
	{"no listing", {{"regions", "eu-west-1"}, {"lists", ","}}, "!lists is empty"},
};
/* clang-format on */

static const struct part plan = {.name = "plan", .kind = "plan", .data = ""};

static const char *parts_of(const struct part_page *page, struct arena *a)
{
	struct strbuf b = {0};
	const char *text;

	for (size_t i = 0; i < page->n_parts; i++) {
		const struct part *p = &page->parts[i];

		strbuf_printf(&b, "%s|%s|", p->name, p->data);
		for (size_t k = 0; k < p->n_scopes; k++)
			strbuf_printf(&b, "%s%s", k > 0 ? "," : "", p->scopes[k]);
		strbuf_putc(&b, '\n');
	}
	text = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return text;
}

static int read_page(const struct live_source *s, const struct part *part,
                     const char *cursor, const char *text, struct run *run,
                     struct part_page *out)
{
	struct answer answer;
	struct page_input in = {.part = part, .cursor = cursor};

	answer_with(&answer, run->doc, run->arena, 200, text, NULL);
	in.response = &answer.resp;
	in.body = answer.body;
	return s->connector->page(s, &in, run->arena, out, &run->err);
}

static void test_aws_connector__plan_makes_parts(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(plans); i++) {
		struct world w = {0};
		struct run run = run_open();
		struct part_request req;
		struct part_page page;
		struct live_source s;
		int rc;

		memcpy(w.set, plans[i].set, sizeof(w.set));
		s = source_of(&w);
		rc = aws_connector.request(&s, &plan, NULL, NOW, run.arena, &req, &run.err);
		if (rc == 0)
			rc = read_page(&s, &plan, NULL, CALLER("111122223333"), &run,
			               &page);
		if (plans[i].parts[0] == '!') {
			if (rc != ERR_INVALID ||
			    strstr(run.err.text, plans[i].parts + 1) == NULL)
				fail_msg("%s: %d %s", plans[i].name, rc, run.err.text);
		} else if (rc != 0) {
			fail_msg("%s: %s", plans[i].name, run.err.text);
		} else if (strcmp(parts_of(&page, run.arena), plans[i].parts) != 0) {
			fail_msg("%s:\n%s", plans[i].name, parts_of(&page, run.arena));
		}
		run_close(&run);
	}
}

#define HUB_SORT                                                              \
	"\"SortCriteria\":[{\"Field\":\"UpdatedAt\",\"SortOrder\":\"asc\"}]," \
	"\"MaxResults\":100"
#define V2_SORT                                                           \
	"\"SortCriteria\":[{\"Field\":\"finding_info.modified_time_dt\"," \
	"\"SortOrder\":\"asc\"}],\"MaxResults\":100"
#define IDS_BODY                                                                   \
	"{\"sortCriteria\":{\"attributeName\":\"createdAt\",\"orderBy\":\"ASC\"}," \
	"\"maxResults\":50"
#define INSPECTOR_BODY                                                              \
	"{\"filterCriteria\":{\"findingStatus\":["                                  \
	"{\"comparison\":\"EQUALS\",\"value\":\"ACTIVE\"},"                         \
	"{\"comparison\":\"EQUALS\",\"value\":\"SUPPRESSED\"},"                     \
	"{\"comparison\":\"EQUALS\",\"value\":\"CLOSED\"}]},"                       \
	"\"sortCriteria\":{\"field\":\"FIRST_OBSERVED_AT\",\"sortOrder\":\"ASC\"}," \
	"\"maxResults\":100"

/* clang-format off */
static const struct {
	const char *name, *lists, *kind, *data, *cursor;
	const char *asks; /* with the credential before it; or the error after "!" */
	const char *format;
	unsigned int rate;
} requests[] = {
	{"who we are", "securityhub", "plan", "", NULL,
	 "|POST https://sts.eu-west-1.amazonaws.com/ {Accept: application/json} "
	 "[aws:amz:eu-west-1:sts ] " WHO, NULL, 600},
	{"Security Hub", "securityhub", "securityhub", " eu-west-1", NULL,
	 "|POST https://securityhub.eu-west-1.amazonaws.com/findings "
	 "[aws:amz:eu-west-1:securityhub ] {" HUB_SORT "}", "asff", 180},
	{"its next page, of a member", "securityhub", "securityhub", "account/444455556666 us-gov-west-1",
	 "t\"1", "account/444455556666|POST https://securityhub.us-gov-west-1.amazonaws.com/findings "
	 "[aws:amz:us-gov-west-1:securityhub ] {" HUB_SORT ",\"NextToken\":\"t\\\"1\"}", "asff", 180},
	{"without what is listed elsewhere", "securityhub,inspector2,guardduty", "securityhub",
	 " eu-west-1", NULL, "|POST https://securityhub.eu-west-1.amazonaws.com/findings "
	 "[aws:amz:eu-west-1:securityhub ] {\"Filters\":{\"ProductName\":["
	 "{\"Value\":\"GuardDuty\",\"Comparison\":\"NOT_EQUALS\"},"
	 "{\"Value\":\"Inspector\",\"Comparison\":\"NOT_EQUALS\"}]}," HUB_SORT "}", "asff", 180},
	{"Security Hub in OCSF", "securityhub-v2", "securityhub-v2", " cn-north-1", "t",
	 "|POST https://securityhub.cn-north-1.amazonaws.com.cn/findingsv2 "
	 "[aws:amz:cn-north-1:securityhub ] {" V2_SORT ",\"NextToken\":\"t\"}", "ocsf", 180},
	{"the same without Inspector", "securityhub-v2,inspector2", "securityhub-v2", " eu-west-1",
	 NULL, "|POST https://securityhub.eu-west-1.amazonaws.com/findingsv2 "
	 "[aws:amz:eu-west-1:securityhub ] {\"Filters\":{\"CompositeFilters\":[{\"StringFilters\":["
	 "{\"FieldName\":\"metadata.product.name\",\"Filter\":{\"Value\":\"Inspector\","
	 "\"Comparison\":\"NOT_EQUALS\"}}],\"Operator\":\"AND\"}],\"CompositeOperator\":\"AND\"},"
	 V2_SORT "}", "ocsf", 180},
	{"Inspector", "inspector2", "inspector2", " eu-west-1", NULL,
	 "|POST https://inspector2.eu-west-1.amazonaws.com/findings/list "
	 "[aws:amz:eu-west-1:inspector2 ] " INSPECTOR_BODY "}", "inspector2", 600},
	{"Inspector's next page", "inspector2", "inspector2", " eu-west-1", "t",
	 "|POST https://inspector2.eu-west-1.amazonaws.com/findings/list "
	 "[aws:amz:eu-west-1:inspector2 ] " INSPECTOR_BODY ",\"nextToken\":\"t\"}", "inspector2", 600},
	{"GuardDuty's detectors", "guardduty", "guardduty", " eu-west-1", NULL,
	 "|GET https://guardduty.eu-west-1.amazonaws.com/detector [aws:amz:eu-west-1:guardduty ]",
	 NULL, 600},
	{"its ids", "guardduty", "guardduty", " eu-west-1", "ids d1 ",
	 "|POST https://guardduty.eu-west-1.amazonaws.com/detector/d1/findings "
	 "[aws:amz:eu-west-1:guardduty ] " IDS_BODY "}", NULL, 600},
	{"more of them", "guardduty", "guardduty", " eu-west-1", "ids d1 a b\"",
	 "|POST https://guardduty.eu-west-1.amazonaws.com/detector/d1/findings "
	 "[aws:amz:eu-west-1:guardduty ] " IDS_BODY ",\"nextToken\":\"a b\\\"\"}", NULL, 600},
	{"its findings", "guardduty", "guardduty", " eu-west-1", "get d1 x,y t",
	 "|POST https://guardduty.eu-west-1.amazonaws.com/detector/d1/findings/get "
	 "[aws:amz:eu-west-1:guardduty ] {\"findingIds\":[\"x\",\"y\"]}", "guardduty", 600},
	{"a cursor that is none", "guardduty", "guardduty", " eu-west-1", "put d1 x", "!no cursor", NULL, 0},
	{"a cursor without ids", "guardduty", "guardduty", " eu-west-1", "get d1", "!no cursor", NULL, 0},
	{"a part of another version", "securityhub", "macie", " eu-west-1", NULL, "!is of no kind", NULL, 0},
	{"a part without a region", "securityhub", "securityhub", "eu-west-1", NULL, "!names no region",
	 NULL, 0},
};

static const struct {
	const char *name, *kind, *cursor, *answer;
	const char *next; /* NULL: the end; or the error after "!", or partial after "?" */
} pages[] = {
	{"the last one", "securityhub", NULL, "{'Findings':[]}", NULL},
	{"null at the end", "securityhub", NULL, "{'Findings':[],'NextToken':null}", NULL},
	{"one more", "securityhub", NULL, "{'Findings':[],'NextToken':'t2'}", "t2"},
	{"no page", "securityhub", NULL, "{'message':'x'}", "!no list \"Findings\""},
	{"no JSON", "securityhub-v2", NULL, "<html>", "!no list \"Findings\""},
	{"a token of another type", "securityhub-v2", NULL, "{'Findings':[],'NextToken':7}", "!NextToken"},
	{"Inspector's", "inspector2", NULL, "{'findings':[],'nextToken':'t2'}", "t2"},
	{"Inspector's end", "inspector2", "t2", "{'findings':[],'nextToken':''}", NULL},
	{"no page of Inspector", "inspector2", NULL, "{'Findings':[]}", "!no list \"findings\""},
	{"a detector", "guardduty", NULL, "{'detectorIds':['12abc34d'],'nextToken':''}", "ids 12abc34d "},
	{"none", "guardduty", NULL, "{'detectorIds':[]}", "?not switched on"},
	{"two", "guardduty", NULL, "{'detectorIds':['a','b']}", "!not one id"},
	{"a detector that leads elsewhere", "guardduty", NULL, "{'detectorIds':['../x']}", "!not one id"},
	{"no detectors", "guardduty", NULL, "{}", "!no list \"detectorIds\""},
	{"ids", "guardduty", "ids d ", "{'findingIds':['a','b'],'nextToken':'t 1'}", "get d a,b t 1"},
	{"the last ids", "guardduty", "ids d t", "{'findingIds':['a'],'nextToken':''}", "get d a "},
	{"an empty page of ids", "guardduty", "ids d t", "{'findingIds':[],'nextToken':'u'}", "ids d u"},
	{"no ids at the end", "guardduty", "ids d t", "{'findingIds':[]}", NULL},
	{"a token once more", "guardduty", "ids d t", "{'findingIds':['a'],'nextToken':'t'}",
	 "!is the one that asked"},
	{"an id with a comma", "guardduty", "ids d ", "{'findingIds':['a,b']}", "!what is no id"},
	{"an id that is none", "guardduty", "ids d ", "{'findingIds':[7]}", "!what is no id"},
	{"no ids", "guardduty", "ids d ", "{}", "!findingIds"},
	{"findings", "guardduty", "get d a,b t 1", "{'findings':[]}", "ids d t 1"},
	{"the last findings", "guardduty", "get d a ", "{'findings':[]}", NULL},
	{"no findings", "guardduty", "get d a ", "{}", "!no list \"findings\""},
	{"a caller without an account", "plan", NULL, "{'GetCallerIdentityResponse':{}}",
	 "!does not say which account"},
};

static const struct {
	const char *name, *kind;
	long status;
	const char *type, *answer;
	enum refusal means;
	const char *says;
} refusals[] = {
	{"not subscribed", "securityhub", 401, "InvalidAccessException:http://internal.amazon.com/x",
	 "{'Message':'Account 1 is not subscribed to AWS Security Hub'}", REFUSAL_ABSENT,
	 "Security Hub: InvalidAccessException: it is not switched on there"},
	{"denied, with the action", "securityhub", 403, NULL,
	 "{'__type':'com.amazonaws#AccessDeniedException','Message':'User: arn:aws:sts::1:x is not "
	 "authorized to perform: securityhub:GetFindings on resource: arn:x'}", REFUSAL_DENIED,
	 "AccessDeniedException: Security Hub may not be asked: allow securityhub:GetFindings ("},
	{"denied without a word", "inspector2", 403, NULL, "{}", REFUSAL_DENIED,
	 "HTTP 403: Inspector may not be asked: allow inspector2:ListFindings ("},
	{"Inspector is not in use", "inspector2", 403, "AccessDeniedException",
	 "{'message':'Invoking account does not have access to call this API'}", REFUSAL_ABSENT,
	 "Inspector: AccessDeniedException: it is not switched on there"},
	{"throttled", "securityhub", 429, NULL, "{'__type':'TooManyRequestsException'}", REFUSAL_RETRY,
	 "Security Hub: TooManyRequestsException: asked too often"},
	{"throttled with 400", "securityhub", 400, "ThrottlingException", "{}", REFUSAL_RETRY, "Throttling"},
	{"broken", "guardduty", 503, NULL, "<html>", REFUSAL_RETRY, "GuardDuty: HTTP 503"},
	{"expired", "securityhub", 403, "ExpiredTokenException", "{}", REFUSAL_CREDENTIAL,
	 "the session has expired"},
	{"expired, of STS", "plan", 403, NULL, "<ErrorResponse><Error><Code>ExpiredToken</Code>",
	 REFUSAL_CREDENTIAL, "STS: ExpiredToken"},
	{"unknown key", "plan", 403, NULL, "{'Error':{'Code':'InvalidClientTokenId'}}", REFUSAL_CREDENTIAL,
	 "no such access key"},
	{"401 alone", "guardduty", 401, NULL, "", REFUSAL_CREDENTIAL, "GuardDuty: HTTP 401"},
	{"a token of last week", "securityhub", 400, "InvalidInputException",
	 "{'Message':'NextToken has\nexpired'}", REFUSAL_RESTART, "InvalidInputException"},
	{"its message is told", "inspector2", 400, "ValidationException", "{'message':'bad token'}",
	 REFUSAL_RESTART, "Inspector: ValidationException: bad token"},
	{"a wrong signature", "securityhub", 403, "InvalidSignatureException",
	 "{'message':'x-amz-security-token:hidden'}", REFUSAL_FATAL,
	 "clock is wrong (it is Thu, 01 Jan 2026 00:10:00 GMT there)"},
	{"too late", "plan", 403, NULL, "{'Error':{'Code':'RequestExpired'}}", REFUSAL_FATAL,
	 "clock is wrong"},
	{"a region that is off", "securityhub", 403, "OptInRequired", "{}", REFUSAL_ABSENT, "OptInRequired"},
	{"gone", "guardduty", 404, NULL, "{}", REFUSAL_ABSENT, "GuardDuty: HTTP 404"},
	{"unheard of", "guardduty", 418, "Odd\x01Thing", "{}", REFUSAL_FATAL, "GuardDuty: Odd"},
};

/* What each listing holds, after the examples of the API references. */
static const struct {
	const char *list, *record;
} records[] = {
	{"asff", "{'SchemaVersion':'2018-10-08','Id':'f','AwsAccountId':'111122223333',"
	 "'ProductArn':'arn:aws:securityhub:eu-west-1::product/aws/securityhub','Region':'eu-west-1',"
	 "'GeneratorId':'security-control/EC2.2','Title':'T','Resources':[{'Type':'AwsEc2Vpc',"
	 "'Id':'arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1'}]}"},
	{"ocsf", "{'class_uid':2003,'severity':'High','finding_info':{'uid':'f','title':'T'},"
	 "'compliance':{'control':'EC2.2','status':'Fail'},'cloud':{'provider':'AWS','region':'eu-west-1',"
	 "'account':{'uid':'111122223333'}},'metadata':{'uid':'m','product':{'name':'Security Hub',"
	 "'uid':'arn:aws:securityhub:eu-west-1:111122223333:productv2/aws/securityhub',"
	 "'vendor_name':'AWS'}},'resources':[{'uid':'arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1'}]}"},
	{"guardduty", "{'accountId':'111122223333','region':'eu-west-1','partition':'aws','id':'f',"
	 "'arn':'arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f','type':'Recon:EC2/Portscan',"
	 "'service':{'archived':false},'resource':{'resourceType':'Instance',"
	 "'instanceDetails':{'instanceId':'i-1'}},'severity':5,'title':'T'}"},
	{"inspector2", "{'findingArn':'arn:aws:inspector2:eu-west-1:111122223333:finding/f',"
	 "'awsAccountId':'111122223333','type':'PACKAGE_VULNERABILITY','status':'ACTIVE','severity':'HIGH',"
	 "'packageVulnerabilityDetails':{'vulnerabilityId':'CVE-2024-3094'},"
	 "'resources':[{'id':'i-1','type':'AWS_EC2_INSTANCE','region':'eu-west-1'}]}"},
};
/* clang-format on */

static void test_aws_connector__requests_are_those_of_the_api(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
		const struct world w = {
		        .set = {{"regions", "eu-west-1"}, {"lists", requests[i].lists}}};
		const struct live_source s = source_of(&w);
		const struct part part = {
		        .name = "p", .kind = requests[i].kind, .data = requests[i].data};
		struct run run = run_open();
		struct part_request req;
		const char *line;
		int rc = aws_connector.request(&s, &part, requests[i].cursor, NOW,
		                               run.arena, &req, &run.err);

		if (requests[i].asks[0] == '!') {
			if (rc != ERR_INVALID ||
			    strstr(run.err.text, requests[i].asks + 1) == NULL)
				fail_msg("%s: %d %s", requests[i].name, rc, run.err.text);
			run_close(&run);
			continue;
		}
		assert_int_equal(rc, 0);
		line = ARENA_JOIN(run.arena, req.credential, "|",
		                  request_line(&req.http, run.arena));
		if (strcmp(line, requests[i].asks) != 0)
			fail_msg("%s:\n%s\nnot\n%s", requests[i].name, line,
			         requests[i].asks);
		if ((req.format == NULL) != (requests[i].format == NULL) ||
		    (req.format != NULL && strcmp(req.format, requests[i].format) != 0))
			fail_msg("%s: another format", requests[i].name);
		assert_int_equal(req.rate, requests[i].rate);
		assert_int_equal(req.burst, requests[i].rate == 180 ? 6 : 30);
		assert_false(req.http.allow_http);
		run_close(&run);
	}
}

static void test_aws_connector__an_endpoint_stands_for_all_hosts(void **unused)
{
	const struct world w = {
	        .set = {{"regions", "eu-west-1"}, {"endpoint", "http://127.0.0.1:9/"}}};
	const struct live_source s = source_of(&w);
	struct run run = run_open();
	struct part_request req;

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
		const struct part part = {
		        .name = "p", .kind = requests[i].kind, .data = requests[i].data};

		if (aws_connector.request(&s, &part, requests[i].cursor, NOW, run.arena,
		                          &req, &run.err) != 0)
			continue;
		if (strncmp(req.http.url, "http://127.0.0.1:9/", 19) != 0 ||
		    req.http.url[19] == '/' || !req.http.allow_http)
			fail_msg("%s: %s", requests[i].name, req.http.url);
	}
	run_close(&run);
}

static void test_aws_connector__pages_say_what_is_next(void **unused)
{
	const struct world w = {.set = {{"regions", "eu-west-1"}}};
	const struct live_source s = source_of(&w);

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(pages); i++) {
		const struct part part = {.name = "p", .kind = pages[i].kind, .data = ""};
		const char *next = pages[i].next;
		struct run run = run_open();
		struct part_page page = {0};
		int rc =
		        read_page(&s, &part, pages[i].cursor, pages[i].answer, &run, &page);

		if (next != NULL && next[0] == '!') {
			if (rc != ERR_INVALID || strstr(run.err.text, next + 1) == NULL)
				fail_msg("%s: %d %s", pages[i].name, rc, run.err.text);
		} else if (rc != 0) {
			fail_msg("%s: %s", pages[i].name, run.err.text);
		} else if (next != NULL && next[0] == '?') {
			if (page.partial == NULL ||
			    strstr(page.partial, next + 1) == NULL || page.next != NULL)
				fail_msg("%s: not partial", pages[i].name);
		} else if ((next == NULL) != (page.next == NULL) ||
		           (next != NULL && strcmp(next, page.next) != 0)) {
			fail_msg("%s: %s", pages[i].name, page.next);
		}
		run_close(&run);
	}
}

static void test_aws_connector__refusals_are_told_apart(void **unused)
{
	const struct world w = {.set = {{"regions", "eu-west-1"}}};
	const struct live_source s = source_of(&w);

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(refusals); i++) {
		const struct part part = {
		        .name = "p", .kind = refusals[i].kind, .data = ""};
		struct run run = run_open();
		struct answer answer;
		enum refusal means;

		answer_with(&answer, run.doc, run.arena, refusals[i].status,
		            refusals[i].answer, refusals[i].type);
		means = aws_connector.refusal(&s, &part, &answer.resp, answer.body,
		                              &run.err);
		if (means != refusals[i].means ||
		    strstr(run.err.text, refusals[i].says) == NULL)
			fail_msg("%s: %d %s", refusals[i].name, (int)means, run.err.text);
		if (strstr(run.err.text, "hidden") != NULL ||
		    strpbrk(run.err.text, "\n\x01") != NULL)
			fail_msg("%s: %s", refusals[i].name, run.err.text);
		run_close(&run);
	}
}

/* What a complete part proves is what its findings say of themselves. */
static void test_aws_connector__formats_read_the_records_into_the_scopes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		const struct format *format = format_find(records[i].list);
		struct run run;

		assert_non_null(format);
		if (!run_detects(format, records[i].record))
			fail_msg("%s: not detected", records[i].list);
		run = run_record(format, records[i].record);
		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %s", records[i].list, run.err.text);
		assert_string_equal(run.out.findings[0].connector, "aws_securityhub");
		if (strncmp(run.out.findings[0].scope, "111122223333/eu-west-1/aws/", 27) !=
		    0)
			fail_msg("%s: scope %s", records[i].list,
			         run.out.findings[0].scope);
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_aws_connector__plan_makes_parts),
	        cmocka_unit_test(test_aws_connector__requests_are_those_of_the_api),
	        cmocka_unit_test(test_aws_connector__an_endpoint_stands_for_all_hosts),
	        cmocka_unit_test(test_aws_connector__pages_say_what_is_next),
	        cmocka_unit_test(test_aws_connector__refusals_are_told_apart),
	        cmocka_unit_test(
	                test_aws_connector__formats_read_the_records_into_the_scopes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
