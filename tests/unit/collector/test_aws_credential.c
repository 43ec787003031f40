/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to a credential of AWS, as conversations: what is asked, what is answered, what
 * comes out of it.  Answers are made after the STS API reference and the EC2 and ECS
 * guides.
 */
#include "aws_world.h"

#define STS_KEYS(n)                                                            \
	"'Credentials':{'AccessKeyId':'ASIA" n "','SecretAccessKey':'secret" n \
	"','SessionToken':'token" n "','Expiration':1.7672292E9}"
#define ASSUMED(n) "{'AssumeRoleResponse':{'AssumeRoleResult':{" STS_KEYS(n) "}}}"
#define WEB(n)                                   \
	"{'AssumeRoleWithWebIdentityResponse':{" \
	"'AssumeRoleWithWebIdentityResult':{" STS_KEYS(n) "}}}"
#define METADATA(n)                                                                  \
	"{'Code':'Success','LastUpdated':'2026-01-01T00:00:00Z','Type':'AWS-HMAC',"  \
	"'AccessKeyId':'ASIA" n "','SecretAccessKey':'secret" n "','Token':'token" n \
	"','Expiration':'2026-01-01T01:00:00Z'}"

#define STS "POST https://sts.eu-west-1.amazonaws.com/ {Accept: application/json}"
#define SIGNED_BY(key, token) \
	STS " {X-Amz-Security-Token: " token "} [aws:amz:eu-west-1:sts " key "] "
#define ASSUME(role)                                                              \
	"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A" role \
	"&RoleSessionName=isobar&DurationSeconds=3600"
#define IMDS "http://169.254.169.254/latest/"

struct exchange {
	const char *asks;
	long status;
	const char *answer;
};

struct conversation {
	const char *name, *credential;
	struct world world;
	struct exchange said[6];
	const char *key, *session; /* of the credential at the end */
	bool expires;              /* at 01:00 */
};

