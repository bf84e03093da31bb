/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that a worker does for modules beside requests: tasks, timers, watched descriptors,
 * posts, metrics and the structured log. Each path below /services/ shows one of them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/metric.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <httpd/task.h>
#include <httpd/timer.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static httpd_module_handle* self;
static httpd_worker* worker; /* of this process */
static httpd_metric* ticks;  /* counter */
static httpd_metric* busy;   /* gauge */
static httpd_metric* sizes;  /* histogram */
static unsigned worker_ticks;
static int pipe_ends[2] = {-1, -1};

static int Is(httpd_str path, const char* name) {
  return path.len == strlen(name) && memcmp(path.data, name, path.len) == 0;
}

static void Say(httpd_request* request, const char* text) {
  httpd_str line = {text, strlen(text)};
  httpd_response_write(request, line);
}

static void Note(const char* text) {
  httpd_str line = {text, strlen(text)};
  httpd_log(self, HTTPD_LOG_INFO, line);
}

/* ---- tasks ---- */

typedef struct Job {
  httpd_token token;
  httpd_request* request; /* NULL: may have ended */
  int milliseconds;
  int ran;
} Job;

static Job* NewJob(httpd_request* request, int milliseconds) {
  Job* job = calloc(1, sizeof *job);
  job->request = request;
  job->milliseconds = milliseconds;
  job->token = httpd_request_suspend(request);
  return job;
}

static void RunJob(httpd_task* task, void* user) {
  Job* job = user;
  int i;
  job->ran = 1;
  for (i = 0; i < job->milliseconds && !httpd_task_is_cancelled(task); ++i) usleep(1000);
}

static void JobDone(httpd_task* task, httpd_result result, void* user) {
  Job* job = user;
  if (job->request == NULL) {
    Note(result == HTTPD_ERR_CANCELLED ? "task was cancelled" : "task is done");
    return;
  }
  Say(job->request, result == HTTPD_OK ? "done" : job->ran ? "cancelled" : "never ran");
  httpd_request_resume(job->token, HTTPD_OK);
}

static void Forget(void* user) {
  Job* job = user;
  job->request = NULL;
}

static httpd_task_options JobOptions(Job* job) {
  httpd_task_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.run = RunJob;
  options.done = JobDone;
  options.user = job;
  options.destroy = free;
  return options;
}

static httpd_result Offload(httpd_request* request, int milliseconds) {
  Job* job = NewJob(request, milliseconds);
  httpd_task_options options = JobOptions(job);
  httpd_request_on_cancel(request, Forget, job);
  if (httpd_request_offload(request, &options) == NULL) return 500;
  Note("task was handed over");
  return HTTPD_SUSPENDED;
}

static httpd_timer_options TimerOptions(uint64_t first, httpd_timer_fn fn, void* user) {
  httpd_timer_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.first_ms = first;
  options.fn = fn;
  options.user = user;
  return options;
}

static void CancelIt(httpd_timer* timer, void* user) { httpd_task_cancel(user); }

static httpd_result CancelRunning(httpd_request* request) {
  Job* job = NewJob(request, 600000);
  httpd_task_options options = JobOptions(job);
  httpd_task* task = httpd_request_offload(request, &options);
  httpd_timer_options timer = TimerOptions(200, CancelIt, task);
  return task == NULL || httpd_request_timer(request, &timer) == NULL ? 500 : HTTPD_SUSPENDED;
}

/* More than there are threads, so that the last one waits; it is cancelled before it starts. */
static httpd_result CancelWaiting(httpd_request* request) {
  httpd_task* task = NULL;
  int i;
  for (i = 0; i < 16; ++i) {
    Job* job = calloc(1, sizeof *job);
    httpd_task_options options;
    job->milliseconds = 30;
    if (i == 15) {
      job->token = httpd_request_suspend(request);
      job->request = request;
    }
    options = JobOptions(job);
    task = httpd_offload(worker, &options);
    if (task == NULL) return 500;
  }
  return httpd_task_cancel(task) == HTTPD_OK ? HTTPD_SUSPENDED : 500;
}

