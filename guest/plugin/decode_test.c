/* SPDX-License-Identifier: Apache-2.0 */
/* Tests decode.c against encodings as an assembler makes them (the text beside each); speaks KTAP. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"

static int number, failures;

static void check(bool good, const char *what)
{
    number++;
    failures += !good;
    printf("%s %d - %s\n", good ? "ok" : "not ok", number, what);
}

/* Register n holds 0x1111 * (n + 1) << 20 plus a high half, so that each sum names its registers. */
static struct registers machine(void)
{
    struct registers registers = {
        .rip = 0xffffffff81000000, .fs_base = 0x7f0000001000, .gs_base = 0xffff888000002000};
    for (uint64_t i = 0; i < 16; i++) {
        registers.general[i] = 0xabcd000000000000 + (0x1111 * (i + 1) << 20);
    }
    return registers;
}

struct form {
    const char *text;
    uint8_t bytes[MAX_INSN];
    int length;
    int destination;
    int base, index, scale;
    int32_t displacement;
    enum segment segment;
    bool address32;
};

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, NONE = NO_REGISTER };

static const struct form forms[] = {
    {"movdir64b rax, [rcx]", {0x66, 0x0f, 0x38, 0xf8, 0x01}, 5, RAX, RCX, NONE, 0, 0, 0, false},
    {"movdir64b rdi, [rdx]", {0x66, 0x0f, 0x38, 0xf8, 0x3a}, 5, RDI, RDX, NONE, 0, 0, 0, false},
    {"movdir64b r8, [rcx]", {0x66, 0x44, 0x0f, 0x38, 0xf8, 0x01}, 6, R8, RCX, NONE, 0, 0, 0, false},
    {"movdir64b rax, [r9]", {0x66, 0x41, 0x0f, 0x38, 0xf8, 0x01}, 6, RAX, R9, NONE, 0, 0, 0, false},
    {"movdir64b r15, [r14]", {0x66, 0x45, 0x0f, 0x38, 0xf8, 0x3e}, 6, R15, R14, NONE, 0, 0, 0, false},
    {"movdir64b rax, [rcx] with REX.W", {0x66, 0x48, 0x0f, 0x38, 0xf8, 0x01}, 6, RAX, RCX, NONE, 0, 0, 0, false},
    {"movdir64b rax, [rbp+8]", {0x66, 0x0f, 0x38, 0xf8, 0x45, 0x08}, 6, RAX, RBP, NONE, 0, 8, 0, false},
    {"movdir64b rax, [rbx-1]", {0x66, 0x0f, 0x38, 0xf8, 0x43, 0xff}, 6, RAX, RBX, NONE, 0, -1, 0, false},
    {"movdir64b rsi, [rdi+0x12345678]", {0x66, 0x0f, 0x38, 0xf8, 0xb7, 0x78, 0x56, 0x34, 0x12}, 9, RSI, RDI, NONE, 0, 0x12345678, 0, false},
    {"movdir64b rsi, [rdi-0x80000000]", {0x66, 0x0f, 0x38, 0xf8, 0xb7, 0x00, 0x00, 0x00, 0x80}, 9, RSI, RDI, NONE, 0, INT32_MIN, 0, false},
    {"movdir64b r13, [r13+0]", {0x66, 0x45, 0x0f, 0x38, 0xf8, 0x6d, 0x00}, 7, R13, R13, NONE, 0, 0, 0, false},
    {"movdir64b rax, [rip+0x10]", {0x66, 0x0f, 0x38, 0xf8, 0x05, 0x10, 0, 0, 0}, 9, RAX, RIP, NONE, 0, 0x10, 0, false},
    {"movdir64b r9, [rip-0x10] with REX.B", {0x66, 0x45, 0x0f, 0x38, 0xf8, 0x0d, 0xf0, 0xff, 0xff, 0xff}, 10, R9, RIP, NONE, 0, -0x10, 0, false},
    {"movdir64b rax, [rsp]", {0x66, 0x0f, 0x38, 0xf8, 0x04, 0x24}, 6, RAX, RSP, NONE, 0, 0, 0, false},
    {"movdir64b rax, [r12]", {0x66, 0x41, 0x0f, 0x38, 0xf8, 0x04, 0x24}, 7, RAX, R12, NONE, 0, 0, 0, false},
    {"movdir64b rax, [rcx+rdx*4]", {0x66, 0x0f, 0x38, 0xf8, 0x04, 0x91}, 6, RAX, RCX, RDX, 2, 0, 0, false},
    {"movdir64b rax, [rcx+r12*8]", {0x66, 0x42, 0x0f, 0x38, 0xf8, 0x04, 0xe1}, 7, RAX, RCX, R12, 3, 0, 0, false},
    {"movdir64b r10, [r11+r9*2+0x40]", {0x66, 0x47, 0x0f, 0x38, 0xf8, 0x54, 0x4b, 0x40}, 8, R10, R11, R9, 1, 0x40, 0, false},
    {"movdir64b rax, [rsp+rbp*1+0x11223344]", {0x66, 0x0f, 0x38, 0xf8, 0x84, 0x2c, 0x44, 0x33, 0x22, 0x11}, 10, RAX, RSP, RBP, 0, 0x11223344, 0, false},
    {"movdir64b rax, [rbp+rax*1+0]", {0x66, 0x0f, 0x38, 0xf8, 0x44, 0x05, 0x00}, 7, RAX, RBP, RAX, 0, 0, 0, false},
    {"movdir64b rax, [rdx*8+0x1000]: no base", {0x66, 0x0f, 0x38, 0xf8, 0x04, 0xd5, 0x00, 0x10, 0, 0}, 10, RAX, NONE, RDX, 3, 0x1000, 0, false},
    {"movdir64b rax, [r13*2+4] with REX.B: no base", {0x66, 0x43, 0x0f, 0x38, 0xf8, 0x04, 0x6d, 4, 0, 0, 0}, 11, RAX, NONE, R13, 1, 4, 0, false},
    {"movdir64b rax, [0x1000]: neither base nor index", {0x66, 0x0f, 0x38, 0xf8, 0x04, 0x25, 0x00, 0x10, 0, 0}, 10, RAX, NONE, NONE, 0, 0x1000, 0, false},
    {"movdir64b rax, fs:[0x28]", {0x64, 0x66, 0x0f, 0x38, 0xf8, 0x04, 0x25, 0x28, 0, 0, 0}, 11, RAX, NONE, NONE, 0, 0x28, SEGMENT_FS, false},
    {"movdir64b rax, gs:[rcx]", {0x65, 0x66, 0x0f, 0x38, 0xf8, 0x01}, 6, RAX, RCX, NONE, 0, 0, SEGMENT_GS, false},
    {"movdir64b rax, gs:[rcx], prefixes the other way round", {0x66, 0x65, 0x0f, 0x38, 0xf8, 0x01}, 6, RAX, RCX, NONE, 0, 0, SEGMENT_GS, false},
    {"the last of two segment prefixes counts", {0x64, 0x65, 0x66, 0x0f, 0x38, 0xf8, 0x01}, 7, RAX, RCX, NONE, 0, 0, SEGMENT_GS, false},
    {"CS and DS prefixes are ignored", {0x2e, 0x3e, 0x66, 0x0f, 0x38, 0xf8, 0x01}, 7, RAX, RCX, NONE, 0, 0, 0, false},
    {"an ignored DS prefix does not undo FS", {0x64, 0x3e, 0x66, 0x0f, 0x38, 0xf8, 0x01}, 7, RAX, RCX, NONE, 0, 0, SEGMENT_FS, false},
    {"movdir64b eax, [ecx]", {0x67, 0x66, 0x0f, 0x38, 0xf8, 0x01}, 6, RAX, RCX, NONE, 0, 0, 0, true},
    {"movdir64b r8d, [r9d+r10d*4-8]", {0x67, 0x66, 0x47, 0x0f, 0x38, 0xf8, 0x44, 0x91, 0xf8}, 9, R8, R9, R10, 2, -8, 0, true},
    {"movdir64b eax, gs:[eip+0]", {0x65, 0x67, 0x66, 0x0f, 0x38, 0xf8, 0x05, 0, 0, 0, 0}, 11, RAX, RIP, NONE, 0, 0, SEGMENT_GS, true},
    {"a REX that is not last is ignored", {0x41, 0x66, 0x0f, 0x38, 0xf8, 0x01}, 6, RAX, RCX, NONE, 0, 0, 0, false},
    {"the last of two REX counts", {0x66, 0x41, 0x44, 0x0f, 0x38, 0xf8, 0x01}, 7, R8, RCX, NONE, 0, 0, 0, false},
    {"the longest: 15 bytes", {0x2e, 0x2e, 0x65, 0x67, 0x66, 0x47, 0x0f, 0x38, 0xf8, 0x84, 0x91, 4, 3, 2, 1}, 15, R8, R9, R10, 2, 0x01020304, SEGMENT_GS, true},
};

