/*
 * Many viewers of one stream, far cheaper than any server: one thread, epoll, and recv with MSG_TRUNC, which
 * lets the kernel throw the bytes away without copying them. It knows no protocol beyond the plain RTMP
 * handshake: what to send after it comes as a file, what is received is only counted.
 *
 *   viewers HOST PORT COUNT RATE none|rtmp REQUEST_FILE ADDRESSES woken|paused
 *
 * COUNT connections are opened at RATE per second from the source addresses 127.0.0.1 .. 127.0.0.ADDRESSES.
 * stdin: "measure SECONDS\n" starts a measurement; end of file ends the program.
 * stdout: one JSON object per line: {"event":"ready"...}, {"event":"end"} at the end of the interval,
 * {"event":"result"...} once every viewer has received something after it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { HANDSHAKE_BYTES = 1536, SCRATCH_BYTES = 1 << 20, EVENTS = 1024 };
/* A viewer counts as served once more than any refusal has arrived. */
enum { READY_BYTES = 4096 };
/* RTMP acknowledgement interval, the window most servers ask for. */
enum { ACK_BYTES = 2500000 };
/* Connections being opened at a time, below the usual listen backlog of 511. */
enum { MAX_OPENING = 256 };
/* How long the ramp may make no progress, and how long after the interval late arrivals are awaited. */
#define RAMP_PATIENCE 10.0
#define GRACE 2.0
/*
 * `woken` sleeps in epoll_wait and reads at once, as players do. `paused` looks at the sockets after a pause: a reader
 * that sleeps has to be woken by the writes of the server, an interrupt between the cores that counts as the server's
 * work and that viewers on a network do not cause.
 */
#define PAUSE_US 8000
/* The pause for a while after somebody received LARGE_BYTES at once: socket buffers must not fill meanwhile. */
#define SHORT_PAUSE_US 1000
#define LARGE_SECONDS 1.0
enum { LARGE_BYTES = 128 * 1024 };
/* How long the woken sleep at most: the ramp and the ends of the interval are looked at so often. */
enum { RAMP_WAIT_MS = 1, WAIT_MS = 5 };

enum state { CLOSED, OPENING, GREETING, RECEIVING };

struct viewer {
  int fd;
  uint8_t state, ready, has_a, has_b, joined;
  uint32_t greeting;      /* handshake bytes received */
  uint8_t *handshake;     /* S0, S1 and S2 while greeting */
  uint64_t bytes, acked;
  double last;            /* time of the newest arrival */
  double at_a, at_b;      /* bytes at both ends of the interval, interpolated between arrivals */
};

static struct viewer *viewers;
static int count, opened, opening, ready, failed, closed_early;
static int rtmp, epoll, paused;
static double large_until;
static char *request;
static long request_bytes;
static struct sockaddr_in server;
static double interval_a = -1, interval_b = -1;
static char scratch[SCRATCH_BYTES];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void watch(struct viewer *v, uint32_t events, int op) {
  struct epoll_event e = {.events = events, .data.ptr = v};
  if (epoll_ctl(epoll, op, v->fd, &e) < 0) perror("epoll_ctl");
}

static void drop(struct viewer *v) {
  if (v->state == OPENING) opening--;
  if (v->ready) closed_early++; else failed++;
  close(v->fd);
  free(v->handshake);
  v->handshake = NULL;
  v->state = CLOSED;
}

/* The first bytes on a fresh connection always fit the socket buffer. */
static int send_all(struct viewer *v, const void *bytes, long length) {
  return send(v->fd, bytes, length, MSG_NOSIGNAL) == length;
}

static void open_viewer(int index, int addresses) {
  struct viewer *v = &viewers[index];
  int one = 1;
  v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (v->fd < 0) {
    perror("socket");
    failed++;
    return;
  }
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(0x7f000001u + index % addresses);
  setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  v->state = OPENING;
  opening++;
  if (bind(v->fd, (struct sockaddr *)&from, sizeof from) < 0 ||
      (connect(v->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)) {
    drop(v);
    return;
  }
  watch(v, EPOLLOUT, EPOLL_CTL_ADD);
}

static void connected(struct viewer *v) {
  static uint8_t hello[1 + HANDSHAKE_BYTES] = {3};
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) {
    drop(v);
    return;
  }
  opening--;
  if (rtmp) {
    v->state = GREETING;
    v->handshake = malloc(1 + 2 * HANDSHAKE_BYTES);
    if (!send_all(v, hello, sizeof hello)) { drop(v); return; }
  } else {
    v->state = RECEIVING;
    if (!send_all(v, request, request_bytes)) { drop(v); return; }
  }
  watch(v, EPOLLIN, EPOLL_CTL_MOD);
}

static void greet(struct viewer *v) {
  ssize_t got = recv(v->fd, v->handshake + v->greeting, 1 + 2 * HANDSHAKE_BYTES - v->greeting, 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) drop(v);
    return;
  }
  uint32_t before = v->greeting;
  v->greeting += got;
  /* C2 answers S1 at once: some servers send S2 only after it. */
  if (before < 1 + HANDSHAKE_BYTES && v->greeting >= 1 + HANDSHAKE_BYTES) {
    if (!send_all(v, v->handshake + 1, HANDSHAKE_BYTES) || !send_all(v, request, request_bytes)) { drop(v); return; }
  }
  if (v->greeting == 1 + 2 * HANDSHAKE_BYTES) {
    free(v->handshake);
    v->handshake = NULL;
    v->state = RECEIVING;
  }
}

