/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

struct reader {
    const uint8_t *bytes;
    size_t count, at;
};

/* The next byte, or -1 at the end of what is known or of what an instruction may have. */
static int next(struct reader *in)
{
    return in->at < in->count && in->at < MAX_INSN ? in->bytes[in->at++] : -1;
}

static enum decode_result ran_out(const struct reader *in)
{
    return in->at < MAX_INSN ? DECODE_SHORT : DECODE_OTHER;
}

/*
 * Prefixes in any order; a REX counts only directly before the opcode. The 66 is part of the opcode
 * here; F2 or F3 make it ENQCMD or ENQCMDS, F0 (LOCK) is not allowed.
 */
static int prefixes(struct reader *in, struct movdir64b *insn, bool *operand_size, int *rex)
{
    for (;;) {
        int byte = next(in);
        switch (byte) {
        case 0x40 ... 0x4f:
            *rex = byte;
            continue;
        case 0x66:
            *operand_size = true;
            break;
        case 0x67:
            insn->address32 = true;
            break;
        case 0x64:
            insn->segment = SEGMENT_FS;
            break;
        case 0x65:
            insn->segment = SEGMENT_GS;
            break;
        case 0x26: case 0x2e: case 0x36: case 0x3e: /* ES, CS, SS, DS: ignored in 64-bit mode */
            break;
        default:
            return byte;
        }
        *rex = 0;
    }
}

static enum decode_result displacement(struct reader *in, int size, struct movdir64b *insn)
{
    uint32_t value = 0;
    for (int i = 0; i < size; i++) {
        int byte = next(in);
        if (byte < 0) {
            return ran_out(in);
        }
        value |= (uint32_t)byte << (8 * i);
    }
    insn->displacement = size == 1 ? (int8_t)value : (int32_t)value;
    insn->length = (int)in->at;
    return DECODE_DONE;
}

/* SIB: an index of 4 without REX.X means none, a base of 5 with mod 0 means none and a disp32. */
static enum decode_result scaled(struct reader *in, int mod, int rex, struct movdir64b *insn)
{
    int sib = next(in);
    if (sib < 0) {
        return ran_out(in);
    }
    int index = ((sib >> 3) & 7) | ((rex & 2) << 2);
    insn->scale = sib >> 6;
    insn->index = index == 4 ? NO_REGISTER : index;
    if ((sib & 7) == 5 && mod == 0) {
        return displacement(in, 4, insn);
    }
    insn->base = (sib & 7) | ((rex & 1) << 3);
    return displacement(in, mod == 1 ? 1 : mod == 2 ? 4 : 0, insn);
}

static enum decode_result operands(struct reader *in, int rex, struct movdir64b *insn)
{
    int modrm = next(in);
    if (modrm < 0) {
        return ran_out(in);
    }
    int mod = modrm >> 6, rm = modrm & 7;
    insn->destination = ((modrm >> 3) & 7) | ((rex & 4) << 1);
    if (mod == 3) { /* a register is no source: invalid */
        return DECODE_OTHER;
    }
    if (rm == 4) {
        return scaled(in, mod, rex, insn);
    }
    if (rm == 5 && mod == 0) {
        insn->base = RIP;
        return displacement(in, 4, insn);
    }
    insn->base = rm | ((rex & 1) << 3);
    return displacement(in, mod == 1 ? 1 : mod == 2 ? 4 : 0, insn);
}

enum decode_result decode_movdir64b(const uint8_t *bytes, size_t count, struct movdir64b *insn)
{
    static const int opcode[] = {0x0f, 0x38, 0xf8};
    struct reader in = {bytes, count, 0};
    bool operand_size = false;
    int rex = 0;

    *insn = (struct movdir64b){.base = NO_REGISTER, .index = NO_REGISTER};
    int byte = prefixes(&in, insn, &operand_size, &rex);
    for (int i = 0; i < 3; i++) {
        if (byte < 0) {
            return ran_out(&in);
        }
        if (byte != opcode[i]) {
            return DECODE_OTHER;
        }
        if (i < 2) {
            byte = next(&in);
        }
    }
    return operand_size ? operands(&in, rex, insn) : DECODE_OTHER;
}

static uint64_t cut(const struct movdir64b *insn, uint64_t address)
{
    return insn->address32 ? (uint32_t)address : address;
}

uint64_t source_address(const struct movdir64b *insn, const struct registers *registers)
{
    uint64_t address = (uint64_t)(int64_t)insn->displacement;
    if (insn->base == RIP) {
        address += registers->rip + (uint64_t)insn->length;
    } else if (insn->base != NO_REGISTER) {
        address += registers->general[insn->base];
    }
    if (insn->index != NO_REGISTER) {
        address += registers->general[insn->index] << insn->scale;
    }
    address = cut(insn, address);
    switch (insn->segment) {
    case SEGMENT_FS:
        return address + registers->fs_base;
    case SEGMENT_GS:
        return address + registers->gs_base;
    default:
        return address;
    }
}

uint64_t destination_address(const struct movdir64b *insn, const struct registers *registers)
{
    return cut(insn, registers->general[insn->destination]);
}