static uint64_t expected_source(const struct form *form, const struct registers *registers)
{
    uint64_t sum = (uint64_t)(int64_t)form->displacement;
    sum += form->base == RIP ? registers->rip + (uint64_t)form->length
         : form->base == NONE ? 0 : registers->general[form->base];
    sum += form->index == NONE ? 0 : registers->general[form->index] * (1u << form->scale);
    sum &= form->address32 ? 0xffffffff : ~UINT64_C(0);
    return sum + (form->segment == SEGMENT_FS ? registers->fs_base
                : form->segment == SEGMENT_GS ? registers->gs_base : 0);
}

static void check_form(const struct form *form)
{
    struct registers registers = machine();
    struct movdir64b insn;
    uint8_t bytes[MAX_INSN];
    memset(bytes, 0xcc, sizeof bytes);
    memcpy(bytes, form->bytes, (size_t)form->length);
    bool good = decode_movdir64b(bytes, sizeof bytes, &insn) == DECODE_DONE &&
        insn.length == form->length && insn.destination == form->destination &&
        insn.base == form->base && insn.index == form->index &&
        (insn.index == NONE || insn.scale == form->scale) &&
        insn.displacement == form->displacement && insn.segment == form->segment &&
        insn.address32 == form->address32 &&
        source_address(&insn, &registers) == expected_source(form, &registers) &&
        destination_address(&insn, &registers) ==
            (form->address32 ? (uint32_t)registers.general[form->destination] : registers.general[form->destination]);
    for (int count = 0; count < form->length; count++) {
        good = good && decode_movdir64b(bytes, (size_t)count, &insn) == DECODE_SHORT;
    }
    check(good, form->text);
}

