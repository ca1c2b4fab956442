/* What a sick machine answers the program: preloaded into it, told what to do by a file that the
 * test and it have mapped. Only files below a folder called `store` are sick. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* The same as `Orders` of shim.rs. */
struct orders {
    int64_t wall_seconds; /* added to the clock that can be set */
    int32_t sync_errno;   /* what a sync answers; 0 for what it is */
    int32_t sync_millis;  /* how long it takes longer; below 0, that nothing is synced */
    int32_t write_errno;
    int32_t read_errno;
    int32_t syncs; /* how many there were */
};

static struct orders well;

static struct orders *orders(void) {
    static struct orders *mapped;
    struct orders *now = __atomic_load_n(&mapped, __ATOMIC_ACQUIRE);
    if (now)
        return now;
    const char *path = getenv("ROUNDS_SHIM");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = file < 0 ? MAP_FAILED
                        : mmap(NULL, sizeof well, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
    now = at == MAP_FAILED ? &well : at;
    __atomic_store_n(&mapped, now, __ATOMIC_RELEASE);
    return now;
}

static int in_store(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, "/store") != NULL;
}

static int synced(const char *name, int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    struct orders *it = orders();
    if (!in_store(file))
        return real(file);
    __atomic_add_fetch(&it->syncs, 1, __ATOMIC_SEQ_CST);
    if (it->sync_errno) {
        errno = it->sync_errno;
        return -1;
    }
    if (it->sync_millis < 0)
        return 0;
    if (it->sync_millis > 0)
        usleep((useconds_t)it->sync_millis * 1000);
    return real(file);
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    int wrong = orders()->write_errno;
    if (wrong && in_store(file)) {
        errno = wrong;
        return -1;
    }
    return real(file, bytes, count, at);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t at) {
    ssize_t (*real)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    int wrong = orders()->read_errno;
    if (wrong && in_store(file)) {
        errno = wrong;
        return -1;
    }
    return real(file, bytes, count, at);
}

ssize_t read(int file, void *bytes, size_t count) {
    ssize_t (*real)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
    int wrong = orders()->read_errno;
    if (wrong && in_store(file)) {
        errno = wrong;
        return -1;
    }
    return real(file, bytes, count);
}

ssize_t sendfile64(int to, int file, off64_t *at, size_t count) {
    ssize_t (*real)(int, int, off64_t *, size_t) = dlsym(RTLD_NEXT, "sendfile64");
    int wrong = orders()->read_errno;
    if (wrong && in_store(file)) {
        errno = wrong;
        return -1;
    }
    return real(to, file, at, count);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = dlsym(RTLD_NEXT, "clock_gettime");
    int answer = real(clock, time);
    if (answer == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += orders()->wall_seconds;
    return answer;
}
