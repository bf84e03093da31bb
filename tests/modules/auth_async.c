/* SPDX-License-Identifier: Apache-2.0
 *
 * A scheme and two sources of passwords that answer later. Basic (RFC 7617) is read here; "desk"
 * looks the user up in a thread of its own, "attic" on the spot. Users of desk:
 *   alice/wonder    known here
 *   gate/open       as alice, but the thread waits until the file that AuthAsyncGate names is gone
 *   broken/x        the source itself fails
 * attic knows bob/builder. Everything that happens is written to the file of AuthAsyncMarks. */
#define _POSIX_C_SOURCE 200809L

#include <httpd/auth.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct Job {
  struct Job* next;
  httpd_token token;
  httpd_result answer;
  int waits; /* for the gate */
} Job;

static const char* gate = "";
static const char* marks = "";
static const httpd_str kSources[] = {{"desk", 4}, {"attic", 5}};

static pthread_t thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static Job* jobs;
static int stop;

static void Mark(const char* what) {
  FILE* file = fopen(marks, "a");
  if (file == NULL) return;
  fprintf(file, "%s\n", what);
  fclose(file);
}

static int Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* ---- the thread ---- */

static int GateIsShut(void) {
  struct stat facts;
  return stat(gate, &facts) == 0;
}

static void* Work(void* unused) {
  const struct timespec pause = {0, 2000000};
  for (;;) {
    Job* job;
    httpd_result told;
    pthread_mutex_lock(&mutex);
    while (jobs == NULL && !stop) pthread_cond_wait(&changed, &mutex);
    job = jobs;
    if (job != NULL) jobs = job->next;
    pthread_mutex_unlock(&mutex);
    if (job == NULL) return NULL;
    while (job->waits && GateIsShut()) nanosleep(&pause, NULL);
    told = httpd_request_resume(job->token, job->answer);
    if (job->waits) Mark(told == HTTPD_OK ? "resumed" : "resume was stale");
    free(job);
  }
}

static httpd_result StartThread(httpd_worker* worker, void* user) {
  return pthread_create(&thread, NULL, Work, NULL) == 0 ? HTTPD_OK : HTTPD_ERR_IO;
}

static httpd_result StopThread(httpd_worker* worker, void* user) {
  pthread_mutex_lock(&mutex);
  stop = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
  return HTTPD_OK;
}

/* ---- sources ---- */

static void Cancelled(void* user) { Mark("cancelled"); }

static httpd_result AskDesk(httpd_request* request, httpd_str name, httpd_str password,
                            void* user) {
  Job* job = calloc(1, sizeof *job);
  if (job == NULL) return 500;
  job->answer = HTTPD_DECLINED;
  job->waits = Is(name, "gate");
  if (Is(name, "alice")) job->answer = Is(password, "wonder") ? HTTPD_OK : 401;
  if (Is(name, "gate")) job->answer = Is(password, "open") ? HTTPD_OK : 401;
  if (Is(name, "broken")) job->answer = HTTPD_ERR_IO;
  job->token = httpd_request_suspend(request);
  httpd_request_on_cancel(request, Cancelled, NULL);
  if (job->waits) Mark("asked");
  pthread_mutex_lock(&mutex);
  job->next = jobs;
  jobs = job;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  return HTTPD_SUSPENDED;
}

static httpd_result AskAttic(httpd_request* request, httpd_str name, httpd_str password,
                             void* user) {
  if (!Is(name, "bob")) return HTTPD_DECLINED;
  return Is(password, "builder") ? HTTPD_OK : 401;
}

/* ---- the scheme ---- */

static int Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* -1: not base64, or longer than `room`. */
static int Decode(httpd_str text, char* out, int room) {
  unsigned bits = 0;
  int have = 0, size = 0;
  size_t i;
  for (i = 0; i < text.len && text.data[i] != '='; ++i) {
    const int value = Value(text.data[i]);
    if (value < 0) return -1;
    bits = (bits << 6 | (unsigned)value) & 0xffffff;
    if ((have += 6) < 8) continue;
    have -= 8;
    if (size == room) return -1;
    out[size++] = (char)(bits >> have & 0xff);
  }
  return size;
}