/* clang-format off */
static const struct conversation conversations[] = {
	{"keys of the settings are live at once", "",
	 {.set = {{"regions", "eu-west-1"}, {"key_id", "AKIA1"}, {"secret", "secret1"}},
	  .variables = {{"AWS_ACCESS_KEY_ID", "AKIA2"}, {"AWS_SECRET_ACCESS_KEY", "secret2"}}},
	 {{0}}, "AKIA1:secret1", "", false},
	{"those of the environment", "",
	 {.set = {{"regions", "eu-west-1"}},
	  .variables = {{"AWS_ACCESS_KEY_ID", "ASIA2"}, {"AWS_SECRET_ACCESS_KEY", "secret2"},
	                {"AWS_SESSION_TOKEN", "token2"}}},
	 {{0}}, "ASIA2:secret2", "token2", false},
	{"the default profile", "",
	 {.set = {{"regions", "eu-west-1"}}, .variables = {{"HOME", "/root"}},
	  .files = {{"/root/.aws/credentials",
	             "# keys\r\n[other]\naws_access_key_id=AKIA9\n [default] \r\n"
	             "aws_access_key_id = AKIA3 # of Zoe\n\n"
	             "  aws_access_key_id = AKIA8\naws_secret_access_key=secret3\n"}}},
	 {{0}}, "AKIA3:secret3", "", false},
	{"a named profile of both files goes before the environment", "",
	 {.set = {{"regions", "eu-west-1"}, {"profile", "prod"}},
	  .variables = {{"AWS_ACCESS_KEY_ID", "AKIA2"}, {"AWS_SECRET_ACCESS_KEY", "secret2"},
	                {"AWS_SHARED_CREDENTIALS_FILE", "/c"}, {"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/c", "[prod]\naws_access_key_id=AKIA4"},
	            {"/f", "[prod]\naws_secret_access_key=no\n[profile prod]\n"
	                   "aws_access_key_id=AKIA9\naws_secret_access_key=secret4\n"}}},
	 {{0}}, "AKIA4:secret4", "", false},
	{"roles of profiles, from the inmost one", "",
	 {.set = {{"regions", "eu-west-1"}, {"auth", "profile"}},
	  .variables = {{"AWS_PROFILE", "outer"}, {"AWS_SHARED_CREDENTIALS_FILE", "/c"},
	                {"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/c", "[base]\naws_access_key_id=AKIA5\naws_secret_access_key=secret5\n"
	                   "aws_session_token=token5"},
	            {"/f", "[profile outer]\nrole_arn=arn:aws:iam::111122223333:role/outer\n"
	                   "source_profile=inner\nexternal_id=x y\n[profile inner]\n"
	                   "role_arn=arn:aws:iam::111122223333:role/inner\n"
	                   "source_profile=base\nrole_session_name=zoe"}}},
	 {{SIGNED_BY("AKIA5:secret5", "token5")
	   "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Finner"
	   "&RoleSessionName=zoe&DurationSeconds=3600", 200, ASSUMED("6")},
	  {SIGNED_BY("ASIA6:secret6", "token6") ASSUME("111122223333%3Arole%2Fouter")
	   "&ExternalId=x%20y", 200, ASSUMED("7")}},
	 "ASIA7:secret7", "token7", true},
	{"a web identity", "",
	 {.set = {{"regions", "eu-west-1"}, {"session_name", "who"}},
	  .variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"},
	                {"AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/pod"}},
	  .files = {{"/t", "eyJh.eyJp.c2ln\n"}}},
	 {{STS " Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn="
	   "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fpod&RoleSessionName=who&"
	   "WebIdentityToken=eyJh.eyJp.c2ln", 200, WEB("8")}},
	 "ASIA8:secret8", "token8", true},
	{"a container's endpoint, with a token from a file", "",
	 {.set = {{"regions", "eu-west-1"}},
	  .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
	                {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"},
	                {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "old"}},
	  .files = {{"/t", "pod token\n"}}},
	 {{"GET http://169.254.170.23/v1/credentials {Accept: application/json} "
	   "{Authorization: pod token}", 200, METADATA("9")}},
	 "ASIA9:secret9", "token9", true},
	{"a container's path", "",
	 {.set = {{"regions", "eu-west-1"}},
	  .variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1?a=b"}}},
	 {{"GET http://169.254.170.2/v2/credentials/1?a=b {Accept: application/json}", 200,
	   METADATA("9")}},
	 "ASIA9:secret9", "token9", true},
	{"an instance", "",
	 {.set = {{"regions", "eu-west-1"}}},
	 {{"PUT " IMDS "api/token {X-aws-ec2-metadata-token-ttl-seconds: 21600}", 200, "QUJD=="},
	  {"GET " IMDS "meta-data/iam/security-credentials/ {X-aws-ec2-metadata-token: QUJD==}",
	   200, "reader+1\nother"},
	  {"GET " IMDS "meta-data/iam/security-credentials/reader%2B1 "
	   "{X-aws-ec2-metadata-token: QUJD==}", 200, METADATA("10")}},
	 "ASIA10:secret10", "token10", true},
	{"a role in an account, by way of another", "account/444455556666",
	 {.set = {{"regions", "eu-west-1"}, {"key_id", "AKIA1"}, {"secret", "secret1"},
	          {"session", "token1"}, {"role", "audit/reader"}, {"external_id", "e"},
	          {"via_role", "arn:aws:iam::111122223333:role/hub"}}},
	 {{SIGNED_BY("AKIA1:secret1", "token1") ASSUME("111122223333%3Arole%2Fhub")
	   "&ExternalId=e", 200, ASSUMED("2")},
	  {SIGNED_BY("ASIA2:secret2", "token2") ASSUME("444455556666%3Arole%2Faudit%2Freader")
	   "&ExternalId=e", 200, ASSUMED("3")}},
	 "ASIA3:secret3", "token3", true},
	{"a role's ARN with the account in it, in China", "account/444455556666",
	 {.set = {{"regions", "cn-north-1"}, {"key_id", "AKIA1"}, {"secret", "secret1"},
	          {"role", "arn:aws-cn:iam::{account}:role/r"}}},
	 {{"POST https://sts.cn-north-1.amazonaws.com.cn/ {Accept: application/json} "
	   "[aws:amz:cn-north-1:sts AKIA1:secret1] Action=AssumeRole&Version=2011-06-15&RoleArn="
	   "arn%3Aaws-cn%3Aiam%3A%3A444455556666%3Arole%2Fr&RoleSessionName=isobar&"
	   "DurationSeconds=3600", 200, ASSUMED("3")}},
	 "ASIA3:secret3", "token3", true},
	{"an endpoint stands for all of them but what a variable names", "",
	 {.set = {{"regions", "eu-west-1"}, {"endpoint", "http://127.0.0.1:9"},
	          {"auth", "instance"}, {"via_role", "arn:aws:iam::111122223333:role/hub"}},
	  .variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:8/"}}},
	 {{"PUT http://127.0.0.1:8/latest/api/token {X-aws-ec2-metadata-token-ttl-seconds: 21600}",
	   200, "T"},
	  {"GET http://127.0.0.1:8/latest/meta-data/iam/security-credentials/ "
	   "{X-aws-ec2-metadata-token: T}", 200, "r"},
	  {"GET http://127.0.0.1:8/latest/meta-data/iam/security-credentials/r "
	   "{X-aws-ec2-metadata-token: T}", 200, METADATA("1")},
	  {"POST http://127.0.0.1:9/ {Accept: application/json} {X-Amz-Security-Token: token1} "
	   "[aws:amz:eu-west-1:sts ASIA1:secret1] " ASSUME("111122223333%3Arole%2Fhub"), 200,
	   ASSUMED("2")}},
	 "ASIA2:secret2", "token2", true},
	{"a metadata token that expired, and a session that did", "",
	 {.set = {{"regions", "eu-west-1"}, {"auth", "instance"}}},
	 {{"PUT " IMDS "api/token {X-aws-ec2-metadata-token-ttl-seconds: 21600}", 200, "OLD"},
	  {"GET " IMDS "meta-data/iam/security-credentials/ {X-aws-ec2-metadata-token: OLD}",
	   401, ""},
	  {"PUT " IMDS "api/token {X-aws-ec2-metadata-token-ttl-seconds: 21600}", 200, "NEW"},
	  {"GET " IMDS "meta-data/iam/security-credentials/ {X-aws-ec2-metadata-token: NEW}",
	   200, "r"},
	  {"GET " IMDS "meta-data/iam/security-credentials/r {X-aws-ec2-metadata-token: NEW}",
	   200, METADATA("1")}},
	 "ASIA1:secret1", "token1", true},
	{"a session that expired on the way", "account/444455556666",
	 {.set = {{"regions", "eu-west-1"}, {"auth", "container"}, {"role", "r"}},
	  .variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}}},
	 {{"GET http://169.254.170.2/c {Accept: application/json}", 200, METADATA("1")},
	  {SIGNED_BY("ASIA1:secret1", "token1") ASSUME("444455556666%3Arole%2Fr"), 403,
	   "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code></Error>"},
	  {"GET http://169.254.170.2/c {Accept: application/json}", 200, METADATA("2")},
	  {SIGNED_BY("ASIA2:secret2", "token2") ASSUME("444455556666%3Arole%2Fr"), 200,
	   ASSUMED("3")}},
	 "ASIA3:secret3", "token3", true},
};
/* clang-format on */

