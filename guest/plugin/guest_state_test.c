/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What MOVDIR64B must leave alone. Each case runs twice, with the instruction and without it, and has to
 * end with the same flags. A translator that works flags out late has to settle them in between.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "guest_test.h"

enum { CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, DF = 0x400, OF = 0x800, NT = 0x4000 };
enum { AC = 1 << 18, ID = 1 << 21, CONDITIONS = CF | PF | AF | ZF | SF | OF };

static uint8_t from[BLOCK] __attribute__((aligned(BLOCK)));
static uint8_t to[BLOCK] __attribute__((aligned(BLOCK)));

enum { PLAIN = 0x202 }; /* interrupts on, and the bit that is always set */

#define MOVE "movdir64b (%[from]), %[to]\n\t"

/*
 * Sets RFLAGS, which ends a block of the translator, then runs the code, the instruction or nothing, and
 * a reader of the flags, all in one block. Keeps clear of the red zone.
 */
#define SEQUENCE(code, middle, reader)                                                                    \
    asm volatile("lea -128(%%rsp), %%rsp\n\tpush %[in]\n\tpopfq\n\t" code "\n\t" middle reader             \
                 "\n\tpush %[plain]\n\tpopfq\n\tlea 128(%%rsp), %%rsp"                                     \
                 : [a] "+a"(a), [b] "+c"(b), [out] "=&r"(out)                                              \
                 : [in] "r"(in), [plain] "r"((uint64_t)PLAIN), [from] "r"(from), [to] "r"(to)              \
                 : "rdx", "xmm0", "xmm1", "memory", "cc")

#define READ_FLAGS "pushfq\n\tpop %[out]"

#define FLAGS_AFTER(name, code)                                                                           \
    static uint64_t name(uint64_t a, uint64_t b, uint64_t in, bool with)                                  \
    {                                                                                                     \
        uint64_t out;                                                                                     \
        if (with) {                                                                                       \
            SEQUENCE(code, MOVE, READ_FLAGS);                                                             \
        } else {                                                                                          \
            SEQUENCE(code, "", READ_FLAGS);                                                               \
        }                                                                                                 \
        return out;                                                                                       \
    }

/* Those that the translator has ways of its own for; with carry in and without, in sizes from 1 to 8 bytes. */
#define KINDS(KIND)                                                                                       \
    KIND(nothing, "")                                                                                     \
    KIND(cmp, "cmp %[b], %[a]")                                                                           \
    KIND(cmp_byte, "cmpb %b[b], %b[a]")                                                                   \
    KIND(cmp_word, "cmpw %w[b], %w[a]")                                                                   \
    KIND(cmp_long, "cmpl %k[b], %k[a]")                                                                   \
    KIND(add, "add %[b], %[a]")                                                                           \
    KIND(adc, "adc %[b], %[a]")                                                                           \
    KIND(sub, "sub %[b], %[a]")                                                                           \
    KIND(sbb, "sbb %[b], %[a]")                                                                           \
    KIND(sbb_itself, "sbb %[a], %[a]")                                                                    \
    KIND(inc, "inc %[a]")                                                                                 \
    KIND(dec, "dec %[a]")                                                                                 \
    KIND(neg, "neg %[a]")                                                                                 \
    KIND(and, "and %[b], %[a]")                                                                           \
    KIND(xor, "xor %[b], %[a]")                                                                           \
    KIND(xor_itself, "xor %[a], %[a]")                                                                    \
    KIND(test, "test %[b], %[a]")                                                                         \
    KIND(shl_one, "shl $1, %[a]")                                                                         \
    KIND(shl, "shl %%cl, %[a]")                                                                           \
    KIND(shr, "shr %%cl, %[a]")                                                                           \
    KIND(sar_word, "sarw $3, %w[a]")                                                                      \
    KIND(rol, "rol $1, %[a]")                                                                             \
    KIND(rcr, "rcr $1, %[a]")                                                                             \
    KIND(shld, "shld $5, %[b], %[a]")                                                                     \
    KIND(bt, "bt %[b], %[a]")                                                                             \
    KIND(btc, "btc %[b], %[a]")                                                                           \
    KIND(mul, "mul %[b]")                                                                                 \
    KIND(imul, "imul %[b], %[a]")                                                                         \
    KIND(xadd, "xadd %[b], %[a]")                                                                         \
    KIND(cmpxchg, "cmpxchg %[a], %[b]")                                                                   \
    KIND(popcnt, "popcnt %[b], %[a]")                                                                     \
    KIND(tzcnt, "tzcnt %[b], %[a]")                                                                       \
    KIND(blsr, "blsr %[b], %[a]")                                                                         \
    KIND(adcx, "adcx %[b], %[a]")                                                                         \
    KIND(adox, "adox %[b], %[a]")                                                                         \
    KIND(adcx_adox, "adcx %[b], %[a]\n\tadox %[a], %[b]")                                                 \
    KIND(sahf, "sahf")                                                                                    \
    KIND(stc, "stc")                                                                                      \
    KIND(cmc, "cmc")                                                                                      \
    KIND(std, "std")                                                                                      \
    KIND(comisd, "movq %[a], %%xmm0\n\tmovq %[b], %%xmm1\n\tcomisd %%xmm1, %%xmm0")                        \
    KIND(ptest, "movq %[a], %%xmm0\n\tmovq %[b], %%xmm1\n\tptest %%xmm1, %%xmm0")                          \
    KIND(two, "cmp %[b], %[a]\n\tmovdir64b (%[from]), %[to]\n\tinc %[a]")

