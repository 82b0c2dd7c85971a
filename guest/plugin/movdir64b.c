/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for QEMU's translator (TCG), which does not know MOVDIR64B: executes the instruction in
 * the guest's place, so that drivers which need it (idxd) run on machines without KVM.
 *
 *   qemu-system-x86_64 -accel tcg -cpu max,x-force-features=on,+movdir64b -plugin movdir64b.so ...
 *
 * What it keeps of the real instruction:
 *   - every form of the source operand in 64-bit mode, see decode.h;
 *   - 64 bytes reach the destination undivided as far as other MOVDIR64Bs can tell, from any vCPU;
 *     memory-mapped registers get them in eight pieces, the last of which is bytes 0 to 7;
 *   - the bytes 8 to 63 are in memory before the bytes 0 to 7, which hold the operation and make a
 *     descriptor recognisable: whoever watches shared memory (mapped portals) never takes half of one.
 *
 * What it cannot do, because the plugin interface has no way:
 *   - raise a page fault or #GP. An unreadable source, an unmapped or misaligned destination are left
 *     to the translator, which raises #UD for the instruction;
 *   - check access rights of the page tables: a mapped destination is taken to be writable;
 *   - tell 32-bit code segments: compatibility mode is executed as if it were 64-bit code. A vCPU
 *     that is not in long mode at all (EFER.LMA = 0) is left alone.
 *   - ENQCMD and ENQCMDS are left out: their result (accepted or retry, in ZF) comes back with the
 *     bus transaction, for which vfio-user has no message, and the interface does not show IA32_PASID.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "qemu_plugin.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API;

enum { BLOCK = 64, PAGE = 4096 };

/* What one vCPU needs while it executes an instruction; made once, so that execution allocates nothing. */
struct vcpu {
    GByteArray *value, *code, *block, *rest;
    struct registers registers;
};

static struct vcpu *vcpus;
static size_t vcpu_count;

/* Handles of registers; the same for every vCPU. */
static struct qemu_plugin_register *general[16], *rip, *fs_base, *gs_base, *efer;
static const char *const general_names[16] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
};

/* Serialises the 64-byte writes of all vCPUs. */
static GMutex write_lock;

static bool read_register(struct vcpu *vcpu, struct qemu_plugin_register *handle, uint64_t *value)
{
    g_byte_array_set_size(vcpu->value, 0); /* the interface appends */
    if (!handle || !qemu_plugin_read_register(handle, vcpu->value) || vcpu->value->len > 8) {
        return false;
    }
    *value = 0;
    memcpy(value, vcpu->value->data, vcpu->value->len);
    return true;
}

static bool read_registers(struct vcpu *vcpu, const struct movdir64b *insn)
{
    struct registers *registers = &vcpu->registers;
    for (int i = 0; i < 16; i++) {
        if ((i == insn->destination || i == insn->base || i == insn->index) &&
            !read_register(vcpu, general[i], &registers->general[i])) {
            return false;
        }
    }
    return (insn->segment != SEGMENT_FS || read_register(vcpu, fs_base, &registers->fs_base)) &&
           (insn->segment != SEGMENT_GS || read_register(vcpu, gs_base, &registers->gs_base));
}

/* Fetches and decodes; looks at the next page only if the instruction goes on there. */
static bool fetch(struct vcpu *vcpu, uint64_t pc, struct movdir64b *insn)
{
    size_t in_page = PAGE - (pc % PAGE);
    size_t count = MIN(in_page, MAX_INSN);
    if (!qemu_plugin_read_memory_vaddr(pc, vcpu->code, count)) {
        return false;
    }
    enum decode_result result = decode_movdir64b(vcpu->code->data, count, insn);
    if (result == DECODE_SHORT && count < MAX_INSN &&
        qemu_plugin_read_memory_vaddr(pc, vcpu->code, MAX_INSN)) {
        result = decode_movdir64b(vcpu->code->data, MAX_INSN, insn);
    }
    return result == DECODE_DONE;
}

/* Bytes 8 to 63 first, then the first eight, which make the block valid. */
static bool write_block(struct vcpu *vcpu, uint64_t physical)
{
    g_byte_array_set_size(vcpu->rest, 0);
    g_byte_array_append(vcpu->rest, vcpu->block->data + 8, BLOCK - 8);
    g_byte_array_set_size(vcpu->block, 8);
    g_mutex_lock(&write_lock);
    bool done = qemu_plugin_write_memory_hwaddr(physical + 8, vcpu->rest) == 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    done = done && qemu_plugin_write_memory_hwaddr(physical, vcpu->block) == 0;
    g_mutex_unlock(&write_lock);
    return done;
}

