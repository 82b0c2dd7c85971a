/* The least a vfio-user server can do in C: cuts the stream into messages, answers what wants an answer, keeps nothing.
   It busy-polls one connection, ready for file descriptors as the protocol wants it, which it closes. What it reaches is
   what client and kernel allow; bench/socket runs it beside Adit.
   usage: bare SOCKET */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { VERSION = 1, DEVICE_GET_INFO = 4, REGION_GET_INFO = 5, REGION_READ = 9, NO_REPLY = 0x10, REPLY = 1 };

struct header { uint16_t id, command; uint32_t size, flags, error; };
struct access { uint64_t offset; uint32_t region, count; };

static char in[1 << 20];

/* Puts the answer to a message behind its header; returns its length. */
static uint32_t answer(const char *message, uint16_t command, char *out)
{
    static const uint32_t info[4] = { 16, 3, 9, 5 }, region[8] = { 32, 3, 0, 0, 4096 };
    struct access access;
    switch (command) {
    case VERSION: memcpy(out, "\0\0\0\0{}", 7); return 7;
    case DEVICE_GET_INFO: memcpy(out, info, sizeof info); return sizeof info;
    case REGION_GET_INFO: memcpy(out, region, sizeof region); return sizeof region;
    default: break;
    }
    memcpy(&access, message + sizeof(struct header), sizeof access);
    memcpy(out, &access, sizeof access);
    if (command != REGION_READ || access.count > 4096) return sizeof access;
    memset(out + sizeof access, 0, access.count);
    return sizeof access + access.count;
}

/* Handles one message; returns its length, or 0 if it is not all there. */
static size_t handle(int fd, const char *message, size_t have)
{
    struct header h;
    char out[8192];
    if (have < sizeof h) return 0;
    memcpy(&h, message, sizeof h);
    if (h.size < sizeof h || h.size > sizeof in) return have; /* nonsense: drop all of it */
    if (have < h.size) return 0;
    if (!(h.flags & NO_REPLY) && h.size >= sizeof h + sizeof(struct access)) {
        struct header reply = { h.id, h.command, 0, REPLY, 0 };
        reply.size = sizeof reply + answer(message, h.command, out + sizeof reply);
        memcpy(out, &reply, sizeof reply);
        if (send(fd, out, reply.size, MSG_NOSIGNAL) < 0) return have;
    }
    return h.size;
}

static void close_fds(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        for (size_t at = CMSG_LEN(0); c->cmsg_type == SCM_RIGHTS && at < c->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, (char *)c + at, sizeof fd);
            close(fd);
        }
    }
}

static ssize_t receive(int fd, size_t have)
{
    static union { char bytes[CMSG_SPACE(253 * sizeof(int))]; struct cmsghdr align; } control;
    struct iovec rest = { in + have, sizeof in - have };
    struct msghdr message = { .msg_iov = &rest, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got >= 0) close_fds(&message);
    return got;
}

static void serve(int fd)
{
    size_t have = 0;
    for (;;) {
        ssize_t got = receive(fd, have);
        size_t at = 0, size;
        if (got == 0) return;
        if (got < 0) continue;
        have += (size_t)got;
        while ((size = handle(fd, in + at, have - at)) > 0) at += size;
        memmove(in, in + at, have - at);
        have -= at;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd;
    if (argc != 2 || strlen(argv[1]) >= sizeof name.sun_path) return 2;
    strcpy(name.sun_path, argv[1]);
    if (bind(listener, (struct sockaddr *)&name, sizeof name) || listen(listener, 4)) { perror(argv[1]); return 1; }
    while ((fd = accept(listener, NULL, NULL)) >= 0) { serve(fd); close(fd); }
    return 0;
}