#define DEFINE(name, code) FLAGS_AFTER(after_##name, code)
KINDS(DEFINE)

static const struct {
    const char *name;
    uint64_t (*run)(uint64_t a, uint64_t b, uint64_t in, bool with);
} kinds[] = {
#define ENTRY(name, code) {#name, after_##name},
    KINDS(ENTRY)
};

static const uint64_t operands[] = {
    0, 1, 2, 0x7f, 0x80, 0xff, 0x8000, 0x7fffffff, 0x80000000, 0x123456789abcdef0,
    0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
};
enum { OPERANDS = sizeof operands / sizeof *operands };

static void check_flags(void)
{
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        uint64_t difference = 0;
        for (int i = 0; i < OPERANDS * OPERANDS; i++) {
            uint64_t a = operands[i / OPERANDS], b = operands[i % OPERANDS];
            for (uint64_t in = PLAIN; in <= (PLAIN | CONDITIONS); in += CONDITIONS) {
                difference |= kinds[kind].run(a, b, in, false) ^ kinds[kind].run(a, b, in, true);
            }
        }
        char what[80];
        snprintf(what, sizeof what, "flags of %s survive (wrong bits: 0x%llx)", kinds[kind].name,
                 (unsigned long long)difference);
        check(difference == 0, what);
    }
}