static int ask(const struct world *w, struct credential *c, struct arena *a,
               struct http_request *req, struct error *err)
{
	const struct live_source s = source_of(w);
	struct world copy = *w;
	const struct surroundings env = {world_variable, world_file, &copy};

	return aws_connector.credential_request(&s, &env, c, NOW, a, req, err);
}

static int tell(const struct world *w, struct credential *c, const struct exchange *e,
                struct run *run)
{
	const struct live_source s = source_of(w);
	struct answer answer;

	answer_with(&answer, run->doc, run->arena, e->status, e->answer, NULL);
	return aws_connector.credential_answer(&s, c, &answer.resp, answer.body, NOW,
	                                       run->arena, &run->err);
}

static void hold(const struct conversation *row, struct credential *c, struct run *run)
{
	struct http_request req;

	for (const struct exchange *e = row->said; e->asks != NULL; e++) {
		const char *line;

		if (ask(&row->world, c, run->arena, &req, &run->err) < 0)
			fail_msg("%s: %s", row->name, run->err.text);
		line = req.url != NULL ? request_line(&req, run->arena) : "nothing";
		if (strcmp(line, e->asks) != 0)
			fail_msg("%s:\n%s\nnot\n%s", row->name, line, e->asks);
		if (tell(&row->world, c, e, run) < 0 && run->err.code != ERR_TRANSIENT)
			fail_msg("%s: %s", row->name, run->err.text);
	}
	if (ask(&row->world, c, run->arena, &req, &run->err) < 0)
		fail_msg("%s: %s", row->name, run->err.text);
	if (req.url != NULL)
		fail_msg("%s: asks on: %s", row->name, req.url);
}