static httpd_result TooMany(httpd_request* request) {
  int i;
  for (i = 0; i < 2000; ++i) {
    Job* job = calloc(1, sizeof *job);
    httpd_task_options options;
    job->milliseconds = 2;
    options = JobOptions(job);
    options.done = NULL;
    if (httpd_offload(worker, &options) == NULL) break; /* destroy was called */
  }
  Say(request, i >= 1024 && i < 2000 ? "limit" : "no limit");
  return HTTPD_OK;
}

/* Does not look whether it was cancelled; the worker must end all the same. */
static void Block(httpd_task* task, void* user) { sleep(600); }

static httpd_result Blocking(httpd_request* request) {
  httpd_task_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.run = Block;
  if (httpd_offload(worker, &options) == NULL) return 500;
  Say(request, "blocked");
  return HTTPD_OK;
}

/* ---- timers ---- */

static void CountTick(httpd_timer* timer, void* user) { ++worker_ticks; }

static void GenerationTick(httpd_timer* timer, void* user) {
  httpd_metric_count(ticks, 1);
  Note("generation tick");
}

static void GenerationOnce(httpd_timer* timer, void* user) { Note("generation once"); }

static httpd_result Monitor(httpd_worker* w, void* user) {
  Note("monitor ran");
  return HTTPD_OK;
}

static void StopSelf(httpd_timer* timer, void* user) {
  httpd_token* token = user;
  httpd_request_resume(*token, httpd_timer_stop(timer) == HTTPD_OK ? HTTPD_OK : 500);
}

static void NeverCalled(httpd_timer* timer, void* user) { Note("timer of an ended request"); }

static httpd_result Timers(httpd_request* request) {
  httpd_token* token = httpd_pool_alloc(httpd_request_pool(request), sizeof *token);
  httpd_timer_options repeat = TimerOptions(5, StopSelf, token);
  httpd_timer_options later = TimerOptions(500, NeverCalled, NULL);
  *token = httpd_request_suspend(request);
  repeat.repeat_ms = 5;
  if (httpd_request_timer(request, &repeat) == NULL) return 500;
  if (httpd_request_timer(request, &later) == NULL) return 500;
  if (httpd_request_timer(request, &later) == NULL) return 500;
  Say(request, "stopped");
  return HTTPD_SUSPENDED;
}

/* ---- a pipe ---- */

static void Readable(httpd_watch* watch, int32_t fd, uint32_t events, void* user) {
  httpd_token token;
  if ((events & HTTPD_WATCH_READ) == 0) return;
  while (read(fd, &token, sizeof token) == (ssize_t)sizeof token) {
    httpd_request_resume(token, HTTPD_OK);
  }
}

static httpd_result ThroughPipe(httpd_request* request) {
  httpd_token token = httpd_request_suspend(request);
  Say(request, "through the pipe");
  return write(pipe_ends[1], &token, sizeof token) == (ssize_t)sizeof token ? HTTPD_SUSPENDED : 500;
}

typedef struct Broken {
  httpd_token token;
  httpd_request* request;
} Broken;

static void BrokenEvent(httpd_watch* watch, int32_t fd, uint32_t events, void* user) {
  Broken* broken = user;
  if ((events & HTTPD_WATCH_ERROR) == 0) return;
  Say(broken->request, "error was told");
  httpd_watch_stop(watch);
  close(fd);
  httpd_request_resume(broken->token, HTTPD_OK);
}

/* The writing end of a pipe that nobody reads any more. */
static httpd_result BrokenPipe(httpd_request* request) {
  Broken* broken = httpd_pool_alloc(httpd_request_pool(request), sizeof *broken);
  httpd_watch_options options;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return 500;
  close(ends[0]);
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.events = HTTPD_WATCH_WRITE;
  options.fd = ends[1];
  options.fn = BrokenEvent;
  options.user = broken;
  broken->request = request;
  broken->token = httpd_request_suspend(request);
  return httpd_watch_start(worker, &options) == NULL ? 500 : HTTPD_SUSPENDED;
}

/* ---- a thread of the module's own ---- */

typedef struct Letter {
  httpd_request* request;
  httpd_token token;
  int number;
} Letter;

static void Arrive(httpd_worker* w, void* user) {
  Letter* letter = user;
  char digit[2];
  digit[0] = (char)('0' + letter->number);
  digit[1] = 0;
  Say(letter->request, digit);
  if (letter->number == 9) httpd_request_resume(letter->token, HTTPD_OK);
}

