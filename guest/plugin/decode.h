/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes MOVDIR64B in 64-bit mode: 66 0F 38 F8 /r, a 64-byte move from the memory operand to the
 * address in the register operand (Intel SDM volume 2, "MOVDIR64B" and "Instruction Format").
 * Knows nothing of QEMU, so that the test can run it alone.
 */
#ifndef ADIT_DECODE_H
#define ADIT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_INSN = 15 };

/* A register by its number in the encoding: 0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, ... 15 r15. */
enum { NO_REGISTER = -1, RIP = 16 };

enum segment { SEGMENT_FLAT, SEGMENT_FS, SEGMENT_GS };

struct movdir64b {
    int length;           /* bytes */
    int destination;      /* register that holds the destination address */
    int base, index;      /* of the source; base may be RIP, either may be NO_REGISTER */
    int scale;            /* shift of the index */
    int32_t displacement;
    enum segment segment; /* of the source; the destination is in ES, which is flat */
    bool address32;       /* both addresses are cut to 32 bits before a segment base is added */
};

enum decode_result {
    DECODE_OTHER,  /* not this instruction */
    DECODE_SHORT,  /* so far it is; more bytes are needed */
    DECODE_DONE,
};

/*
 * Decodes the instruction at the start of `bytes`, of which `count` are known. `insn` is complete
 * only with DECODE_DONE.
 */
enum decode_result decode_movdir64b(const uint8_t *bytes, size_t count, struct movdir64b *insn);

/* Values of the registers by number; `rip` is the address of the instruction itself. */
struct registers {
    uint64_t general[16], rip, fs_base, gs_base;
};

uint64_t source_address(const struct movdir64b *insn, const struct registers *registers);
uint64_t destination_address(const struct movdir64b *insn, const struct registers *registers);

#endif