static void test_aws_credential__is_talked_for(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(conversations); i++) {
		const struct conversation *row = &conversations[i];
		struct credential c = {.name = row->credential,
		                       .expires_at = TIMESTAMP_NONE};
		const struct live_source s = source_of(&row->world);
		struct run run = run_open();
		struct http_request req = {.method = "GET", .url = "u"};
		const char *line;

		hold(row, &c, &run);
		if (aws_connector.authorize(&s, &c, NOW, run.arena, &req, &run.err) < 0)
			fail_msg("%s: %s", row->name, run.err.text);
		assert_string_equal(req.userpwd, row->key);
		line = arena_printf(run.arena, "GET u%s%s%s",
		                    row->session[0] != '\0' ? " {X-Amz-Security-Token: "
		                                            : "",
		                    row->session, row->session[0] != '\0' ? "}" : "");
		if (strcmp(request_line(&req, run.arena), line) != 0)
			fail_msg("%s: %s", row->name, request_line(&req, run.arena));
		if (c.expires_at != (row->expires ? NOW + USEC_PER_HOUR : TIMESTAMP_NONE))
			fail_msg("%s: another expiry", row->name);
		run_close(&run);
	}
}

#define KEYS                   \
	{"key_id", "AKIA1"},   \
	{                      \
		"secret", "s1" \
	}