static void* Thread(void* user) {
  Letter* first = user;
  int i;
  for (i = 0; i < 10; ++i) {
    Letter* letter = malloc(sizeof *letter);
    *letter = *first;
    letter->number = i;
    httpd_post(worker, Arrive, letter, free);
  }
  free(first);
  return NULL;
}

/* What only the loop's thread may do. */
static void* WrongThread(void* user) {
  Letter* letter = user;
  httpd_timer_options options = TimerOptions(1, CountTick, NULL);
  int refused = httpd_timer_start(worker, &options) == NULL;
  httpd_request_resume(letter->token, refused ? 410 : 500);
  free(letter);
  return NULL;
}

static httpd_result FromThread(httpd_request* request, void* (*fn)(void*)) {
  Letter* letter = calloc(1, sizeof *letter);
  pthread_t thread;
  letter->request = request;
  letter->token = httpd_request_suspend(request);
  if (pthread_create(&thread, NULL, fn, letter) != 0) return 500;
  pthread_detach(thread);
  return HTTPD_SUSPENDED;
}

/* ---- metrics and log ---- */

static httpd_result ShowMetrics(httpd_request* request) {
  httpd_generation* generation = httpd_worker_generation(worker);
  const httpd_metric* metric;
  char text[256];
  uint32_t i;
  httpd_metric_count(busy, 1);
  httpd_metric_observe(sizes, 7);
  httpd_metric_observe(sizes, 70);
  for (i = 0; (metric = httpd_metric_at(generation, i)) != NULL; ++i) {
    httpd_str name = httpd_metric_name(metric);
    httpd_str label = {"", 0};
    httpd_str value = {"", 0};
    uint64_t bound, count;
    uint32_t b;
    httpd_metric_label(metric, 0, &label, &value);
    snprintf(text, sizeof text, "%.*s{%.*s} %" PRId64 "\n", (int)name.len, name.data,
             (int)value.len, value.data, httpd_metric_value(metric));
    Say(request, text);
    for (b = 0; httpd_metric_bucket(metric, b, &bound, &count) == HTTPD_OK; ++b) {
      snprintf(text, sizeof text, "bucket %d: %" PRIu64 " sum %" PRIu64 "\n",
               bound == UINT64_MAX ? -1 : (int)bound, count, httpd_metric_sum(metric));
      Say(request, text);
    }
  }
  return HTTPD_OK;
}

static httpd_result LogEvent(httpd_request* request) {
  httpd_field fields[2];
  char text[64];
  httpd_result result;
  fields[0].name = HTTPD_STR("key");
  fields[0].value = HTTPD_STR("a \"b\"\n\xff");
  fields[1].name = HTTPD_STR("size");
  fields[1].value = HTTPD_STR("12");
  result = httpd_log_event(self, request, HTTPD_LOG_DEBUG, HTTPD_STR("SVC-01"),
                           HTTPD_STR("an event"), fields, 2);
  httpd_log_event(self, NULL, HTTPD_LOG_DEBUG, HTTPD_STR("SVC-02"), HTTPD_STR("without request"),
                  NULL, 0);
  httpd_log_request(request, self, HTTPD_LOG_DEBUG, HTTPD_STR("a line about a request"));
  snprintf(text, sizeof text, "%d %d %d", result, httpd_log_enabled(self, request, HTTPD_LOG_DEBUG),
           httpd_log_enabled(self, NULL, HTTPD_LOG_DEBUG));
  Say(request, text);
  return HTTPD_OK;
}

/* ---- waiting, and tokens of others ---- */

static httpd_result Wait(httpd_request* request) {
  char text[64];
  snprintf(text, sizeof text, "token %" PRIu64 ".", httpd_request_suspend(request));
  Note(text);
  Say(request, "resumed");
  return HTTPD_SUSPENDED;
}

static httpd_result Resume(httpd_request* request) {
  httpd_str query = httpd_request_query(request);
  char text[64];
  snprintf(text, sizeof text, "%.*s", (int)query.len, query.data);
  snprintf(text, sizeof text, "%d", httpd_request_resume(strtoull(text, NULL, 10), HTTPD_OK));
  Say(request, text);
  return HTTPD_OK;
}

