/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs in the guest: executes MOVDIR64B in the forms that compilers and people write, and checks what
 * arrived. Passes on a processor that has the instruction as it does with the plugin. Speaks KTAP.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest_test.h"

enum { ROUNDS = 2000 };

static int number, failures;
static sigjmp_buf fault;
static uint8_t pattern[BLOCK] __attribute__((aligned(2)));
static uint8_t target[BLOCK] __attribute__((aligned(BLOCK)));
static uint8_t nearby[BLOCK];

void check(bool good, const char *what)
{
    failures += !good;
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, what);
}

static void clear(void)
{
    memset(target, 0xee, sizeof target);
    for (int i = 0; i < BLOCK; i++) {
        pattern[i] = (uint8_t)(i * 7 + number);
    }
    memcpy(nearby, pattern, BLOCK);
}

static bool arrived(const void *at) { return memcmp(at, pattern, BLOCK) == 0; }

static void check_addressing(void)
{
    void *to = target;
    uint64_t from = (uint64_t)pattern;

    clear();
    asm volatile("movdir64b (%1), %0" : : "a"(to), "c"(from) : "memory");
    check(arrived(target), "a register");
    register void *r13 asm("r13") = to;
    register uint64_t r12 asm("r12") = from;
    clear();
    asm volatile("movdir64b (%1), %0" : : "r"(r13), "r"(r12) : "memory");
    check(arrived(target), "registers of REX");
    clear();
    asm volatile("movdir64b -8(%1), %0" : : "r"(to), "r"(from + 8) : "memory");
    check(arrived(target), "a byte of displacement");
    clear();
    asm volatile("movdir64b 0x12345(%1), %0" : : "r"(to), "r"(from - 0x12345) : "memory");
    check(arrived(target), "four bytes of displacement");
    clear();
    asm volatile("movdir64b 16(%1,%2,8), %0" : : "r"(to), "r"(from - 96), "r"((uint64_t)10) : "memory");
    check(arrived(target), "a scaled index");
    clear();
    asm volatile("movdir64b (,%1,2), %0" : : "r"(to), "r"(from / 2) : "memory");
    check(arrived(target), "an index without a base");
    clear();
    asm volatile("movdir64b %1, %0" : : "r"(to), "m"(nearby) : "memory");
    check(arrived(target), "the program's own data");
}

static void check_segments(void)
{
    uint64_t fs = 0, gs = 0x1000;
    syscall(SYS_arch_prctl, ARCH_GET_FS, &fs);
    syscall(SYS_arch_prctl, ARCH_SET_GS, gs);
    clear();
    asm volatile("movdir64b %%fs:(%1), %0" : : "r"(target), "r"((uint64_t)pattern - fs) : "memory");
    check(arrived(target), "relative to FS");
    clear();
    asm volatile("movdir64b %%gs:(%1), %0" : : "r"(target), "r"((uint64_t)pattern - gs) : "memory");
    check(arrived(target), "relative to GS");
}

static void check_short_addresses(void)
{
    uint8_t *low = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) {
        check(false, "32-bit addresses: no memory");
        return;
    }
    clear();
    memcpy(low + 128, pattern, BLOCK);
    memset(low, 0xee, BLOCK);
    uint64_t high = UINT64_C(0xdead) << 32;
    asm volatile("movdir64b (%k1), %k0" : : "r"((uint64_t)low | high), "r"((uint64_t)(low + 128) | high) : "memory");
    check(arrived(low), "32-bit addresses");
    munmap(low, PAGE);
}

static void check_page_crossing(void)
{
    uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool good = pages != MAP_FAILED;
    for (int before = 1; good && before < BLOCK; before++) {
        clear();
        memcpy(pages + PAGE - before, pattern, BLOCK);
        asm volatile("movdir64b (%1), %0" : : "r"(target), "r"(pages + PAGE - before) : "memory");
        good = arrived(target);
    }
    check(good, "a source across two pages");
    munmap(pages, 2 * PAGE);
}

static void on_fault(int signal)
{
    (void)signal;
    siglongjmp(fault, 1);
}

/* A signal, not a wrong result; which one differs between the plugin and a processor. */
static void check_refused(const char *what, void *to, const void *from)
{
    clear();
    if (sigsetjmp(fault, 1) == 0) {
        asm volatile("movdir64b (%1), %0" : : "r"(to), "r"(from) : "memory");
        check(false, what);
    } else {
        check(target[0] == 0xee && target[BLOCK - 1] == 0xee, what);
    }
}

static pthread_barrier_t barrier;
static volatile uint8_t shared[BLOCK] __attribute__((aligned(BLOCK)));

static void *write_own(void *value)
{
    uint8_t block[BLOCK];
    memset(block, (int)(intptr_t)value, BLOCK);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&barrier);
        asm volatile("movdir64b (%1), %0" : : "r"(shared), "r"(block) : "memory");
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void check_undivided(void)
{
    pthread_t first, second;
    bool good = true;
    memset((void *)shared, 1, BLOCK);
    pthread_barrier_init(&barrier, NULL, 3);
    pthread_create(&first, NULL, write_own, (void *)1);
    pthread_create(&second, NULL, write_own, (void *)2);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        for (int j = 1; j < BLOCK; j++) {
            good = good && shared[j] == shared[0];
        }
    }
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    check(good, "two threads' blocks never mix");
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_fault};
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    printf("KTAP version 1\n");
    check_addressing();
    check_segments();
    check_short_addresses();
    check_page_crossing();
    check_refused("a misaligned destination is refused", target + 8, pattern);
    check_refused("an unmapped source is refused", target, (void *)16);
    check_refused("an unmapped destination is refused", (void *)64, pattern);
    check_undivided();
    check_state();
    printf("1..%d\n# %d passed, %d failed\n", number, number - failures, failures);
    return failures != 0;
}