/* clang-format off */
static const struct {
	const char *name, *credential;
	struct world world;
	const char *says; /* is in the error's text */
} wrong[] = {
	{"none at all", "", {.variables = {{"AWS_EC2_METADATA_DISABLED", "true"}}},
	 "no credentials found"},
	{"half a key", "", {.set = {{"key_id", "AKIA1"}}}, "needs its id and its secret"},
	{"half a key in the environment", "", {.variables = {{"AWS_SECRET_ACCESS_KEY", "s"}}},
	 "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: an access key needs"},
	{"a key with a colon", "", {.set = {{"key_id", "A:B"}, {"secret", "s"}}},
	 "no access key id"},
	{"a secret of two lines", "", {.set = {{"key_id", "A"}, {"secret", "s\r\nX: y"}}},
	 "the secret or the session token"},
	{"an unknown way", "", {.set = {{"auth", "magic"}}}, "auth \"magic\" is none of"},
	{"a way that is not there", "", {.set = {{"auth", "container"}}},
	 "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set"},
	{"a profile that is not there", "", {.set = {{"profile", "prod"}},
	  .variables = {{"HOME", "/r"}}},
	 "profile \"prod\" is not in the shared files, or has neither keys nor role_arn: "
	 "/r/.aws/credentials: no such file"},
	{"files that cannot be read hinder nothing else", "",
	 {.variables = {{"HOME", "/r"}, {"AWS_EC2_METADATA_DISABLED", "true"}}},
	 "no credentials found"},
	{"a profile for people", "", {.variables = {{"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/f", "[default]\nsso_session=x\n"}}}, "signs a person in"},
	{"a profile that starts a program", "", {.variables = {{"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/f", "[default]\ncredential_process=/bin/x\n"}}}, "starts programs"},
	{"a code of a device", "", {.variables = {{"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/f", "[default]\nrole_arn=r\nmfa_serial=m\n"}}}, "mfa_serial"},
	{"a role without a source", "", {.variables = {{"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/f", "[default]\nrole_arn=r\n"}}}, "no source_profile"},
	{"a circle of profiles", "", {.variables = {{"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/f", "[default]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=s\n"
	                   "source_profile=default\n"}}}, "goes in a circle"},
	{"a source that is not there", "", {.variables = {{"AWS_CONFIG_FILE", "/f"}},
	  .files = {{"/f", "[default]\nrole_arn=r\nsource_profile=b\n"}}},
	 "profile \"b\" is not in the shared files"},
	{"a web identity without a role", "", {.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}},
	 "needs AWS_ROLE_ARN"},
	{"a token file that is not there", "",
	 {.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "r"}}},
	 "the web identity token: /t: no such file"},
	{"an empty token file", "",
	 {.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "r"}},
	  .files = {{"/t", "\n"}}}, "the file is empty"},
	{"a container's token in clear to another host", "",
	 {.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://198.51.100.1/c"}}},
	 "neither https nor a container's own address"},
	{"a container's path to another host", "",
	 {.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@198.51.100.1/c"}}},
	 "is no path"},
	{"a token of two headers", "",
	 {.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"},
	                {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb"}}}, "no header value"},
	{"a metadata endpoint that is none", "",
	 {.variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "file:///etc/passwd"}}},
	 "no http or https URL"},
	{"one role for all accounts", "account/444455556666",
	 {.set = {KEYS, {"role", "arn:aws:iam::111122223333:role/r"}}}, "without {account}"},
};

static const struct {
	const char *name;
	unsigned int step; /* as in aws_credential.c */
	long status;
	const char *answer;
	int rc;
	const char *says;
} refusals[] = {
	{"a role that may not be assumed", 6, 403,
	 "{'Error':{'Type':'Sender','Code':'AccessDenied','Message':'User: arn:x'},'RequestId':'1'}",
	 ERR_DENIED, "arn:role: AccessDenied: its trust policy"},
	{"in XML", 6, 403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error>",
	 ERR_DENIED, "SignatureDoesNotMatch: the secret is not that"},
	{"throttled", 6, 400, "{'Error':{'Code':'Throttling'}}", ERR_TRANSIENT, "Throttling"},
	{"broken", 6, 500, "secret", ERR_TRANSIENT, "STS answers 500"},
	{"unheard of", 6, 400, "{'Error':{'Code':'Odd<script>','Message':'secret'}}", ERR_DENIED,
	 "arn:role: STS answers 400 Odd"},
	{"an issuer that IAM does not know", 1, 400, "{'Error':{'Code':'InvalidIdentityToken'}}",
	 ERR_DENIED, "IAM does not know the token's issuer"},
	{"an answer that is none", 6, 200, "{'secret':1}", ERR_TRANSIENT, "holds none"},
	{"HTML", 6, 200, "<html>secret", ERR_TRANSIENT, "holds none"},
	{"credentials of yesterday", 6, 200, "{'AssumeRoleResponse':{'AssumeRoleResult':{"
	 "'Credentials':{'AccessKeyId':'A','SecretAccessKey':'B','SessionToken':'C',"
	 "'Expiration':1.7672E9}}}}", ERR_TRANSIENT, "have expired"},
	{"a session token with a line break", 6, 200, "{'AssumeRoleResponse':{'AssumeRoleResult':{"
	 "'Credentials':{'AccessKeyId':'A','SecretAccessKey':'B','SessionToken':'C\\nD',"
	 "'Expiration':1.7672292E9}}}}", ERR_TRANSIENT, "no header values"},
	{"metadata switched off", 3, 403, "", ERR_DENIED, "metadata is switched off"},
	{"no role", 4, 404, "<html>", ERR_DENIED, "attach an instance profile"},
	{"a role without trust", 5, 200, "{'Code':'AssumeRoleUnauthorizedAccess',"
	 "'Message':'secret'}", ERR_DENIED, "AssumeRoleUnauthorizedAccess"},
	{"an empty token", 3, 200, "", ERR_TRANSIENT, "no line of text"},
	{"a container that knows us not", 2, 401, "{'secret':1}", ERR_DENIED,
	 "the container's endpoint answers 401"},
	{"a container that is busy", 2, 503, "", ERR_TRANSIENT, "answers 503"},
};
/* clang-format on */

static void test_aws_credential__what_is_wrong_is_said(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
		struct credential c = {.name = wrong[i].credential};
		struct run run = run_open();
		struct http_request req;

		if (ask(&wrong[i].world, &c, run.arena, &req, &run.err) != ERR_INVALID)
			fail_msg("%s: not refused", wrong[i].name);
		if (run.err.code != ERR_INVALID ||
		    strstr(run.err.text, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].name, run.err.text);
		run_close(&run);
	}
}

static void test_aws_credential__refusals_are_explained_without_the_body(void **unused)
{
	const struct world w = {.set = {{"regions", "eu-west-1"}}};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(refusals); i++) {
		struct credential c = {.step = refusals[i].step, .note = "arn:role"};
		const struct exchange e = {"", refusals[i].status, refusals[i].answer};
		struct run run = run_open();

		if (tell(&w, &c, &e, &run) != refusals[i].rc ||
		    (int)run.err.code != refusals[i].rc ||
		    strstr(run.err.text, refusals[i].says) == NULL)
			fail_msg("%s: %s", refusals[i].name, run.err.text);
		if (strstr(run.err.text, "secret'") != NULL ||
		    strstr(run.err.text, "script>") != NULL)
			fail_msg("%s shows the body: %s", refusals[i].name, run.err.text);
		if (c.key_id != NULL)
			fail_msg("%s: took a key", refusals[i].name);
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_aws_credential__is_talked_for),
	        cmocka_unit_test(test_aws_credential__what_is_wrong_is_said),
	        cmocka_unit_test(
	                test_aws_credential__refusals_are_explained_without_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