/* Bytes at time `at`, on the line between the arrival before it and the one after it: free of the write window. */
static double between(const struct viewer *v, double at, double t, uint64_t bytes) {
  double share = t > v->last ? (at - v->last) / (t - v->last) : 1;
  if (share < 0) share = 0;
  return v->bytes + (bytes - v->bytes) * share;
}

static void receive(struct viewer *v, double t) {
  ssize_t got = recv(v->fd, scratch, SCRATCH_BYTES, MSG_TRUNC);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) drop(v);
    return;
  }
  uint64_t bytes = v->bytes + got;
  if (got > LARGE_BYTES) large_until = t + LARGE_SECONDS;
  if (!v->ready && bytes > READY_BYTES) {
    v->ready = 1;
    ready++;
  }
  if (interval_a > 0) {
    if (!v->has_a && t >= interval_a) {
      v->at_a = between(v, interval_a, t, bytes);
      v->has_a = 1;
    }
    if (!v->has_b && t >= interval_b) {
      v->at_b = between(v, interval_b, t, bytes);
      v->has_b = 1;
    }
  }
  v->bytes = bytes;
  v->last = t;
  if (rtmp && bytes - v->acked >= ACK_BYTES) {
    uint8_t ack[16] = {2, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, bytes >> 24, bytes >> 16, bytes >> 8, bytes};
    v->acked = bytes;
    send_all(v, ack, sizeof ack);
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double cpu_seconds(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int all_passed(void) {
  for (int i = 0; i < count; i++)
    if (viewers[i].joined && viewers[i].state == RECEIVING && !viewers[i].has_b) return 0;
  return 1;
}

static void print_result(double cpu) {
  double *each = malloc(sizeof(double) * (count + 1)), total = 0;
  int n = 0, stalled = 0;
  for (int i = 0; i < count; i++) {
    struct viewer *v = &viewers[i];
    if (!v->joined) continue;
    double from = v->has_a ? v->at_a : v->bytes, to = v->has_b ? v->at_b : v->bytes;
    if (!v->has_b) stalled++;
    each[n++] = to - from;
    total += to - from;
  }
  qsort(each, n, sizeof *each, ascending);
  printf("{\"event\":\"result\",\"viewers\":%d,\"bytes\":%.0f,\"minBytes\":%.0f,\"p1Bytes\":%.0f,\"medianBytes\":%.0f,"
         "\"maxBytes\":%.0f,\"stalled\":%d,\"closed\":%d,\"failed\":%d,\"cpuSeconds\":%.3f}\n",
         n, total, n ? each[0] : 0, n ? each[n / 100] : 0, n ? each[n / 2] : 0, n ? each[n - 1] : 0, stalled,
         closed_early, failed, cpu);
  fflush(stdout);
  free(each);
}

int main(int argc, char **argv) {
  if (argc != 9) {
    fprintf(stderr, "usage: viewers HOST PORT COUNT RATE none|rtmp REQUEST_FILE ADDRESSES woken|paused\n");
    return 2;
  }
  count = atoi(argv[3]);
  double rate = atof(argv[4]);
  rtmp = strcmp(argv[5], "rtmp") == 0;
  int addresses = atoi(argv[7]);
  paused = strcmp(argv[8], "paused") == 0;
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  FILE *file = fopen(argv[6], "rb");
  if (!file) { perror(argv[6]); return 1; }
  request = malloc(65536);
  request_bytes = fread(request, 1, 65536, file);
  fclose(file);
  viewers = calloc(count + 1, sizeof *viewers);
  epoll = epoll_create1(0);
  struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &in);

  double start = now(), progress = start, cpu_a = 0, cpu_b = 0;
  int told_ready = 0, told_end = 0, seen = 0, rested = 1;
  for (;;) {
    double t = now();
    while (opened < count && opening < MAX_OPENING && opened < (t - start) * rate) open_viewer(opened++, addresses);
    if (ready + failed != seen) {
      seen = ready + failed;
      progress = t;
    }
    if (!told_ready && (ready + failed == count || t - progress > RAMP_PATIENCE)) {
      told_ready = 1;
      printf("{\"event\":\"ready\",\"ready\":%d,\"failed\":%d,\"seconds\":%.3f}\n", ready, failed, t - start);
      fflush(stdout);
    }
    if (interval_a > 0 && !told_end && t >= interval_b) {
      told_end = 1;
      cpu_b = cpu_seconds();
      printf("{\"event\":\"end\"}\n");
      fflush(stdout);
    }
    if (told_end == 1 && (t >= interval_b + GRACE || all_passed())) {
      told_end = 2;
      print_result(cpu_b - cpu_a);
    }
    if (paused && rested) usleep(opened < count || t < large_until ? SHORT_PAUSE_US : PAUSE_US);
    int n = epoll_wait(epoll, events, EVENTS, paused ? 0 : opened < count ? RAMP_WAIT_MS : WAIT_MS);
    rested = n < EVENTS;
    t = now();
    for (int i = 0; i < n; i++) {
      struct viewer *v = events[i].data.ptr;
      if (!v) {
        char line[128];
        ssize_t got = read(0, line, sizeof line - 1);
        if (got == 0) return 0;
        if (got < 0) continue;
        line[got] = 0;
        double seconds;
        if (sscanf(line, "measure %lf", &seconds) == 1) {
          interval_a = t;
          interval_b = t + seconds;
          told_end = 0;
          cpu_a = cpu_seconds();
          for (int k = 0; k < count; k++) {
            viewers[k].has_a = viewers[k].has_b = 0;
            viewers[k].joined = viewers[k].ready && viewers[k].state == RECEIVING;
          }
        }
      } else if (v->state == OPENING) connected(v);
      else if (v->state == GREETING) greet(v);
      else if (v->state == RECEIVING) receive(v, t);
    }
  }
}