static void check_other(const char *text, const uint8_t *bytes, size_t count)
{
    struct movdir64b insn;
    check(decode_movdir64b(bytes, count, &insn) == DECODE_OTHER, text);
}

#define OTHER(text, ...) check_other(text, (const uint8_t[]){__VA_ARGS__}, sizeof (uint8_t[]){__VA_ARGS__})

int main(void)
{
    printf("KTAP version 1\n");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        check_form(&forms[i]);
    }
    OTHER("without 66 it is another instruction", 0x0f, 0x38, 0xf8, 0x01);
    OTHER("with F2 it is ENQCMD", 0xf2, 0x0f, 0x38, 0xf8, 0x01);
    OTHER("with F3 it is ENQCMDS", 0xf3, 0x0f, 0x38, 0xf8, 0x01);
    OTHER("F2 wins over 66", 0x66, 0xf2, 0x0f, 0x38, 0xf8, 0x01);
    OTHER("LOCK is not allowed", 0xf0, 0x66, 0x0f, 0x38, 0xf8, 0x01);
    OTHER("a register source is not allowed", 0x66, 0x0f, 0x38, 0xf8, 0xc1);
    OTHER("MOVDIRI", 0x0f, 0x38, 0xf9, 0x01);
    OTHER("ADCX", 0x66, 0x0f, 0x38, 0xf6, 0xc1);
    OTHER("16 bytes are too long", 0x2e, 0x2e, 0x2e, 0x65, 0x67, 0x66, 0x47, 0x0f, 0x38, 0xf8, 0x84, 0x91, 4, 3, 2, 1);
    OTHER("prefixes without end", 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66);
    printf("1..%d\n# %d passed, %d failed\n", number, number - failures, failures);
    return failures != 0;
}