static httpd_result ResumeTwice(httpd_request* request) {
  httpd_token token = httpd_request_suspend(request);
  char text[64];
  httpd_result once = httpd_request_resume(token, HTTPD_OK);
  snprintf(text, sizeof text, "%d %d", once, httpd_request_resume(token, HTTPD_OK));
  Say(request, text);
  return HTTPD_SUSPENDED;
}

static void ResumeLate(void* user) {
  httpd_token* token = user;
  char text[64];
  snprintf(text, sizeof text, "resume after cancel %d", httpd_request_resume(*token, HTTPD_OK));
  Note(text);
}

static httpd_result CancelThenResume(httpd_request* request) {
  httpd_token* token = httpd_pool_alloc(httpd_request_pool(request), sizeof *token);
  *token = httpd_request_suspend(request);
  Note("waits for its client to leave");
  return httpd_request_on_cancel(request, ResumeLate, token) == HTTPD_OK ? HTTPD_SUSPENDED : 500;
}

/* ---- misuse ---- */

static httpd_task* dead_task;

static void NoMessage(httpd_worker* w, httpd_str message, uint32_t flags, void* user) {}
static void Nothing(httpd_task* task, void* user) {}

static void TaskIsDead(httpd_task* task, httpd_result result, void* user) {
  httpd_token* token = user;
  dead_task = task;
  httpd_request_resume(*token, HTTPD_OK);
}

static httpd_result DeadTask(httpd_request* request) {
  httpd_token* token = httpd_pool_alloc(httpd_request_pool(request), sizeof *token);
  httpd_task_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.run = Nothing;
  options.done = TaskIsDead;
  options.user = token;
  *token = httpd_request_suspend(request);
  return httpd_request_offload(request, &options) == NULL ? 500 : HTTPD_SUSPENDED;
}

static httpd_result Misuse(httpd_request* request) {
  static char large[16385];
  httpd_timer_options timer = TimerOptions(1000, CountTick, NULL);
  httpd_timer* dead = httpd_timer_start(worker, &timer);
  httpd_watch_options watch;
  httpd_metric_options metric;
  httpd_metric* late;
  httpd_str big = {large, sizeof large};
  char text[512];
  int file = open("/proc/self/exe", O_RDONLY);
  int flags, no_fn, regular;
  memset(&watch, 0, sizeof watch);
  watch.size = sizeof watch;
  watch.fn = Readable;
  watch.fd = file;
  watch.events = HTTPD_WATCH_READ;
  memset(&metric, 0, sizeof metric);
  metric.size = sizeof metric;
  metric.kind = HTTPD_METRIC_GAUGE;
  metric.name = "late";
  httpd_timer_stop(dead);
  timer.flags = 2;
  flags = httpd_timer_start(worker, &timer) == NULL;
  timer.flags = HTTPD_TIMER_GENERATION;
  timer.name = HTTPD_STR("of a request");
  flags += httpd_request_timer(request, &timer) == NULL;
  timer.fn = NULL;
  no_fn = httpd_timer_start(worker, &timer) == NULL;
  regular = httpd_watch_start(worker, &watch) == NULL;
  close(file);
  snprintf(text, sizeof text,
           "timer twice %d, timer NULL %d, flags %d, fn %d, file %d, task NULL %d, dead task %d, "
           "post NULL %d, long %d, late subscription %d, late metric %d, counter %d, set %d, "
           "observe %d, no token %d",
           httpd_timer_stop(dead), httpd_timer_stop(NULL), flags, no_fn, regular,
           httpd_task_cancel(NULL), httpd_task_cancel(dead_task),
           httpd_post(NULL, NULL, NULL, NULL), httpd_broadcast(worker, HTTPD_STR("services"), big),
           httpd_broadcast_subscribe(worker, self, HTTPD_STR("late"), NoMessage, NULL, NULL),
           httpd_metric_add(self, &metric, &late), httpd_metric_count(ticks, -1),
           httpd_metric_set(ticks, 1), httpd_metric_observe(ticks, 1),
           httpd_request_resume(0, HTTPD_OK));
  Say(request, text);
  return HTTPD_OK;
}

