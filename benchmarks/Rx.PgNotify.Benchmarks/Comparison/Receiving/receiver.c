/* The floor: notifications received with libpq, a select loop and nothing else. Speaks what ReceiveProgram.cs says. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

static PGconn *connection;
static char prefix[64];
static int channels;

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long cpu(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
}

static void fail(const char *what)
{
    fprintf(stderr, "libpq receiver: %s: %s", what, connection ? PQerrorMessage(connection) : "no connection\n");
    exit(1);
}

/* All channels in one round trip, as the library does it. The connection comes from the environment. */
static void listen_to_all(void)
{
    char *sql = malloc(200 + (size_t)channels * (sizeof prefix + 16));
    char *end = sql;
    PGresult *result;

    connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK)
        fail("connect");
    end += sprintf(end, "DO $$DECLARE channel text; BEGIN FOREACH channel IN ARRAY ARRAY[");
    for (int i = 0; i < channels; i++)
        end += sprintf(end, "%s'%s%d'", i ? "," : "", prefix, i);
    sprintf(end, "]::text[] LOOP EXECUTE format('LISTEN %%I', channel); END LOOP; END$$");
    result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail("listen");
    PQclear(result);
    free(sql);
}

/* Returns 0 when the connection is lost. */
static int wait_for_input(void)
{
    fd_set sockets;
    int socket = PQsocket(connection);

    if (socket < 0)
        return 0;
    FD_ZERO(&sockets);
    FD_SET(socket, &sockets);
    if (select(socket + 1, &sockets, NULL, NULL, NULL) < 0)
        fail("select");
    return PQconsumeInput(connection);
}

static void receive(long expected, int keep_times)
{
    long long *times = keep_times ? malloc((size_t)expected * sizeof *times) : NULL;
    long long cpu_before = cpu(), last;
    long received = 0;
    PGnotify *notification;

    puts("ready");
    while (received < expected) {
        if (!wait_for_input())
            fail("receive");
        while ((notification = PQnotifies(connection))) {
            if (times && received < expected)
                times[received] = now();
            received++;
            PQfreemem(notification);
        }
    }

    last = now();
    printf("done %lld %lld 0", last, cpu() - cpu_before);
    for (long i = 0; times && i < expected; i++)
        printf(" %lld", times[i]);
    puts("");
    free(times);
}

int main(void)
{
    char line[256];
    long expected;
    int subscribers, keep_times;

    setvbuf(stdout, NULL, _IOLBF, 1 << 16);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "listen %63s %d %d", prefix, &channels, &subscribers) == 3) {
            listen_to_all();
            printf("listening %lld\n", now());
        } else if (sscanf(line, "expect %ld %d", &expected, &keep_times) == 2) {
            receive(expected * channels, keep_times);
        } else if (!strncmp(line, "lose", 4)) {
            puts("ready");
            while (wait_for_input())
                ;
            PQfinish(connection);
            listen_to_all();
            printf("listening %lld\n", now());
        } else if (!strncmp(line, "usage", 5)) {
            printf("usage %lld 0\n", cpu());
        } else if (!strncmp(line, "close", 5)) {
            PQfinish(connection);
            connection = NULL;
            puts("closed");
        }
    }
    return 0;
}