#define JUMP_AFTER(condition)                                                                             \
    static bool jumped_##condition(uint64_t a, uint64_t b, bool with)                                     \
    {                                                                                                     \
        uint64_t out, in = PLAIN;                                                                         \
        if (with) {                                                                                       \
            SEQUENCE("mov $1, %[out]\n\tcmp %[b], %[a]", MOVE,                                            \
                     "j" #condition " 1f\n\tmov $0, %[out]\n\t1:");                                       \
        } else {                                                                                          \
            SEQUENCE("mov $1, %[out]\n\tcmp %[b], %[a]", "",                                              \
                     "j" #condition " 1f\n\tmov $0, %[out]\n\t1:");                                       \
        }                                                                                                 \
        return out;                                                                                       \
    }

#define CONDITIONS_OF(JUMP)                                                                               \
    JUMP(o) JUMP(no) JUMP(b) JUMP(ae) JUMP(e) JUMP(ne) JUMP(be) JUMP(a)                                   \
    JUMP(s) JUMP(ns) JUMP(p) JUMP(np) JUMP(l) JUMP(ge) JUMP(le) JUMP(g)

CONDITIONS_OF(JUMP_AFTER)

static bool (*const jumps[])(uint64_t a, uint64_t b, bool with) = {
#define JUMP_ENTRY(condition) jumped_##condition,
    CONDITIONS_OF(JUMP_ENTRY)
};

/* A jump right behind the instruction, as compilers make it. */
static void check_jumps(void)
{
    int wrong = 0;
    for (size_t jump = 0; jump < sizeof jumps / sizeof *jumps; jump++) {
        for (int i = 0; i < OPERANDS * OPERANDS; i++) {
            uint64_t a = operands[i / OPERANDS], b = operands[i % OPERANDS];
            wrong += jumps[jump](a, b, false) != jumps[jump](a, b, true);
        }
    }
    check(wrong == 0, "jumps on all 16 conditions go where they should");
}

/* Bits that no arithmetic sets: the direction, the nested task, alignment checks, CPUID's. */
static void check_system_flags(void)
{
    static const uint64_t bits[] = {DF, NT, AC, ID, DF | NT | AC | ID};
    uint64_t lost = 0;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        lost |= bits[i] & ~after_cmp(1, 2, PLAIN | bits[i], true);
        lost |= after_cmp(1, 2, PLAIN | bits[i], false) ^ after_cmp(1, 2, PLAIN | bits[i], true);
    }
    check(lost == 0, "DF, NT, AC and ID survive");
}

#define EACH_REGISTER(DO)                                                                                 \
    DO(rax, 0) DO(rcx, 1) DO(rdx, 2) DO(rbx, 3) DO(rsp, 4) DO(rbp, 5) DO(rsi, 6) DO(rdi, 7)               \
    DO(r8, 8) DO(r9, 9) DO(r10, 10) DO(r11, 11) DO(r12, 12) DO(r13, 13) DO(r14, 14) DO(r15, 15)
#define LOAD(name, number) "mov before+8*" #number "(%%rip), %%" #name "\n\t"
#define STORE(name, number) "mov %%" #name ", after+8*" #number "(%%rip)\n\t"

__attribute__((used)) static uint64_t before[16], after[16];

static bool registers_survive(uint64_t fifteenth)
{
    for (int i = 0; i < 16; i++) {
        before[i] = UINT64_C(0x0101010101010101) * (uint64_t)(0x83 + i);
    }
    before[15] = fifteenth; /* the plugin looks at this one */
    before[6] = (uint64_t)from;
    before[7] = (uint64_t)to;
    asm volatile("lea -128(%%rsp), %%rsp\n\tpush %%rbp\n\tmov %%rsp, before+32(%%rip)\n\t" /* */
                 EACH_REGISTER(LOAD) "movdir64b (%%rsi), %%rdi\n\t" EACH_REGISTER(STORE)
                 "pop %%rbp\n\tlea 128(%%rsp), %%rsp"
                 :
                 :
                 : "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                   "r15", "memory");
    return memcmp(before, after, sizeof before) == 0;
}

static void check_registers(void)
{
    check(registers_survive(0x9292929292929292), "all 16 registers survive");
    check(registers_survive(0), "a zero in r15 does as well");
}

/* Programs may keep 128 bytes below the stack pointer. */
static void check_red_zone(void)
{
    uint64_t wrong = 0;
    asm volatile("lea -256(%%rsp), %%rsp\n\t"
                 "mov $-16, %%rcx\n\t1: mov %%rcx, (%%rsp,%%rcx,8)\n\tinc %%rcx\n\tjnz 1b\n\t" MOVE
                 "mov $-16, %%rcx\n\t2: mov (%%rsp,%%rcx,8), %%rdx\n\txor %%rcx, %%rdx\n\t"
                 "or %%rdx, %[wrong]\n\tinc %%rcx\n\tjnz 2b\n\tlea 256(%%rsp), %%rsp"
                 : [wrong] "+r"(wrong)
                 : [from] "r"(from), [to] "r"(to)
                 : "rcx", "rdx", "memory", "cc");
    check(wrong == 0, "the red zone survives");
}

static volatile sig_atomic_t ticks;

static void on_tick(int signal)
{
    (void)signal;
    ticks++;
}

/* Interrupts and signals between, before and behind: until there were enough of both. */
static void check_interrupted(void)
{
    enum { ROUNDS = 20000, TICKS = 50, SECONDS = 300 };
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    uint64_t difference = 0;
    time_t end = time(NULL) + SECONDS;
    int rounds = 0;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while ((rounds < ROUNDS || ticks < TICKS) && time(NULL) < end) {
        for (int i = 0; i < 100; i++, rounds++) {
            uint64_t a = operands[rounds % OPERANDS], b = operands[rounds / OPERANDS % OPERANDS];
            difference |= after_cmp(a, b, PLAIN | ID, false) ^ after_cmp(a, b, PLAIN | ID, true);
            difference |= after_adc(a, b, PLAIN | CF, false) ^ after_adc(a, b, PLAIN | CF, true);
            difference |= after_inc(a, b, PLAIN | CF, false) ^ after_inc(a, b, PLAIN | CF, true);
        }
    }
    setitimer(ITIMER_REAL, &never, NULL);
    check(difference == 0 && rounds >= ROUNDS && ticks >= TICKS, "flags survive under a timer's signals");
}

static sigjmp_buf fault;

static void on_fault(int signal)
{
    (void)signal;
    siglongjmp(fault, 1);
}

/*
 * In 32-bit code an address without base is no longer relative to RIP. Done right or refused, never done
 * with what the decoder for 64-bit code finds: that is mapped, too, and holds something else.
 */
static void check_32_bit_code(void)
{
    enum { CODE = 0x10000000, SOURCE = CODE + PAGE, TARGET = CODE + 2 * PAGE, DECOY = CODE + SOURCE };
    enum { STACK = CODE + 64 * PAGE }; /* 32-bit code may lose the upper half of RSP */
    static const uint8_t code[] = {
        0xb8, 0x00, 0x20, 0x00, 0x10,                         /* mov eax, TARGET */
        0x66, 0x0f, 0x38, 0xf8, 0x05, 0x00, 0x10, 0x00, 0x10, /* movdir64b eax, [SOURCE] */
        0xea, 0x15, 0x00, 0x00, 0x10, 0x33, 0x00,             /* jmp 0x33:back, which is: */
        0x41, 0xff, 0xe3,                                     /* jmp r11 */
    };
    enum { ACCESS = PROT_READ | PROT_WRITE | PROT_EXEC };
    enum { FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE };
    uint8_t *base = mmap((void *)CODE, STACK - CODE, ACCESS, FLAGS, -1, 0);
    uint8_t *decoy = mmap((void *)DECOY, PAGE, ACCESS, FLAGS, -1, 0);
    bool good = base == (void *)CODE && decoy == (void *)DECOY;
    if (good) {
        memcpy(base, code, sizeof code);
        memset((void *)SOURCE, 0x5a, BLOCK);
        memset((void *)TARGET, 0xee, BLOCK);
        memset(decoy, 0x77, PAGE);
        if (sigsetjmp(fault, 1) == 0) {
            asm volatile("mov %%rsp, %%r12\n\tmov %1, %%rsp\n\tlea 1f(%%rip), %%r11\n\t"
                         "push $0x23\n\tpush %0\n\tlretq\n\t1: mov %%r12, %%rsp"
                         :
                         : "r"((uint64_t)CODE), "r"((uint64_t)STACK)
                         : "rax", "r11", "r12", "memory", "cc");
            good = memcmp((void *)TARGET, (void *)SOURCE, BLOCK) == 0;
        } else {
            good = *(uint8_t *)TARGET == 0xee;
        }
    }
    check(good, "32-bit code is refused or done right");
}

void check_state(void)
{
    struct sigaction action = {.sa_handler = on_fault};
    check_flags();
    check_jumps();
    check_system_flags();
    check_registers();
    check_red_zone();
    check_interrupted();
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    check_32_bit_code();
}