/* ---- the module ---- */

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  char text[64];
  if (path.len < 10 || memcmp(path.data, "/services/", 10) != 0) return HTTPD_DECLINED;
  path.data += 10;
  path.len -= 10;
  if (Is(path, "offload")) return Offload(request, 10);
  if (Is(path, "leave")) return Offload(request, 600000);
  if (Is(path, "cancel")) return CancelRunning(request);
  if (Is(path, "cancel-waiting")) return CancelWaiting(request);
  if (Is(path, "too-many")) return TooMany(request);
  if (Is(path, "blocking")) return Blocking(request);
  if (Is(path, "timers")) return Timers(request);
  if (Is(path, "pipe")) return ThroughPipe(request);
  if (Is(path, "broken-pipe")) return BrokenPipe(request);
  if (Is(path, "thread")) return FromThread(request, Thread);
  if (Is(path, "wrong-thread")) return FromThread(request, WrongThread);
  if (Is(path, "metrics")) return ShowMetrics(request);
  if (Is(path, "log")) return LogEvent(request);
  if (Is(path, "wait")) return Wait(request);
  if (Is(path, "resume")) return Resume(request);
  if (Is(path, "misuse")) return Misuse(request);
  if (Is(path, "dead-task")) return DeadTask(request);
  if (Is(path, "resume-twice")) return ResumeTwice(request);
  if (Is(path, "cancel-then-resume")) return CancelThenResume(request);
  snprintf(text, sizeof text, "%u", worker_ticks);
  Say(request, text);
  return HTTPD_OK;
}

static httpd_result Start(httpd_worker* w, void* user) {
  httpd_timer_options own = TimerOptions(5, CountTick, NULL);
  httpd_timer_options shared = TimerOptions(50, GenerationTick, NULL);
  httpd_timer_options once = TimerOptions(50, GenerationOnce, NULL);
  httpd_watch_options watch;
  worker = w;
  own.repeat_ms = 5;
  shared.repeat_ms = 50;
  shared.flags = once.flags = HTTPD_TIMER_GENERATION;
  shared.name = HTTPD_STR("tick");
  once.name = HTTPD_STR("once");
  if (httpd_timer_start(w, &own) == NULL || httpd_timer_start(w, &shared) == NULL ||
      httpd_timer_start(w, &once) == NULL || pipe2(pipe_ends, O_NONBLOCK | O_CLOEXEC) != 0) {
    return HTTPD_ERR_IO;
  }
  memset(&watch, 0, sizeof watch);
  watch.size = sizeof watch;
  watch.events = HTTPD_WATCH_READ;
  watch.fd = pipe_ends[0];
  watch.fn = Readable;
  return httpd_watch_start(w, &watch) == NULL ? HTTPD_ERR_IO : HTTPD_OK;
}

static httpd_result Drain(httpd_worker* w, void* user) {
  Note("takes no more connections");
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* module, void* user) {
  static const uint64_t kBounds[] = {10, 100};
  httpd_field label;
  httpd_metric_options options;
  self = module;
  label.name = HTTPD_STR("kind");
  label.value = HTTPD_STR("shared");
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.kind = HTTPD_METRIC_COUNTER;
  options.name = "ticks_total";
  options.help = "Firings of the generation's timer";
  options.labels = &label;
  options.label_count = 1;
  if (httpd_metric_add(module, &options, &ticks) != HTTPD_OK) return HTTPD_ERR_INVALID;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.kind = HTTPD_METRIC_GAUGE;
  options.name = "busy";
  if (httpd_metric_add(module, &options, &busy) != HTTPD_OK) return HTTPD_ERR_INVALID;
  options.kind = HTTPD_METRIC_HISTOGRAM;
  options.name = "sizes";
  options.buckets = kBounds;
  options.bucket_count = 2;
  if (httpd_metric_add(module, &options, &sizes) != HTTPD_OK) return HTTPD_ERR_INVALID;
  httpd_hook_worker(module, HTTPD_HOOK_WORKER_START, Start, NULL);
  httpd_hook_worker(module, HTTPD_HOOK_DRAIN, Drain, NULL);
  httpd_hook_worker(module, HTTPD_HOOK_MONITOR, Monitor, NULL);
  return httpd_hook_request(module, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(services, "version=1.0.0\0description=Uses the services of a worker\0",
             .register_module = Register);
