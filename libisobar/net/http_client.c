/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi handle on the event loop.  libcurl says which sockets and which time
 * it waits for; the loop calls it back; what it has finished is told to the caller from
 * an event of its own, when nothing of libcurl is on the stack, so that the caller may
 * send, cancel or free there.
 *
 * A call is in one of three lists: it waits for a connection (the caps are kept here:
 * libcurl's own would count the waiting into the time-out), it runs, or it has ended and
 * is to be told.
 */
#include "net/http_client.h"

#include <assert.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "net/answer.h"
#include "net/url.h"

#define MAX_CONNECTIONS    32
#define MAX_PER_HOST       8
#define LOW_SPEED_S        30
#define LOW_SPEED_BYTES    512L
#define TIMEOUT_MS         60000
#define CONNECT_TIMEOUT_MS 10000
#define MAX_RESPONSE       ((size_t)16 << 20)

enum call_state {
	CALL_WAITING,
	CALL_RUNNING,
	CALL_ENDED,
	CALL_TOLD /* in no list; done is being called */
};

enum {
	N_CALL_LISTS = CALL_TOLD
};

struct http_call {
	TAILQ_ENTRY(http_call) link;
	enum call_state state;
	struct http_client *client;
	struct arena *arena; /* of the texts below */
	struct http_request req;
	const char *host;
	http_done_fn *done;
	void *ctx;

	CURL *easy; /* while it runs */
	struct curl_slist *sent;
	char detail[CURL_ERROR_SIZE];

	struct answer answer;
	bool failed;
	struct error err; /* set first by a callback of libcurl, or at the end */
	long status;
};

TAILQ_HEAD(call_list, http_call);

struct http_client {
	struct event_base *base;
	CURLM *multi;
	struct event *timer; /* of libcurl */
	struct event *teller;
	struct call_list lists[N_CALL_LISTS];
	unsigned int n_running;
	CURL **idle; /* easy handles, which keep sessions of TLS */
	unsigned int n_idle;
	char *user_agent, *ca_file;
	unsigned int max_connections, max_per_host, low_speed_s;
};

/* --- lists --- */

static void move_to(struct http_call *call, enum call_state state)
{
	struct http_client *client = call->client;

	TAILQ_REMOVE(&client->lists[call->state], call, link);
	call->state = state;
	if (state < CALL_TOLD)
		TAILQ_INSERT_TAIL(&client->lists[state], call, link);
}

static void tell_later(struct http_client *client)
{
	event_active(client->teller, EV_TIMEOUT, 1);
}

static void fail(struct http_call *call, enum error_code code, const char *why)
{
	call->failed = true;
	error_set(&call->err, code, "%s%s%s", call->host, *call->host ? ": " : "", why);
}

static void free_call(struct http_call *call)
{
	answer_done(&call->answer);
	arena_free(call->arena);
	free(call);
}

/* --- what libcurl hands over --- */

/* A callback that takes less than it was given ends the transfer. */
static size_t taken(struct http_call *call, int code, const struct error *err, size_t size)
{
	if (code == 0)
		return size;
	fail(call, err->code, err->text);
	return 0;
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct http_call *call = ctx;
	struct error err;
	int code = answer_take_line(&call->answer, line, n * size, &err);

	return taken(call, code, &err, n * size);
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct http_call *call = ctx;
	struct error err;
	int code = answer_take_body(&call->answer, data, n * size, &err);

	return taken(call, code, &err, n * size);
}

/* --- setting a transfer up --- */

/* An option that libcurl refuses is one that it was built without. */
#define SET(call, option, value)                                                    \
	do {                                                                        \
		if (curl_easy_setopt((call)->easy, option, value) != CURLE_OK)      \
			fail(call, ERR_INTERNAL, "libcurl does not know " #option); \
	} while (0)

static void add_header(struct http_call *call, const char *name, const char *value)
{
	/* libcurl: "Name:" takes a header out, "Name;" sends it empty. */
	const char *line = *value ? ARENA_JOIN(call->arena, name, ": ", value)
	                          : ARENA_JOIN(call->arena, name, ";");

	call->sent = curl_slist_append(call->sent, line);
}

static void set_headers(struct http_call *call)
{
	bool has_type = false;

	for (size_t i = 0; i < call->req.n_headers; i++) {
		const struct http_header *h = &call->req.headers[i];

		add_header(call, h->name, h->value);
		has_type = has_type || strcasecmp(h->name, "content-type") == 0;
	}
	/* What libcurl would add by itself is taken out, but not where it signs: it would
	 * sign "Expect:" as it stands. */
	if (!call->req.aws_sigv4) {
		call->sent = curl_slist_append(call->sent, "Expect:");
		if (!has_type)
			call->sent = curl_slist_append(call->sent, "Content-Type:");
	}
	SET(call, CURLOPT_HTTPHEADER, call->sent);
}

static void set_method(struct http_call *call)
{
	const struct http_request *req = &call->req;

	if (strcmp(req->method, "GET") == 0) {
		SET(call, CURLOPT_HTTPGET, 1L);
		return;
	}
	SET(call, CURLOPT_POST, 1L);
	SET(call, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_size);
	SET(call, CURLOPT_POSTFIELDS, req->body); /* of the call's arena */
	if (strcmp(req->method, "POST") != 0)
		SET(call, CURLOPT_CUSTOMREQUEST, req->method);
}

/* Where it goes, and what may be trusted there. */
static void set_peer(struct http_call *call)
{
	const struct http_client *client = call->client;
	const struct http_request *req = &call->req;

	SET(call, CURLOPT_URL, req->url);
	SET(call, CURLOPT_PROTOCOLS_STR, req->allow_http ? "http,https" : "https");
	SET(call, CURLOPT_PATH_AS_IS, 1L);
	SET(call, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(call, CURLOPT_FOLLOWLOCATION, 0L);
	SET(call, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(call, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(call, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(call, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(call, CURLOPT_SSL_VERIFYHOST, 2L);
	if (client->ca_file) {
		SET(call, CURLOPT_CAINFO, client->ca_file);
		SET(call, CURLOPT_CAPATH, NULL); /* that file alone */
	}
	/* Without a word here libcurl reads https_proxy and its kin from the environment. */
	if (req->no_proxy)
		SET(call, CURLOPT_NOPROXY, "*");
	SET(call, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (req->aws_sigv4) {
		SET(call, CURLOPT_AWS_SIGV4, req->aws_sigv4);
		SET(call, CURLOPT_USERPWD, req->userpwd);
	}
}

static void set_limits(struct http_call *call)
{
	const struct http_request *req = &call->req;

	SET(call, CURLOPT_TIMEOUT_MS, (long)req->timeout_ms);
	SET(call, CURLOPT_CONNECTTIMEOUT_MS, (long)req->connect_timeout_ms);
	SET(call, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	SET(call, CURLOPT_LOW_SPEED_TIME, (long)call->client->low_speed_s);
	SET(call, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)req->max_response);
	SET(call, CURLOPT_NOSIGNAL, 1L);
	/* A name that is being looked up is not waited for when its call is cancelled. */
	SET(call, CURLOPT_QUICK_EXIT, 1L);
	SET(call, CURLOPT_TCP_KEEPALIVE, 1L);
}

static void set_answer(struct http_call *call)
{
	SET(call, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	SET(call, CURLOPT_HTTP_CONTENT_DECODING, 0L); /* answer.c does */
	SET(call, CURLOPT_WRITEFUNCTION, on_body);
	SET(call, CURLOPT_WRITEDATA, call);
	SET(call, CURLOPT_HEADERFUNCTION, on_header);
	SET(call, CURLOPT_HEADERDATA, call);
	SET(call, CURLOPT_ERRORBUFFER, call->detail);
	SET(call, CURLOPT_PRIVATE, call);
}

static CURL *take_easy(struct http_client *client)
{
	CURL *easy = client->n_idle > 0 ? client->idle[--client->n_idle] : curl_easy_init();

	if (!easy)
		mem_exhausted(0);
	return easy;
}

/* Forgets all of the call, secrets too; sessions of TLS stay. */
static void release_easy(struct http_call *call)
{
	struct http_client *client = call->client;

	if (!call->easy)
		return;
	curl_multi_remove_handle(client->multi, call->easy);
	curl_easy_reset(call->easy);
	client->idle[client->n_idle++] = call->easy;
	client->n_running--;
	call->easy = NULL;
	curl_slist_free_all(call->sent);
	call->sent = NULL;
}

static void start(struct http_call *call)
{
	struct http_client *client = call->client;

	call->easy = take_easy(client);
	client->n_running++;
	if (client->user_agent)
		SET(call, CURLOPT_USERAGENT, client->user_agent);
	set_peer(call);
	set_method(call);
	set_headers(call);
	set_limits(call);
	set_answer(call);
	if (!call->failed && curl_multi_add_handle(client->multi, call->easy) == CURLM_OK) {
		move_to(call, CALL_RUNNING);
		return;
	}
	if (!call->failed)
		fail(call, ERR_INTERNAL, "libcurl does not take the transfer");
	release_easy(call);
	move_to(call, CALL_ENDED);
	tell_later(client);
}

static unsigned int count_running(const struct http_client *client, const char *host)
{
	const struct http_call *call;
	unsigned int n = 0;

	TAILQ_FOREACH (call, &client->lists[CALL_RUNNING], link)
		n += strcmp(call->host, host) == 0;
	return n;
}

static void start_waiting(struct http_client *client)
{
	struct http_call *call = TAILQ_FIRST(&client->lists[CALL_WAITING]), *next;

	for (; call && client->n_running < client->max_connections; call = next) {
		next = TAILQ_NEXT(call, link);
		if (count_running(client, call->host) < client->max_per_host)
			start(call);
	}
}

/* --- how a transfer ended --- */

/* What is not here is transient, in libcurl's own word for the code.  detail: its text
 * for this transfer is told, which for these codes holds nothing of the request. */
static const struct {
	CURLcode result;
	enum error_code code;
	bool detail;
	const char *text; /* NULL: libcurl's */
} endings[] = {
        {CURLE_UNSUPPORTED_PROTOCOL, ERR_TRANSIENT, false, "the answer is no HTTP"},
        {CURLE_URL_MALFORMAT, ERR_INVALID, false, "not a URL to be asked"},
        {CURLE_FILESIZE_EXCEEDED, ERR_LIMIT, false, "the answer is larger than is taken"},
        {CURLE_PEER_FAILED_VERIFICATION, ERR_DENIED, true, NULL},
        {CURLE_SSL_ISSUER_ERROR, ERR_DENIED, true, NULL},
        {CURLE_SSL_CACERT_BADFILE, ERR_DENIED, false,
         "the file of trusted certificates cannot be read"},
        {CURLE_COULDNT_RESOLVE_HOST, ERR_TRANSIENT, true, NULL},
        {CURLE_COULDNT_RESOLVE_PROXY, ERR_TRANSIENT, true, NULL},
        {CURLE_COULDNT_CONNECT, ERR_TRANSIENT, true, NULL},
        {CURLE_OPERATION_TIMEDOUT, ERR_TRANSIENT, true, NULL},
        {CURLE_SSL_CONNECT_ERROR, ERR_TRANSIENT, true, NULL},
        {CURLE_SEND_ERROR, ERR_TRANSIENT, true, NULL},
        {CURLE_RECV_ERROR, ERR_TRANSIENT, true, NULL},
        {CURLE_GOT_NOTHING, ERR_TRANSIENT, false, "closed without an answer"},
        {CURLE_PARTIAL_FILE, ERR_TRANSIENT, false, "the answer was cut short"},
};

static void judge(struct http_call *call, CURLcode result)
{
	struct error err;

	if (result == CURLE_OK && answer_end(&call->answer, &err) < 0)
		fail(call, err.code, err.text);
	if (result == CURLE_OK || call->failed)
		return;
	for (size_t i = 0; i < N_ELEMENTS(endings); i++) {
		if (endings[i].result != result)
			continue;
		if (endings[i].detail && call->detail[0])
			fail(call, endings[i].code, call->detail);
		else
			fail(call, endings[i].code,
			     endings[i].text ? endings[i].text
			                     : curl_easy_strerror(result));
		return;
	}
	fail(call, ERR_TRANSIENT, curl_easy_strerror(result));
}

/* Takes what libcurl has finished, and starts what waited for it. */
static void collect(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		CURLcode result = message->data.result; /* gone with the handle */
		struct http_call *call;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE,
		                  &call->status);
		judge(call, result);
		release_easy(call);
		move_to(call, CALL_ENDED);
		tell_later(client);
	}
	start_waiting(client);
}

/* One a turn; nothing of client is touched after done, which may have freed it. */
static void on_teller(evutil_socket_t fd, short what, void *ctx)
{
	struct http_client *client = ctx;
	struct http_call *call = TAILQ_FIRST(&client->lists[CALL_ENDED]);
	struct http_response resp;

	(void)fd;
	(void)what;
	if (!call)
		return;
	move_to(call, CALL_TOLD);
	if (!TAILQ_EMPTY(&client->lists[CALL_ENDED]))
		tell_later(client);
	resp = answer_response(&call->answer, call->status);
	call->done(call->failed ? NULL : &resp, call->failed ? &call->err : NULL,
	           call->ctx);
	free_call(call);
}

/* --- the event loop --- */

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct http_client *client = ctx;
	int ready = (what & EV_READ ? CURL_CSELECT_IN : 0) |
	            (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;

	curl_multi_socket_action(client->multi, fd, ready, &running);
	collect(client);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct http_client *client = ctx;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(client);
}

/* libcurl wants a socket watched, or no longer. */
static int watch(CURL *easy, curl_socket_t fd, int wanted, void *ctx, void *of_socket)
{
	struct http_client *client = ctx;
	struct event *io = of_socket;
	short what = EV_PERSIST;

	(void)easy;
	if (io)
		event_free(io);
	io = NULL;
	if (wanted != CURL_POLL_REMOVE) {
		what |= wanted & CURL_POLL_IN ? EV_READ : 0;
		what |= wanted & CURL_POLL_OUT ? EV_WRITE : 0;
		io = event_new(client->base, fd, what, on_socket, client);
		event_add(io, NULL);
	}
	curl_multi_assign(client->multi, fd, io);
	return 0;
}

static int arm(CURLM *multi, long ms, void *ctx)
{
	struct http_client *client = ctx;
	const struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		event_del(client->timer);
	else
		event_add(client->timer, &wait);
	return 0;
}

/* --- life --- */

static char *copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static CURLM *new_multi(struct http_client *client)
{
	CURLM *multi = curl_multi_init();

	if (!multi)
		mem_exhausted(0);
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, arm);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)client->max_connections);
	return multi;
}

struct http_client *http_client_new(struct event_base *base,
                                    const struct http_client_options *options)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct http_client *client = xcalloc(1, sizeof(*client));

	/* OpenSSL writes without MSG_NOSIGNAL; a peer that left is an error of its own. */
	sigaction(SIGPIPE, &ignore, NULL);
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, xmalloc, free, xrealloc, xstrdup,
	                         xcalloc) != CURLE_OK)
		mem_exhausted(0);
	client->base = base;
	client->user_agent = copy_text(options->user_agent);
	client->ca_file = copy_text(options->ca_file);
	client->max_connections =
	        options->max_connections ? options->max_connections : MAX_CONNECTIONS;
	client->max_per_host = options->max_per_host ? options->max_per_host : MAX_PER_HOST;
	client->low_speed_s = options->low_speed_s ? options->low_speed_s : LOW_SPEED_S;
	client->idle = xcalloc(client->max_connections, sizeof(*client->idle));
	for (size_t i = 0; i < N_CALL_LISTS; i++)
		TAILQ_INIT(&client->lists[i]);
	client->timer = event_new(base, -1, 0, on_timer, client);
	client->teller = event_new(base, -1, 0, on_teller, client);
	client->multi = new_multi(client);
	return client;
}

static void drop(struct http_call *call)
{
	release_easy(call);
	move_to(call, CALL_TOLD);
	free_call(call);
}

void http_client_free(struct http_client *client)
{
	struct http_call *call;

	if (!client)
		return;
	for (size_t i = 0; i < N_CALL_LISTS; i++)
		while ((call = TAILQ_FIRST(&client->lists[i])))
			drop(call);
	while (client->n_idle > 0)
		curl_easy_cleanup(client->idle[--client->n_idle]);
	curl_multi_cleanup(client->multi); /* while the events are there */
	event_free(client->timer);
	event_free(client->teller);
	free(client->idle);
	free(client->user_agent);
	free(client->ca_file);
	free(client);
	curl_global_cleanup();
}

/* --- calls --- */

static const char *keep(struct arena *a, const char *text)
{
	return text ? arena_strdup(a, text) : NULL;
}

static void copy_request(struct http_call *call, const struct http_request *req)
{
	struct http_request *copy = &call->req;
	struct arena *a = call->arena;
	char *body = arena_alloc(a, req->body_size + 1);

	*copy = *req;
	copy->method = arena_strdup(a, req->method);
	copy->url = arena_strdup(a, req->url);
	copy->body = body;
	if (req->body_size > 0)
		memcpy(body, req->body, req->body_size);
	copy->aws_sigv4 = keep(a, req->aws_sigv4);
	copy->userpwd = keep(a, req->userpwd);
	for (size_t i = 0; i < req->n_headers; i++)
		copy->headers[i] =
		        (struct http_header){arena_strdup(a, req->headers[i].name),
		                             arena_strdup(a, req->headers[i].value)};
	if (!copy->timeout_ms)
		copy->timeout_ms = TIMEOUT_MS;
	if (!copy->connect_timeout_ms)
		copy->connect_timeout_ms = CONNECT_TIMEOUT_MS;
	if (!copy->max_response)
		copy->max_response = MAX_RESPONSE;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return true;
	return false;
}

/* What must not go out at all. */
static void check(struct http_call *call)
{
	const struct http_request *req = &call->req;

	if (!*call->host)
		fail(call, ERR_INVALID, "not an http or https URL to be asked");
	else if (!req->allow_http && strncasecmp(req->url, "https:", 6) != 0)
		fail(call, ERR_INVALID, "only https is allowed");
	else if (req->body_size > 0 && strcmp(req->method, "GET") == 0)
		fail(call, ERR_INVALID, "a GET has no body");
	/* A secret read from a file, say, with the end of its line. */
	for (size_t i = 0; i < req->n_headers && !call->failed; i++)
		if (has_control(req->headers[i].name) || has_control(req->headers[i].value))
			fail(call, ERR_INVALID,
			     "a header of the request holds a control character");
}

struct http_call *http_client_send(struct http_client *client,
                                   const struct http_request *req, http_done_fn *done,
                                   void *ctx)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	assert(req->n_headers <= HTTP_HEADERS_MAX && (!req->aws_sigv4 || req->userpwd));
	call->client = client;
	call->arena = arena_new(2048);
	call->done = done;
	call->ctx = ctx;
	copy_request(call, req);
	answer_init(&call->answer, call->arena, call->req.max_response);
	call->host = url_host(call->req.url, call->arena);
	check(call);
	call->state = call->failed ? CALL_ENDED : CALL_WAITING;
	TAILQ_INSERT_TAIL(&client->lists[call->state], call, link);
	if (call->failed)
		tell_later(client);
	else
		start_waiting(client);
	return call;
}

void http_call_cancel(struct http_call *call)
{
	struct http_client *client;

	if (!call || call->state == CALL_TOLD)
		return; /* done runs, and is the last that is heard of it */
	client = call->client;
	drop(call);
	start_waiting(client);
}