static bool execute(struct vcpu *vcpu, uint64_t pc, struct movdir64b *insn)
{
    uint64_t mode, physical;
    if (efer && read_register(vcpu, efer, &mode) && !(mode & EFER_LMA)) {
        return false;
    }
    if (!fetch(vcpu, pc, insn) || !read_registers(vcpu, insn)) {
        return false;
    }
    vcpu->registers.rip = pc;
    uint64_t destination = destination_address(insn, &vcpu->registers);
    return destination % BLOCK == 0 &&
           qemu_plugin_read_memory_vaddr(source_address(insn, &vcpu->registers), vcpu->block, BLOCK) &&
           qemu_plugin_translate_vaddr(destination, &physical) && write_block(vcpu, physical);
}

/*
 * Where the instruction is now. A translated block serves every virtual address its page is mapped at,
 * so the address at translation gives only the place in the page; the page comes from the program
 * counter, which the translator has kept up to the start of the block at least. A block starts no
 * instruction outside its first page.
 */
static bool address_of(struct vcpu *vcpu, uintptr_t translated, uint64_t *pc)
{
    if (!read_register(vcpu, rip, pc)) {
        return false;
    }
    *pc = (*pc & ~(uint64_t)(PAGE - 1)) | (translated & (PAGE - 1));
    return true;
}

/* Before the instruction: executes it and goes on behind it, or lets the translator raise #UD. */
static void on_execute(unsigned int index, void *translated)
{
    struct movdir64b insn;
    uint64_t pc;
    if (index < vcpu_count && address_of(&vcpus[index], (uintptr_t)translated, &pc) &&
        execute(&vcpus[index], pc, &insn)) {
        qemu_plugin_set_pc(pc + (uint64_t)insn.length); /* does not return */
    }
}

static void on_translate(struct qemu_plugin_tb *block, void *unused)
{
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        struct movdir64b decoded;
        uint8_t bytes[MAX_INSN];
        size_t length = qemu_plugin_insn_data(insn, bytes, sizeof bytes);
        /* The translator gives up within the instruction, so what it read of it is but a beginning. */
        if (length < 4 || decode_movdir64b(bytes, length, &decoded) == DECODE_OTHER) {
            continue;
        }
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_execute, PLUGIN_CB_RW_REGS_PC,
                                               (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn));
    }
    (void)unused;
}

static void find_registers(void)
{
    GArray *list = qemu_plugin_get_registers();
    for (guint i = 0; i < list->len; i++) {
        const qemu_plugin_reg_descriptor *found = &g_array_index(list, qemu_plugin_reg_descriptor, i);
        for (int j = 0; j < 16; j++) {
            if (strcmp(found->name, general_names[j]) == 0) {
                general[j] = found->handle;
            }
        }
        if (strcmp(found->name, "rip") == 0) {
            rip = found->handle;
        } else if (strcmp(found->name, "fs_base") == 0) {
            fs_base = found->handle;
        } else if (strcmp(found->name, "gs_base") == 0) {
            gs_base = found->handle;
        } else if (strcmp(found->name, "efer") == 0) {
            efer = found->handle;
        }
    }
    g_array_free(list, TRUE);
}

static void on_vcpu(unsigned int index, void *unused)
{
    static GMutex once;
    g_mutex_lock(&once);
    if (!general[0]) {
        find_registers();
    }
    g_mutex_unlock(&once);
    (void)index;
    (void)unused;
}

static void on_end(void *unused)
{
    for (size_t i = 0; i < vcpu_count; i++) {
        g_byte_array_free(vcpus[i].value, TRUE);
        g_byte_array_free(vcpus[i].code, TRUE);
        g_byte_array_free(vcpus[i].block, TRUE);
        g_byte_array_free(vcpus[i].rest, TRUE);
    }
    g_free(vcpus);
    vcpu_count = 0;
    (void)unused;
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                      char **argv)
{
    if (!info->system_emulation || strcmp(info->target_name, "x86_64") != 0) {
        fprintf(stderr, "movdir64b: for whole x86-64 machines only\n");
        return 1;
    }
    vcpu_count = (size_t)info->system.max_vcpus;
    vcpus = g_new0(struct vcpu, vcpu_count);
    for (size_t i = 0; i < vcpu_count; i++) {
        vcpus[i].value = g_byte_array_sized_new(16);
        vcpus[i].code = g_byte_array_sized_new(MAX_INSN);
        vcpus[i].block = g_byte_array_sized_new(BLOCK);
        vcpus[i].rest = g_byte_array_sized_new(BLOCK);
    }
    qemu_plugin_register_vcpu_init_cb(id, on_vcpu, NULL);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    (void)argc;
    (void)argv;
    return 0;
}