static httpd_result Authenticate(httpd_request* request, void* user) {
  httpd_str field = httpd_request_header(request, HTTPD_STR("Authorization")), name, password;
  char text[256];
  char challenge[300];
  const char* colon;
  const httpd_str realm = httpd_request_auth_name(request);
  int size;
  if (!Is(httpd_request_auth_type(request), "Basic")) return HTTPD_DECLINED;
  if (!httpd_request_needs_user(request)) return 500;
  snprintf(challenge, sizeof challenge, "Basic realm=\"%.*s\"", (int)realm.len, realm.data);
  httpd_request_set_challenge(request, (httpd_str){challenge, strlen(challenge)});
  httpd_request_set_challenge(request, HTTPD_STR("Toy round=\"2\""));
  if (field.len < 6 || memcmp(field.data, "Basic ", 6) != 0) return 401;
  size = Decode((httpd_str){field.data + 6, field.len - 6}, text, (int)sizeof text);
  colon = size < 0 ? NULL : memchr(text, ':', (size_t)size);
  if (colon == NULL) return 400;
  name = (httpd_str){text, (size_t)(colon - text)};
  password = (httpd_str){colon + 1, (size_t)(text + size - colon - 1)};
  return httpd_authn_check(request, kSources, 2, name, password);
}

/* Says who it is, for /who/… */
static httpd_result Handle(httpd_request* request, void* user) {
  const httpd_str path = httpd_request_path(request);
  if (path.len < 4 || memcmp(path.data, "/who", 4) != 0) return HTTPD_DECLINED;
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  httpd_response_write(request, HTTPD_STR("user="));
  httpd_response_write(request, httpd_request_user(request));
  return HTTPD_OK;
}

/* ---- configuration ---- */

static httpd_result Gate(httpd_directive_call* call, void* config, void* user) {
  gate = httpd_call_arg(call, 0).data;
  return HTTPD_OK;
}

static httpd_result Marks(httpd_directive_call* call, void* config, void* user) {
  marks = httpd_call_arg(call, 0).data;
  return HTTPD_OK;
}

static const httpd_directive kDirectives[] = {
    {sizeof(httpd_directive), HTTPD_IN_GLOBAL, "AuthAsyncGate", 0, 1, 1, Gate, NULL,
     "AuthAsyncGate file"},
    {sizeof(httpd_directive), HTTPD_IN_GLOBAL, "AuthAsyncMarks", 0, 1, 1, Marks, NULL,
     "AuthAsyncMarks file"},
    {0},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  const httpd_authn_provider desk = {sizeof desk, 0, "desk", AskDesk, NULL, NULL};
  const httpd_authn_provider attic = {sizeof attic, 0, "attic", AskAttic, NULL, NULL};
  if (httpd_authn_add(self, &desk) != HTTPD_OK || httpd_authn_add(self, &attic) != HTTPD_OK) {
    return HTTPD_ERR_EXISTS;
  }
  if (httpd_authn_exists(self, HTTPD_STR("Desk")) != 1) return HTTPD_ERR_INVALID;
  if (httpd_authn_exists(self, HTTPD_STR("cellar")) != 0) return HTTPD_ERR_INVALID;
  httpd_hook_worker(self, HTTPD_HOOK_WORKER_START, StartThread, NULL);
  httpd_hook_worker(self, HTTPD_HOOK_WORKER_STOP, StopThread, NULL);
  httpd_hook_request(self, HTTPD_HOOK_AUTHENTICATE, Authenticate, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(auth_async,
             "version=1.0.0\0description=Passwords that are looked up by a thread\0"
             "directive=AuthAsyncGate AuthAsyncMarks\0",
             .directives = kDirectives, .register_module = Register);
